"""A private kubeconfig, in which the clusters of the run bear the names of the course.

k3d names what it writes after the cluster: the cluster and the context ``k3d-NAME``, the user
``admin@k3d-NAME`` (https://k3d.io/stable/usage/kubeconfig/). So does this, and no command is rewritten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from grading.evidence.commands import ContextEntry, KubeconfigState
from grading.files import write_text

NOWHERE: Final = "https://0.0.0.0:1"
"""The address of a cluster that no command has needed yet."""
_LISTS: Final = {"clusters": "cluster", "contexts": "context", "users": "user"}


class PrivateKubeconfig:
    """The kubeconfig of one scenario.

    Args:
        path: of its file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write({"apiVersion": "v1", "kind": "Config", "current-context": ""})

    def state(self) -> KubeconfigState:
        """Return what it holds, without addresses and keys."""
        data = self._read()
        contexts = {entry["name"]: entry.get("context") or {} for entry in data["contexts"]}
        return KubeconfigState(
            current=data.get("current-context") or "",
            contexts={
                name: ContextEntry(**{key: context.get(key) or "" for key in ContextEntry.model_fields})
                for name, context in contexts.items()
            },
            clusters=[entry["name"] for entry in data["clusters"]],
            users=[entry["name"] for entry in data["users"]],
        )

    def add(self, name: str, source: Path | None, *, switch: bool) -> None:
        """Add a cluster of the course, with its context and its user, or renew it.

        Args:
            name: of the cluster in the course.
            source: the kubeconfig of the cluster behind it; None as long as there is none.
            switch: whether its context becomes the current one.
        """
        cluster, user = _behind(source)
        data, entry = self._read(), f"k3d-{name}"
        _put(data, "clusters", entry, cluster)
        _put(data, "users", f"admin@{entry}", user)
        contexts = [item for item in data["contexts"] if item["name"] == entry]
        if source is None or not contexts:  # a context that is there keeps what commands wrote into it
            _put(data, "contexts", entry, {"cluster": entry, "user": f"admin@{entry}"})
        if switch:
            data["current-context"] = entry
        self._write(data)

    def bind(self, name: str, source: Path) -> None:
        """Let a cluster's entries lead to the cluster behind it.

        Contexts stay as they are.
        """
        cluster, user = _behind(source)
        data, entry = self._read(), f"k3d-{name}"
        _replace(data, "clusters", entry, cluster)
        _replace(data, "users", f"admin@{entry}", user)
        self._write(data)

    def remove(self, name: str) -> None:
        """Remove a cluster as ``k3d cluster delete`` does.

        Another context becomes the current one.
        """
        data, entry = self._read(), f"k3d-{name}"
        for section in _LISTS:
            gone = f"admin@{entry}" if section == "users" else entry
            data[section] = [item for item in data[section] if item["name"] != gone]
        if data.get("current-context") == entry:
            data["current-context"] = next((item["name"] for item in data["contexts"]), "")
        self._write(data)

    def _read(self) -> dict[str, Any]:
        """Return the file, with every scalar as text.

        A name may look like a number or a date.
        """
        text = self.path.read_text("utf-8")
        data: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)  # it makes texts alone
        return data | {section: [] for section in _LISTS if not isinstance(data.get(section), list)}

    def _write(self, data: dict[str, Any]) -> None:
        write_text(self.path, yaml.safe_dump(data, sort_keys=False), mode=0o600)


def _behind(source: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the cluster and the user of a kubeconfig with one of each."""
    if source is None:
        return {"server": NOWHERE}, {}
    data = yaml.load(source.read_text("utf-8"), yaml.CSafeLoader)
    return data["clusters"][0]["cluster"], data["users"][0]["user"]


def _put(data: dict[str, Any], section: str, name: str, value: dict[str, Any]) -> None:
    others = [item for item in data[section] if item["name"] != name]
    data[section] = [*others, {"name": name, _LISTS[section]: value}]


def _replace(data: dict[str, Any], section: str, name: str, value: dict[str, Any]) -> None:
    for item in data[section]:
        if item["name"] == name:
            item[_LISTS[section]] = value
