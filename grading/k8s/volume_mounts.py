"""Find the volume of a Pod that holds a file of its first container (Kubernetes: Volumes)."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def mount_of(container: Object, path: str) -> Object:
    """Return the innermost mount that holds a path, an empty one if none does.

    Source: Kubernetes: Volumes.

    Args:
        container: of a Pod.
        path: of a file in it, absolute.
    """
    mounts = [
        mount
        for mount in container.get("volumeMounts") or []
        if f"{path}/".startswith(str(mount.get("mountPath", "")).rstrip("/") + "/")
    ]
    return max(mounts, key=lambda mount: len(mount["mountPath"]), default={})


def path_in_volume(mount: Object, path: str) -> str:
    """Return where in a volume a file stands, relative to the volume's top.

    Source: Kubernetes: Volumes, subPath.

    Args:
        mount: that holds the file; without ``subPathExpr``, which only the kubelet expands.
        path: of the file in the container.
    """
    rest = path.removeprefix(str(mount["mountPath"]).rstrip("/")).strip("/")
    return "/".join(filter(None, [str(mount.get("subPath") or "").strip("/"), rest]))
