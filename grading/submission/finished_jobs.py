"""How long a Job that has ended is kept: what it printed is read from its Pods."""

from __future__ import annotations

from typing import Any, Final

Object = dict[str, Any]

LEAST: Final = 60
"""Seconds that a Job which has ended, and its Pods, are kept at least (Kubernetes: TTL-after-finished)."""
_FIELD: Final = "ttlSecondsAfterFinished"


def keep(data: Object) -> None:
    """Let a Job that deletes itself exist for a while after its end; another object stays as it is.

    Args:
        data: the object, in which the change is made.
    """
    spec = data.get("spec") or {}
    if data["kind"] == "Job" and spec.get(_FIELD) is not None:
        spec[_FIELD] = max(spec[_FIELD], LEAST)
