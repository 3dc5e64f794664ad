"""Where a Pod goes."""

from __future__ import annotations

from typing import Any


def pin(data: dict[str, Any], node: str) -> None:
    """Send a Pod to a node.

    A hostPath volume lives on one node; on a cluster of several, the second Pod could land on another
    and find nothing, through no fault of the student.
    """
    spec = data.setdefault("spec", {})
    spec["nodeSelector"] = {**(spec.get("nodeSelector") or {}), "kubernetes.io/hostname": node}
