"""Values that section 11.6 of the course fixes."""

from __future__ import annotations

from typing import Any, Final

FILE: Final = "11.6.sh"
DEV: Final = "dev-cluster"
TEST: Final = "test-cluster"
FINAL: Final = "k3d-test-cluster"
"""The context to which the course returns in the end."""

CONTEXT: Final = "dev-context"
CLUSTER: Final = "k3d-dev-cluster"
USER: Final = "admin@k3d-dev-cluster"
NAMESPACE: Final = "default"

POD: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "nginx-pod", "labels": {"zone": "prod", "version": "v1"}},
    "spec": {"restartPolicy": "Never", "containers": [{"name": "nginx-pod", "image": "nginx"}]},
}
"""The Pod that section 11.5 has left on the first cluster."""
