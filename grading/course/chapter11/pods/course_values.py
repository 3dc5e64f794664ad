"""Values that the commands of section 11.5 of the course fix."""

from __future__ import annotations

from typing import Any, Final

FILE: Final = "11.5.sh"
CLUSTER: Final = "dev-cluster"
POD: Final = "nginx-pod"
COMMAND: Final = (
    'kubectl run nginx-pod --image=nginx --restart=Never --port=80 --labels="zone=prod,version=v1"'
)
"""The command of 11.5.4.1 that creates it."""
FIXED: Final[dict[str, Any]] = {
    "metadata.labels": {"includes": {"zone": "prod", "version": "v1"}},
    "spec.restartPolicy": "Never",
    "spec.containers[0].image": {"image": "nginx"},
    "spec.containers[0].ports[*].containerPort": 80,
}
"""The Pod of 11.5.4.1, by the rules of ``exercise.yaml``."""
