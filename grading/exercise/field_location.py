"""The field of a manifest that a criterion is about, for every failure that names none of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from grading.errors import CriterionFailure, Location
from grading.evidence.base import Evidence

E = TypeVar("E", bound=Evidence)
Check = Callable[[E], None]


def about(file: str, *path: str | int) -> Callable[[Check[E]], Check[E]]:
    """Return a decorator for a check: its failures point at a field, or at the nearest part of it.

    Args:
        file: the manifest, as the course names it.
        path: the field in it that decides.
    """

    def decorate(check: Check[E]) -> Check[E]:
        @functools.wraps(check)
        def placed(evidence: E) -> None:
            try:
                check(evidence)
            except CriterionFailure as failure:
                failure.move(_placed(evidence, failure.problem.location, file, *path))
                raise

        return placed

    return decorate


def _placed(evidence: Evidence, known: Location | None, file: str, *path: str | int) -> Location | None:
    """Return a place with a line, as far as the file was there to be applied."""
    if known is not None and known.line is not None:
        return known
    if known is None or file not in evidence.sources or known.file == evidence.sources[file].file:
        return evidence.at(file, *path) if file in evidence.sources else known
    other = next((name for name, source in evidence.sources.items() if source.file == known.file), None)
    return evidence.at(other) if other else known
