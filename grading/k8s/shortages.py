"""What the kubelet and the container runtime say if the machine, not the manifest, keeps a container away."""

from __future__ import annotations

from typing import Final

SHORTAGES: Final = (
    # Time.
    "context deadline exceeded",
    "failed to reserve",
    "failed to sync",
    "timed out",
    "i/o timeout",
    # Files, processes and memory.
    "too many open files",
    "no space left on device",
    "resource temporarily unavailable",
    "cannot allocate memory",
    # Control groups, and a runtime that was killed: both on a machine without memory.
    "unable to apply cgroup configuration",
    "ttrpc: closed",
)
"""Parts of the messages. None is "failed to create shim task" or "OCI runtime create failed", which a wrong
``command`` comes with too."""


def is_shortage(message: str) -> bool:
    """Return whether a message says that the machine was too slow, or short of something."""
    return any(words in message for words in SHORTAGES)
