"""Values that the commands of section 11.5 of the course fix."""

from __future__ import annotations

from typing import Any, Final

FILE: Final = "11.5.sh"
CLUSTER: Final = "dev-cluster"
POD: Final = "nginx-pod"
FIXED: Final[dict[str, Any]] = {
    "metadata.labels": {"includes": {"zone": "prod", "version": "v1"}},
    "spec.restartPolicy": "Never",
    "spec.containers[0].image": {"image": "nginx"},
    "spec.containers[0].ports[*].containerPort": 80,
}
"""The Pod of 11.5.4.1, by the rules of ``exercise.yaml``."""
