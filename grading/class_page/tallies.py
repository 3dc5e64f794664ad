"""Numbers about a class: how the grades are spread, which criteria are hardest, what costs most points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from grading.gradebook.results import ClassResults, CriterionPoints, EntryResult
from grading.report.model import Detail, Verdict

BARS: Final = 10
"""Parts of the scale that grades are counted in."""


@dataclass(frozen=True)
class Bar:
    """The grades of a part of the scale.

    Attributes:
        low: the lowest grade that is counted, in points.
        high: the lowest points that are not, but for the last bar, which ends with them.
        count: of the grades.
    """

    low: float
    high: float
    count: int


@dataclass
class Difficulty:
    """What a class made of a criterion.

    Attributes:
        id: of the criterion.
        earned: the points of all together, overrides included.
        possible: the points that all together could earn.
        graded: the submissions with points for it.
        lost: those of them with less than all of its points.
    """

    id: str
    earned: float = 0.0
    possible: int = 0
    graded: int = 0
    lost: int = 0

    @property
    def share(self) -> float:
        """The part of its points that the class earned, from 0 to 1."""
        return self.earned / self.possible


@dataclass
class CommonCause:
    """A cause of lost points, or of an error, that submissions have in common.

    Attributes:
        id: of the criterion.
        verdict: ``failed`` or ``error``.
        words: what they have in common, see `grading.gradebook.causes`.
        examples: the submissions.
    """

    id: str
    verdict: Verdict
    words: str
    examples: list[EntryResult] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many submissions have it."""
        return len(self.examples)


def grades(results: ClassResults) -> list[float]:
    """Return the grades that there are, the lowest first."""
    return sorted(entry.final for entry in results.entries if entry.final is not None)


def spread(finals: Sequence[float], most: float) -> list[Bar]:
    """Return how many grades are in each part of the scale, 0 to `most` points."""
    edges = [number * most / BARS for number in range(BARS + 1)]
    counts = [0] * BARS
    for final in finals:
        counts[min(max(int(final * BARS / most), 0), BARS - 1)] += 1
    return [Bar(edges[number], edges[number + 1], count) for number, count in enumerate(counts)]


def joined(bars: Iterable[Bar], least: int) -> list[Bar]:
    """Return bars with neighbours joined until each counts `least` grades.

    None is left if all together count fewer.
    """
    kept: list[Bar] = []
    for bar in bars:
        if kept and kept[-1].count < least:
            bar = Bar(kept[-1].low, bar.high, kept.pop().count + bar.count)
        kept.append(bar)
    if len(kept) > 1 and kept[-1].count < least:
        last = kept.pop()
        kept.append(Bar(kept[-1].low, last.high, kept.pop().count + last.count))
    return [bar for bar in kept if bar.count >= least]


def difficulties(results: ClassResults) -> list[Difficulty]:
    """Return what the class made of each criterion, the hardest first."""
    known: dict[str, Difficulty] = {}
    for criterion in _criteria(results):
        final = criterion.final
        if final is None:
            continue
        found = known.setdefault(criterion.id, Difficulty(criterion.id))
        found.earned += final
        found.possible += criterion.points
        found.graded += 1
        found.lost += final < criterion.points
    return sorted(known.values(), key=lambda found: found.share)


def details(results: ClassResults) -> dict[str, Detail]:
    """Return what students see of each criterion."""
    return {criterion.id: criterion.detail for criterion in _criteria(results)}


def common_causes(results: ClassResults) -> list[CommonCause]:
    """Return the causes of lost points and of errors, the most common first."""
    known: dict[tuple[str, Verdict, str], CommonCause] = {}
    for entry in results.entries:
        for criterion in entry.criteria.values():
            if criterion.cause:
                key = (criterion.id, criterion.verdict, criterion.cause)
                known.setdefault(key, CommonCause(*key)).examples.append(entry)
    return sorted(known.values(), key=lambda found: -found.count)


def _criteria(results: ClassResults) -> Iterable[CriterionPoints]:
    return (criterion for entry in results.entries for criterion in entry.criteria.values())
