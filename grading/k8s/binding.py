"""Find out why a claim cannot be bound to a volume (Kubernetes: Persistent Volumes, Binding)."""

from __future__ import annotations

from typing import Any

from grading.k8s.quantity import amount_of
from grading.k8s.storage_class import class_of

Object = dict[str, Any]
Path = tuple[str, ...]


def unfit(volume: Object, claim: Object) -> Path:
    """Return the field that keeps a claim from a volume, empty if they fit.

    Source: Kubernetes: Persistent Volumes, Binding.

    Args:
        volume: the PersistentVolume.
        claim: the PersistentVolumeClaim, with its class as the API server set it.
    """
    offered, asked = volume["spec"], claim["spec"]
    size = amount_of((asked.get("resources") or {}).get("requests", {}).get("storage"))
    capacity = amount_of((offered.get("capacity") or {}).get("storage"))
    modes, labels = set(offered.get("accessModes") or []), volume["metadata"].get("labels") or {}
    owner, name = offered.get("claimRef") or {}, asked.get("volumeName")
    wrong: dict[Path, bool] = {
        ("spec", "storageClassName"): class_of(volume) != class_of(claim),
        ("spec", "accessModes"): not set(asked.get("accessModes") or []) <= modes,
        ("spec", "resources", "requests", "storage"): size is None or capacity is None or size > capacity,
        ("spec", "volumeMode"): _mode_of(volume) != _mode_of(claim),
        ("spec", "volumeName"): bool(name) and name != volume["metadata"]["name"],
        ("spec", "selector"): not _selects(asked.get("selector") or {}, labels),
        ("metadata", "namespace"): bool(owner.get("namespace"))
        and owner["namespace"] != claim["metadata"].get("namespace"),
        ("metadata", "name"): bool(owner.get("name")) and owner["name"] != claim["metadata"]["name"],
    }
    return next((path for path, found in wrong.items() if found), ())


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    """Return whether a selector may select labels; expressions are ignored."""
    wanted: dict[str, str] = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items()


def _mode_of(item: Object) -> str:
    """Return the volumeMode of a claim or a volume, Filesystem by default."""
    return str(item["spec"].get("volumeMode") or "Filesystem")
