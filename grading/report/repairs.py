"""What to do next, by cause: the lost criteria that one change of the submission mends, and their points.

Criteria have one cause if they are lost by the same field. A check that knows what to write says so in the
corrections of its problem; another that points at one of these fields is lost by it too. Where no field is
known, criteria with the same message at the same place are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grading.errors import Correction, Location
from grading.report.corrected import Difference, difference
from grading.report.model import CriterionResult, Detail, Verdict
from grading.report.student_view import StudentView

ADVICE: Final = 5
"""Repairs that stand under what to do next."""
_GROUPS: Final = frozenset({"labels", "matchLabels", "selector", "annotations", "volumeMounts", "ports"})
"""Fields that stand for their members, which no check points at alone."""


@dataclass(frozen=True)
class Repair:
    """One thing to mend.

    Attributes:
        lost: the criteria that are lost by it, in the rubric's order.
        behind: those that cannot be tested before it is mended.
        corrections: what to write, as far as it is known.
        differences: the same, for each file.
    """

    lost: tuple[CriterionResult, ...]
    behind: tuple[CriterionResult, ...]
    corrections: tuple[Correction, ...]
    differences: tuple[Difference, ...]

    @property
    def first(self) -> CriterionResult:
        """The criterion that tells what is wrong: one with corrections, if there is any."""
        return next((result for result in self.lost if result.corrections), self.lost[0])

    @property
    def points(self) -> int:
        """The points of the criteria that are lost by it."""
        return sum(result.points for result in self.lost)

    @property
    def possible(self) -> int:
        """The points of the criteria that it makes possible to test."""
        return sum(result.points for result in self.behind)


def repairs_of(view: StudentView) -> tuple[Repair, ...]:
    """Return what to mend, that with the most points behind it first.

    Each criterion is in one repair at most, so that no more points are told than were lost. Those whose
    details are not shown are in none.
    """
    shown = {result.id: result for result in view.lost}
    told = [result for result in view.lost if result.detail is Detail.FULL and result.verdict.is_lost]
    # What is blocked by something that is not shown speaks for itself.
    roots = [result for result in told if result.blocked_by not in shown]
    groups = _grouped(roots)
    made = []
    for group in groups:
        names = {result.id for result in group}
        behind = [r for r in told if r.id not in names and _root(r, shown) in names]
        corrections = {c.place: c for result in group for c in result.corrections}
        differences = _differences(view, corrections.values())
        made.append(Repair(tuple(group), tuple(behind), tuple(corrections.values()), differences))
    return tuple(sorted(made, key=lambda repair: -(repair.points + repair.possible)))


def _root(result: CriterionResult, shown: dict[str, CriterionResult]) -> str:
    """Return the criterion at the end of what blocks a criterion; itself, if nothing does."""
    passed = {result.id}
    while result.verdict is Verdict.BLOCKED and result.blocked_by in shown:
        result = shown[result.blocked_by or ""]
        if result.id in passed:
            break
        passed.add(result.id)
    return result.id


def _differences(view: StudentView, corrections: Iterable[Correction]) -> tuple[Difference, ...]:
    by_file: dict[str, list[Correction]] = {}
    for correction in corrections:
        by_file.setdefault(correction.location.file, []).append(correction)
    texts = view.report.sources
    return tuple(difference(file, texts.get(file, ""), found) for file, found in by_file.items())


def _grouped(results: list[CriterionResult]) -> list[list[CriterionResult]]:
    """Return criteria by their cause, in the order in which the first of each was lost."""
    groups: list[list[CriterionResult]] = []
    for result in results:
        of_one = [group for group in groups if any(_is_one_cause(result, other) for other in group)]
        if not of_one:
            groups.append([result])
            continue
        first, *others = of_one
        first.append(result)
        for other in others:  # by this criterion they are one
            first += other
            groups.remove(other)
    return groups


def _is_one_cause(one: CriterionResult, other: CriterionResult) -> bool:
    if one.corrections and other.corrections:
        return bool({c.place for c in one.corrections} & {c.place for c in other.corrections})
    if one.corrections or other.corrections:
        known, unknown = (one, other) if one.corrections else (other, one)
        return any(_is_about(unknown.location, item.location) for item in known.corrections)
    return one.rationale == other.rationale and one.location == other.location


def _is_about(place: Location | None, corrected: Location) -> bool:
    """Return whether a criterion points at a field that is corrected, or at one of the two's group."""
    if place is None or not place.field or (place.file, place.kind) != (corrected.file, corrected.kind):
        return False
    short, long = sorted((place.field, corrected.field), key=len)
    return place.field == corrected.field or (long[: len(short)] == short and short[-1] in _GROUPS)
