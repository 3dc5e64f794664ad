"""The field of a manifest that a criterion is about, for every failure that names none of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from grading.errors import CriterionFailure, Location
from grading.evidence.base import Evidence

E = TypeVar("E", bound=Evidence)
R = TypeVar("R")
Check = Callable[[E], R]


def about(file: str, *path: str | int) -> Callable[[Check[E, R]], Check[E, R]]:
    """Return a decorator that lets a check's failures point at a field.

    Or at the nearest part of it; one that has corrections points at the first field of these.

    Args:
        file: the manifest, as the course names it.
        path: the field in it that decides.
    """

    def decorate(check: Check[E, R]) -> Check[E, R]:
        @functools.wraps(check)
        def placed(evidence: E) -> R:
            try:
                return check(evidence)
            except CriterionFailure as failure:
                known = failure.problem.location
                for correction in failure.problem.corrections[:1]:
                    known = known or correction.location
                failure.move(_placed(evidence, known, file, *path))
                raise

        return placed

    return decorate


def _placed(evidence: Evidence, known: Location | None, file: str, *path: str | int) -> Location | None:
    """Return a place with a line, as far as the file was there to be applied."""
    if known is not None and known.line is not None:
        return known
    applied = {name: item for name, item in evidence.manifests.items() if item.applied}
    if known is None or file not in applied or known.file == applied[file].file:
        return evidence.at(file, *path) if file in applied else known
    other = next((name for name, item in applied.items() if item.file == known.file), None)
    return evidence.at(other) if other else known
