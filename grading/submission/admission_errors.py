"""Reasons a manifest is not deployed: over our limits, or rejected by the API server."""

from __future__ import annotations

import re
from typing import Any, Final

from grading.errors import ApiError, InfrastructureError, Location, Unplayable
from grading.k8s.field_types import dotted
from grading.submission.admission_policy import excesses
from grading.submission.guards import GUARD
from grading.submission.manifest import Manifest
from grading.submission.node_ports import taken
from grading.text import lookalikes
from grading.text.i18n import _

Object = dict[str, Any]

_TOO_MANY: Final = re.compile(rf'(?:configmaps|secrets) "[^"]*" is forbidden: exceeded quota: {GUARD},')
"""A rejection by the quota of a submission's namespace, in which the suite makes none of these itself."""


def check_bounds(manifest: Manifest, data: Object) -> None:
    """Check that an object neither fills the cluster nor takes others' ports.

    Source: Kubernetes: Resource Quotas.

    Args:
        manifest: of a submission.
        data: its object, as it is to be applied.

    Raises:
        Unplayable: it asks for more than the table of `allowed` has, or for a port of the nodes that is
            another exercise's, with the line.
    """
    for path, number, most in excesses(data):
        raise Unplayable(
            _(
                "{file} is not applied: {number} is too many for {field}",
                file=manifest.file,
                field=dotted(path),
                number=number,
            ),
            help=_("Write the number of the course ({course}).", course=manifest.course),
            expected=_("at most {number}", number=most),
            actual=f"{dotted(path)}: {number}",
            location=manifest.at(*path),
        )
    for path, number in taken(data, manifest.others_ports):
        raise Unplayable(
            _(
                "{file} is not applied: nodePort {number} is used by another exercise",
                file=manifest.file,
                number=number,
            ),
            help=_("Write the port of the course ({course}).", course=manifest.course),
            expected=_("another port than {number}", number=number),
            actual=f"{dotted(path)}: {number}",
            location=manifest.at(*path),
        )


def refused(manifest: Manifest, kind: str, error: ApiError) -> Exception:
    """Return the exception for a manifest that the API server rejects.

    Args:
        manifest: of a submission.
        kind: of the object.
        error: the API server's answer.
    """
    is_too_many = _TOO_MANY.match(error.message) is not None
    if not error.is_rejection and not is_too_many:
        return InfrastructureError(
            _("the API server could not process {file}: {words}", file=manifest.file, words=error.message)
        )
    place = lookalikes.mentioned(manifest.document.data, error.message)
    failure = Unplayable(
        _("Kubernetes refuses {file}: {words}", file=manifest.file, words=error.message[:600]),
        help=_("No exercise needs this many objects; remove the ones that you do not use.")
        if is_too_many
        else _(
            "Correct the field that the message names; `kubectl apply --dry-run=server -f {file}` "
            "shows the same message.",
            file=manifest.file,
        ),
        expected=_("a {kind} that Kubernetes accepts", kind=kind),
        actual=error.message[:600],
        location=Location(manifest.file, manifest.document.line()),
    )
    if place is not None:
        failure.advise(lookalikes.told(manifest.document.text, manifest.document.line(*place)))
    return failure
