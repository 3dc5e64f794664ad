"""Say why a claim cannot be bound to a volume (Kubernetes: Persistent Volumes, Binding)."""

from __future__ import annotations

import re
from typing import Any, Final

from grading.k8s.quantity import amount_of
from grading.k8s.storage_class import class_of

Object = dict[str, Any]
Path = tuple[str, ...]

FILESYSTEM: Final = "Filesystem"
"""The volumeMode of a claim or a volume that names none."""

_OF_THE_CONTROLLER: Final = frozenset(
    {
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/storage-provisioner",
    }
)
"""Annotations by which Kubernetes remembers how a claim and a volume were bound (Well-Known Annotations)."""
_OF_THE_CLAIM: Final = frozenset({"uid", "resourceVersion"})
"""What a claimRef says about one claim in one cluster, beside the name of the claim."""
_PROVISIONED: Final = re.compile(r"pvc-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The name of a volume that was made for one claim in one cluster."""


def mode_of(item: Object) -> str:
    """Return the volumeMode of a claim or a volume: Filesystem or Block."""
    return str(item["spec"].get("volumeMode") or FILESYSTEM)


def unbind(data: Object) -> bool:
    """Take out of a claim or a volume which object it is bound to; return whether anything was taken out.

    Kubernetes wrote that into an object that was exported while it was bound. In another cluster the other
    object does not exist, and a volume that is bound to it cannot be claimed. What a person writes stays: the
    names of the two.

    Args:
        data: the object, in which the change is made.
    """
    annotations = data["metadata"].get("annotations") or {}
    spec = data.get("spec") or {}
    found = [(annotations, key) for key in _OF_THE_CONTROLLER & annotations.keys()]
    found += [(owner, key) for owner in [spec.get("claimRef") or {}] for key in _OF_THE_CLAIM & owner.keys()]
    if _PROVISIONED.fullmatch(str(spec.get("volumeName") or "")):
        found.append((spec, "volumeName"))
    for holder, key in found:
        del holder[key]
    return bool(found)


def unfit(volume: Object, claim: Object) -> Path:
    """Return the field of a claim that keeps it from a volume; an empty path if the two fit.

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
        ("spec", "volumeMode"): mode_of(volume) != mode_of(claim),
        ("spec", "volumeName"): bool(name) and name != volume["metadata"]["name"],
        ("spec", "selector"): not _selects(asked.get("selector") or {}, labels),
        ("metadata", "name"): bool(owner.get("name")) and owner["name"] != claim["metadata"]["name"],
    }
    return next((path for path, found in wrong.items() if found), ())


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    """Return whether a selector may select labels; its expressions are not looked into."""
    wanted: dict[str, str] = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items()
