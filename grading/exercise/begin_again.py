"""What to do on a cluster on which an object exists already that cannot become the corrected one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from grading.errors import Correction, Problem
from grading.k8s.field_types import dotted
from grading.k8s.unchangeable import is_identity, is_unchangeable
from grading.text.i18n import _, joined, marked

_STAYS: Final[Mapping[str, str]] = {
    "PersistentVolumeClaim": marked(
        "It stays Terminating while a Pod uses it: delete that Pod first. The data on its volume may be lost."
    ),
    "PersistentVolume": marked(
        "It stays Terminating while a claim is bound to it: delete the claim first. A volume that is "
        "Released is not bound again either: delete it and apply it again."
    ),
    "Namespace": marked(
        "Everything in it is deleted too. While it is Terminating nothing can be created in it: wait until "
        "`kubectl get namespaces` does not show it any more."
    ),
}
"""By kind, what keeps an object from being deleted, or goes with it.

Source: Kubernetes, Persistent Volumes: Storage Object in Use Protection and Reclaiming; Namespaces.
"""


def with_beginning_again(problem: Problem) -> Problem:
    """Return a problem whose help says how to begin again, if applying the corrected file cannot do."""
    said = dict.fromkeys(filter(None, map(_told, problem.corrections)))
    if not said:
        return problem
    kinds = {item.kind for item in problem.corrections if _told(item)}
    stays = [_(_STAYS[kind]) for kind in _STAYS if kind in kinds]
    return replace(problem, help=joined(" ", filter(None, [problem.help, *said, *stays])))


def _told(correction: Correction) -> str:
    """Return how an object that exists becomes the corrected one, empty if by applying the file."""
    kind, field, file = correction.kind, correction.location.field, correction.location.file
    if is_unchangeable(kind, field):
        return _(
            "Kubernetes does not change `{field}` of a {kind} that already exists: run `kubectl delete -f "
            "{file}`, then `kubectl apply -f {file}`.",
            kind=kind,
            field=dotted(field),
            file=file,
        )
    if is_identity(field):
        return _(
            "Before you change `{field}`, delete what the file created: `kubectl delete -f {file}`. "
            "Otherwise you get a second {kind}.",
            kind=kind,
            field=dotted(field),
            file=file,
        )
    return ""
