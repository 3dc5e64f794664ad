"""What a manifest may not ask for, whatever the exercise: checked before anything reaches a cluster.

The exercises need none of it, and on a cluster of k3d each of these reaches the machine below it
(Kubernetes: Pod Security Standards, profile baseline).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading.text.i18n import _, joined

Path = tuple[str | int, ...]

_PV_FOLDERS: Final = ("/tmp/", "/mnt/")  # noqa: S108
"""Where a hostPath may be."""

MOST_REPLICAS: Final = 30
"""Three times what the course runs; more would fill the nodes, and keep other submissions' Pods out."""
_POD_FLAGS: Final = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")
_METADATA: Final = ("finalizers", "ownerReferences")
_PV_SOURCES: Final = {
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
}
"""Every volume source of a PersistentVolume but hostPath; ``local`` reaches any path of a node too."""
_VOLUMES: Final = {"emptyDir", "persistentVolumeClaim", "configMap", "secret", "downwardAPI", "name"}
_CAPABILITIES: Final = {
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
}
"""What a container has anyway, and may take back after ``drop: [ALL]``: nginx does not start without some."""


_SECRETS: Final = (None, "Opaque", "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth", "kubernetes.io/tls")
"""Types of Secrets that hold what is written in them; others get a token of the cluster."""


def refusals(data: dict[str, Any]) -> list[tuple[Path, str]]:
    """Return (path, reason) for everything in an object that is never deployed."""
    return list(_refusals(data))


def _refusals(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    yield from _metadata(data, ())
    spec = _dict(data.get("spec"))
    if data.get("kind") == "Pod":
        yield from _pod(spec, ("spec",))
    elif data.get("kind") == "Deployment":
        template = _dict(spec.get("template"))
        # Its Pods have what its metadata has: with a finalizer none of them could ever be deleted.
        yield from _metadata(template, ("spec", "template"))
        yield from _pod(_dict(template.get("spec")), ("spec", "template", "spec"))
    elif data.get("kind") == "PersistentVolume":
        for key in sorted(_PV_SOURCES & set(spec)):
            yield ("spec", key), _("a volume of type {key} is not allowed", key=key)
        path = _dict(spec.get("hostPath")).get("path")
        if path is not None and not str(path).startswith(_PV_FOLDERS):
            folders = joined(_(" or "), (folder.rstrip("/") for folder in _PV_FOLDERS))
            why = _("a hostPath outside {folders} is not allowed: {path!s:.80}", folders=folders, path=path)
            yield ("spec", "hostPath", "path"), why
        elif ".." in str(path):
            yield ("spec", "hostPath", "path"), _("a hostPath with .. is not allowed")
    elif data.get("kind") == "Namespace" and _list(spec.get("finalizers")) not in ([], ["kubernetes"]):
        yield ("spec", "finalizers"), _("{field} is not allowed", field="spec.finalizers")
    elif data.get("kind") == "Secret" and data.get("type") not in _SECRETS:
        yield ("type",), _("a Secret of type {type!s:.60} is not allowed", type=data.get("type"))
    elif data.get("kind") == "Service" and spec.get("externalIPs"):
        yield ("spec", "externalIPs"), _("{field} is not allowed", field="spec.externalIPs")


def _metadata(item: dict[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    metadata = _dict(item.get("metadata"))
    for key in _METADATA:
        if metadata.get(key):
            yield (*at, "metadata", key), _("{field} is not allowed", field=f"metadata.{key}")


def _pod(spec: dict[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    for key in _POD_FLAGS:
        if spec.get(key):
            yield (*at, key), _("{field} is not allowed", field=key)
    for index, volume in enumerate(_list(spec.get("volumes"))):
        for key in sorted(set(_dict(volume)) - _VOLUMES):
            yield (*at, "volumes", index, key), _("a volume of type {key} is not allowed", key=f"{key!s:.40}")
    for group in ("containers", "initContainers", "ephemeralContainers"):
        for index, container in enumerate(_list(spec.get(group))):
            yield from _container(_dict(container), (*at, group, index))


def _container(container: dict[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    security = _dict(container.get("securityContext"))
    # allowPrivilegeEscalation: true is no more than the default written out.
    if security.get("privileged"):
        field = "securityContext.privileged"
        yield (*at, "securityContext", "privileged"), _("{field} is not allowed", field=field)
    added = _dict(security.get("capabilities")).get("add")
    if added and not {str(name) for name in _list(added) or [added]} <= _CAPABILITIES:
        yield (*at, "securityContext", "capabilities"), _("added capabilities are not allowed")
    for index, port in enumerate(_list(container.get("ports"))):
        if _dict(port).get("hostPort"):
            yield (*at, "ports", index, "hostPort"), _("{field} is not allowed", field="hostPort")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
