"""A criterion as the page shows it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from grading.renderers.labels import repair_title, result_word, tries
from grading.renderers.page import manifests
from grading.report.corrected import Difference
from grading.report.model import CriterionResult, Detail, Verdict
from grading.report.repairs import Repair
from grading.report.student_view import StudentView

SHORT: Final = 160
"""Characters of what was expected, and of what was seen, that stand there too; more are below only."""

SIGNS: Final[Mapping[Verdict, str]] = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✕",
    Verdict.BLOCKED: "⊘",
    Verdict.ERROR: "!",
}
"""Beside the word for a verdict, so that none rests on its colour."""


@dataclass(frozen=True)
class Criterion:
    """A criterion as the page shows it.

    Attributes:
        word: its verdict in a word or two.
        tries: that its verdict is of a second try, empty if there was one try.
        told: whether its details may be told.
        blocked_by: the criterion that it is blocked by, if that is told of.
        blocks: the criteria that are blocked by it.
        repeats: whether it has nothing to tell that is not told of what blocks it.
        excerpt: the lines of the manifest about the place of its fault.
    """

    result: CriterionResult
    sign: str
    word: str
    tries: str
    told: bool
    blocked_by: CriterionResult | None
    blocks: tuple[CriterionResult, ...]
    repeats: bool
    excerpt: tuple[manifests.Line, ...]

    @property
    def is_short(self) -> bool:
        """Whether what was expected and seen is no more than a glance takes in."""
        texts = (self.result.expected, self.result.actual)
        return all(len(text) <= SHORT and text.count("\n") < 3 for text in texts)


@dataclass(frozen=True)
class Advice:
    """One thing to mend, as the page shows it.

    Attributes:
        title: what to mend.
        first: the criterion that tells what is wrong.
        is_corrected: whether the lines to write are known.
        points: what it can bring back.
        possible: the points that it makes possible besides.
        lost: the criteria that it costs.
        behind: those that it blocks.
        changes: what to change in each file.
    """

    title: str
    first: Criterion
    is_corrected: bool
    points: int
    possible: int
    lost: tuple[CriterionResult, ...]
    behind: tuple[CriterionResult, ...]
    changes: tuple[Difference, ...]


def advice_of(repair: Repair, criteria: Mapping[str, Criterion]) -> Advice:
    """Return one thing to mend as the page shows it."""
    changes = [
        replace(made, lines=tuple(replace(line, text=manifests.shown(line.text)) for line in made.lines))
        for made in repair.differences
    ]
    return Advice(
        repair_title(repair),
        criteria[repair.first.id],
        bool(repair.corrections),
        repair.points,
        repair.possible,
        repair.lost,
        repair.behind,
        tuple(changes),
    )


def criterion_of(result: CriterionResult, view: StudentView) -> Criterion:
    """Return a criterion as the page shows it."""
    place = result.location
    text = view.report.sources.get(place.file) if place else None
    return Criterion(
        result,
        SIGNS[result.verdict],
        result_word(result),
        tries(result),
        is_told(result),
        next((other for other in view.lost if other.id == result.blocked_by and is_told(other)), None),
        tuple(other for other in view.lost if other.blocked_by == result.id),
        view.repeats(result),
        manifests.around(text, place.line) if place and place.line and text is not None else (),
    )


def is_told(result: CriterionResult) -> bool:
    """Return whether the details of a criterion may be told."""
    return result.detail is Detail.FULL
