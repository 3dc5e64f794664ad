"""Fields that the API server does not change on an object that exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Path = tuple[str | int, ...]

_UNCHANGEABLE: Final[Mapping[str, tuple[Path, ...]]] = {
    # Deployments: Label selector updates; the other kinds of apps/v1 alike.
    "Deployment": (("spec", "selector"),),
    "ReplicaSet": (("spec", "selector"),),
    "DaemonSet": (("spec", "selector"),),
    "StatefulSet": (
        ("spec", "selector"),
        ("spec", "serviceName"),
        ("spec", "podManagementPolicy"),
        ("spec", "volumeClaimTemplates"),
    ),
    # Jobs: Job termination and cleanup; a Job's selector and template belong to the Pods that it has made.
    "Job": (("spec", "selector"), ("spec", "template"), ("spec", "completionMode")),
    # Pods: Pod update and replacement.
    "Pod": (("spec",),),
    # Persistent Volumes: Expanding PersistentVolumeClaims. Only a claim whose class has allowVolumeExpansion
    # grows, which local-path of K3s and volumes made by hand have not, and none shrinks.
    "PersistentVolumeClaim": (("spec",),),
    "PersistentVolume": tuple(
        ("spec", field) for field in ("hostPath", "local", "csi", "nfs", "volumeMode", "nodeAffinity")
    ),
    # Storage Classes: a class is not changed once it is created.
    "StorageClass": (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    # Service: Choosing your own IP address.
    "Service": (("spec", "clusterIP"), ("spec", "clusterIPs")),
    "Secret": (("type",),),
    "RoleBinding": (("roleRef",),),
    "ClusterRoleBinding": (("roleRef",),),
}
"""By kind, the fields that cannot be changed, with all below them, and where Kubernetes' documents say so."""

_CHANGEABLE: Final[Mapping[str, frozenset[str]]] = {
    "Pod": frozenset({"image", "activeDeadlineSeconds", "tolerations"}),
    "PersistentVolumeClaim": frozenset({"volumeAttributesClassName"}),
}
"""The exceptions below them, by the last part of their path (Pods: Pod update and replacement)."""

_IDENTITY: Final = frozenset({("metadata", "name"), ("metadata", "namespace"), ("kind",)})


def is_unchangeable(kind: str, path: Path) -> bool:
    """Return whether the API server rejects a change of a field on an object that exists."""
    if path and path[-1] in _CHANGEABLE.get(kind, ()):
        return False
    return any(path[: len(field)] == field for field in _UNCHANGEABLE.get(kind, ()))


def is_identity(path: Path) -> bool:
    """Return whether a field says which object it is: with another value it is a second one."""
    return path in _IDENTITY
