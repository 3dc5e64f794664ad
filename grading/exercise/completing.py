"""Complete the corrections of a problem, so that kubectl accepts the corrected file.

A rule fixes single fields. A container that is written for one of them needs its name too, and a field that
stands at the wrong place too must be taken out there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from grading.errors import Correction, Problem
from grading.exercise.published import Known
from grading.exercise.rules import MISSING, MOST_TOLD, lookup, told
from grading.k8s.field_types import Path, decode
from grading.text.i18n import joined


def completed(problem: Problem, known: Iterable[Known]) -> Problem:
    """Return a problem with corrections that kubectl accepts together.

    Args:
        problem: the problem, with corrections.
        known: the objects of the submission that the course shows.
    """
    found, advice = problem.corrections, [problem.help]
    for item in known:
        kind = str(item.manifest.data.get("kind"))
        own = [one for one in found if (one.location.file, one.kind) == (item.manifest.file, kind)]
        if not own or kind != item.published.data["kind"]:
            continue
        others = [one for one in found if one not in own]
        unknown = list(itertools.islice(_unknown(item, own), MOST_TOLD))
        advice += [told(item.manifest, one) for one in unknown]
        whole = {one.place: one for one in (_with_items(item, one) for one in own)}
        found = (*others, *whole.values(), *unknown)
    return replace(problem, help=joined(" ", filter(None, advice)), corrections=found)


def _unknown(item: Known, corrections: list[Correction]) -> Iterator[Correction]:
    """Yield the unknown fields, to be taken out.

    Of one in other letters, its own correction writes the name.
    """
    spelled = {_spelling(one.location.field) for one in corrections}
    _data, deviations = decode(item.manifest.data, str(item.manifest.data["kind"]))
    for found in deviations:
        if found.what == "unknown" and _spelling(found.path) not in spelled:
            yield Correction(item.manifest.at(*found.path))


def _spelling(field: Path) -> Path:
    return (*field[:-1], str(field[-1]).lower()) if field else field


def _with_items(item: Known, correction: Correction) -> Correction:
    """Return a correction within a list that is not there as one of what holds the list, as in the course."""
    field = correction.location.field
    there = (n for n in range(len(field), 0, -1) if lookup(item.manifest.data, field[:n]) is not MISSING)
    holder = field[: next(there, 0) + 1]
    value = lookup(item.published.data, holder)
    if not any(isinstance(part, int) for part in field[len(holder) :]) or value is MISSING:
        return correction
    return Correction(item.manifest.at(*holder), value)
