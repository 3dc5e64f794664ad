"""Evidence of the scenarios that were Python and are steps: its parts become the records of their steps."""

from typing import Any

Data = dict[str, Any]


def upgrade(data: Data, name: str) -> Data:
    """Return evidence with records; as it is if it has them, or is of a scenario that is Python."""
    if "records" in data:
        return data
    if data["scenario"] == "pod":
        return _with_records(data, _pod(data), "running", "listing", "deleted_uid", "appeared")
    if data["scenario"] == "namespaces":
        return _with_records(data, _namespaces(data), "declared", "target", "pod", "default_pods")
    return data


def _with_records(data: Data, records: Data, *keys: str) -> Data:
    kept = {key: value for key, value in data.items() if key not in keys}
    return {**kept, "records": records}


def _pod(data: Data) -> Data:
    running = data.get("running") or {}
    cut = {key: running[key] for key in ("trouble", "error") if running.get(key)}
    pod, uid = running.get("pod"), data.get("deleted_uid")
    ready = {"objects": [pod] if pod else None, **cut}
    deleted = {"objects": [{"kind": "Pod", "metadata": {"uid": uid}}]} if uid else cut
    return {
        "ready": ready,
        "page": {**ready, "answer": running.get("http")},
        "listing": {"output": data["listing"]} if data.get("listing") else cut,
        "deleted": deleted,
        "successors": {"objects": _of_kind("Pod", data.get("appeared"))} if uid else cut,
    }


def _namespaces(data: Data) -> Data:
    declared, pod, strays = data.get("declared") or {}, data.get("pod"), data.get("default_pods")
    found = None if strays is None else [{"metadata": {"name": n, "namespace": "default"}} for n in strays]
    return {
        "namespaces": {
            "objects": declared.get("namespaces"),
            "trouble": declared.get("trouble"),
            "error": declared.get("error", ""),
        },
        "strays": {"objects": _of_kind("Pod", found)},
        "pod": {"objects": [pod] if pod else None},
    }


def _of_kind(kind: str, objects: list[Data] | None) -> list[Data] | None:
    return None if objects is None else [{"kind": kind, **item} for item in objects]
