"""Values that the commands of section 11.7 of the course fix."""

from __future__ import annotations

from typing import Final

FILE: Final = "11.7.sh"
MANIFEST: Final = "ns.yaml"
DEV: Final = "dev-cluster"
TEST: Final = "test-cluster"
CREATED: Final = ("pxl", "pzl")
"""The namespace that a command creates; the second spelling is a typing error of the course."""
NAMESPACE: Final = "dev"
POD: Final = "nginx-dev"
IMAGE: Final = "nginx"
