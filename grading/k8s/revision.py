"""The revision of a Deployment or a ReplicaSet, as its controller counts them (Kubernetes: Deployments)."""

from __future__ import annotations

from typing import Any, Final

Object = dict[str, Any]

REVISION: Final = "deployment.kubernetes.io/revision"
CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
_DIGITS: Final = 18
"""Digits of a number that fits in 64 bits, as the controller counts in."""


def revision_of(item: Object | None) -> int:
    """Return the revision that the controller wrote on an object.

    Source: Kubernetes: Deployments, Rolling Back a Deployment.

    Returns:
        0 if it has not written one yet. A manifest may hold any text there, until it does.
    """
    annotations = ((item or {}).get("metadata") or {}).get("annotations") or {}
    text = str(annotations.get(REVISION) or "")
    # Longer ones are no number that the controller writes, and Python refuses to read very long ones.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
