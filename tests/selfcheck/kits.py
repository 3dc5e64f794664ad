"""Kits for tests that ask a kit for what it says, and start no program of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fixtures.airgap.kit import Kit


def released_kit(**more: Any) -> Kit:
    """Return a kit of released images, with more fields than it must have."""
    return Kit(
        source="released",
        k3d=Path("k3d"),
        k3d_version="v5.8.3",
        kubectl=Path("kubectl"),
        node_image="rancher/k3s:v1.31.5-k3s1",
        kubernetes_version="v1.31.5",
        **more,
    )
