"""The place of the Pods' description in objects of each kind (Kubernetes: Pod Templates)."""

from __future__ import annotations

from typing import Any, Final

from grading.k8s.field_types import Path

TEMPLATES: Final[dict[str, Path]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
}
"""The place of what describes a Pod, metadata and spec, in each kind that has such."""
POD_SPECS: Final[dict[str, Path]] = {kind: (*at, "spec") for kind, at in TEMPLATES.items()}
"""The place of the PodSpec."""


def pod_spec_of(data: Any) -> dict[str, Any]:
    """Return the spec of a Pod, or of a Deployment's or a Job's Pods.

    An empty one if there is none.

    Args:
        data: the object, as it is written: any field may be missing or of another type.
    """
    found: Any = data
    for part in POD_SPECS.get(str(data.get("kind")), ("",)):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
