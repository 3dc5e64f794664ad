"""The StorageClass that a claim or a volume names."""

from __future__ import annotations

from typing import Any, Final

Object = dict[str, Any]

_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"
"""The annotation by which claims and volumes named their class before the field; Kubernetes still reads it,
and before the field (Kubernetes: Persistent Volumes, Class)."""


def class_of(item: Object) -> str:
    """Return the class that a claim or a volume names, empty text if it names none.

    Source: Kubernetes: Persistent Volumes, Class.
    """
    annotations, spec = item["metadata"].get("annotations"), item.get("spec")
    noted = annotations.get(_ANNOTATION) if isinstance(annotations, dict) else None
    return str(noted or (spec.get("storageClassName") if isinstance(spec, dict) else None) or "")
