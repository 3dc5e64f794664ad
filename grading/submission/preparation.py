"""Make a manifest ready to be applied: the only place where one is placed, edited and bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from grading.submission.admission_errors import check_bounds
from grading.submission.grace_periods import shorten
from grading.submission.manifest import Manifest
from grading.submission.resource_requests import waive

Object = dict[str, Any]
Edit = Callable[[Object], object]

_OF_THE_CLUSTER: Final = frozenset({"Namespace", "PersistentVolume"})
"""Kinds that are in no namespace."""


def as_handed_in(manifest: Manifest, namespace: str) -> Object:
    """Return the object of a manifest, in a scenario's namespace unless it belongs to the whole cluster.

    Args:
        manifest: of a submission.
        namespace: of the scenario.
    """
    return manifest.object(None if manifest.data["kind"] in _OF_THE_CLUSTER else namespace)


def prepared(manifest: Manifest, namespace: str, edit: Edit | None = None) -> Object:
    """Return the object of a manifest as a scenario applies it.

    Args:
        manifest: of a submission.
        namespace: of the scenario.
        edit: changes the object, as the course edits a file in place.

    Raises:
        Unplayable: it asks for more than a cluster that others play on has.
    """
    data = as_handed_in(manifest, namespace)
    if edit:
        edit(data)
    check_bounds(manifest, data)
    waive(data)
    shorten(data)
    return data
