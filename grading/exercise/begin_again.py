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
        "It stays Terminating while a Pod uses it: delete that Pod first. The data on its volume may be "
        "lost. A volume that you created yourself is Released then, and is not bound again: delete it too, "
        "and apply its file again."
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
    unchangeable = [item for item in problem.corrections if is_unchangeable(item.kind, item.location.field)]
    others = [item for item in problem.corrections if is_identity(item.location.field)]
    said = [*map(_of_unchangeable, _by_object(unchangeable)), *map(_of_another, _by_object(others))]
    if not said:
        return problem
    kinds = {item.kind for item in (*unchangeable, *others)}
    stays = [_(_STAYS[kind]) for kind in _STAYS if kind in kinds]
    return replace(problem, help=joined(" ", filter(None, [problem.help, *said, *stays])))


def _by_object(corrections: list[Correction]) -> list[list[Correction]]:
    """Return corrections by the file and kind of their object."""
    found: dict[tuple[str, str], list[Correction]] = {}
    for item in corrections:
        found.setdefault((item.location.file, item.kind), []).append(item)
    return list(found.values())


def _of_unchangeable(corrections: list[Correction]) -> str:
    """Return how an object that exists becomes another one, in fields that the API server does not change."""
    return _(
        "Kubernetes does not change {fields} of a {kind} that already exists: run `kubectl delete -f "
        "{file}`, then `kubectl apply -f {file}`.",
        kind=corrections[0].kind,
        fields=_fields(corrections),
        file=corrections[0].location.file,
    )


def _of_another(corrections: list[Correction]) -> str:
    """Return what to do before an object gets another name, place or kind."""
    return _(
        "Before you change {fields}, delete what the file created: `kubectl delete -f {file}`. "
        "Otherwise you get a second {kind}.",
        kind=corrections[0].kind,
        fields=_fields(corrections),
        file=corrections[0].location.file,
    )


def _fields(corrections: list[Correction]) -> str:
    return ", ".join(dict.fromkeys(f"`{dotted(item.location.field)}`" for item in corrections))
