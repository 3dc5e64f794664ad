"""Tell why a command in a container could not read or write a file: its place, or the machine's disk.

The texts are those of the C library, which shells and tools print, and of BusyBox and dash.
"""

from __future__ import annotations

import re
from typing import Any, Final

from grading.k8s.container_errors import has_memory_limit
from grading.k8s.volume_mounts import mount_of

Object = dict[str, Any]

_OF_THE_PLACE: Final = re.compile(
    r"No such file or directory|nonexistent directory|Directory nonexistent|Permission denied"
    r"|Is a directory|Not a directory|Operation not permitted",
    re.IGNORECASE,
)
_READ_ONLY: Final = "read-only file system"
_FULL: Final = re.compile(r"No space left on device|Disk quota exceeded", re.IGNORECASE)
_READ_ONLY_KINDS: Final = frozenset({"configMap", "secret", "projected", "downwardAPI"})
"""Volumes that a container cannot write to (Kubernetes: Volumes)."""


def is_full(words: str) -> bool:
    """Return whether a command says that a disk takes no more."""
    return _FULL.search(words) is not None


def is_of_the_manifest(words: str, pod: Object, path: str) -> bool:
    """Return whether the manifest is why a file could not be read or written.

    A disk that is full, broken or mounted read-only is the machine's, unless a field of the Pod makes it so.
    What is not known is the machine's too.

    Source: Kubernetes: Volumes.

    Args:
        words: the error output of the command.
        pod: the Pod.
        path: of the file, in its first container.
    """
    if _OF_THE_PLACE.search(words):
        return True
    container = pod["spec"]["containers"][0]
    mount = mount_of(container, path)
    volume = _volume(pod, mount)
    if _READ_ONLY in words.lower():
        return _is_read_only(container, mount, volume)
    if is_full(words):
        return _is_bounded_memory(pod, container, volume)
    return False


def _volume(pod: Object, mount: Object) -> Object:
    volumes: list[Object] = pod["spec"].get("volumes") or []
    return next((volume for volume in volumes if mount and volume.get("name") == mount.get("name")), {})


def _is_bounded_memory(pod: Object, container: Object, volume: Object) -> bool:
    """Return whether a volume lies in memory, with a size that the manifest sets."""
    folder = volume.get("emptyDir") or {}
    is_bounded = bool(folder.get("sizeLimit")) or has_memory_limit(pod, container)
    return folder.get("medium") == "Memory" and is_bounded


def _is_read_only(container: Object, mount: Object, volume: Object) -> bool:
    if not mount:
        return bool((container.get("securityContext") or {}).get("readOnlyRootFilesystem"))
    claim = volume.get("persistentVolumeClaim") or {}
    return bool(mount.get("readOnly") or claim.get("readOnly") or _READ_ONLY_KINDS & volume.keys())
