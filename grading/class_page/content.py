"""The content of the page about a class; `template.html.j2` lays it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from grading.class_page import tallies
from grading.class_page.chart import Chart, chart_of
from grading.class_page.points import points
from grading.class_page.rows import STATES, Row, State, link_to, name_of, rows_of
from grading.gradebook.results import ClassResults
from grading.report.model import Detail, Verdict
from grading.report.rubric import Rubric
from grading.text.i18n import _, moment, n_

HARDEST: Final = 10
"""Criteria that stand on the page before one unfolds the others."""

COMMON: Final = 12
"""Causes that do."""

MOST_CAUSES: Final = 100
"""Causes that the page has at all; the others are of one submission each, mostly."""

TO_SEE: Final = frozenset({State.ERROR, State.NOT_GRADABLE, State.UNREADABLE})
"""States that a person must look at."""


@dataclass(frozen=True)
class Fact:
    """How many submissions are in a state.

    Attributes:
        to_see: whether a person must look at them.
    """

    count: str
    word: str
    to_see: bool


@dataclass(frozen=True)
class Criterion:
    """A criterion, and what the class made of it.

    Attributes:
        title: empty if the courses that are installed do not know it.
        share: percent of its points that the class earned.
        words: how many lost points by it.
    """

    id: str
    title: str
    share: int
    words: str


@dataclass(frozen=True)
class Cause:
    """A cause that submissions have in common.

    Attributes:
        id, title: of the criterion.
        is_error: whether it left the criterion without a verdict.
        words: the cause.
        count: how many submissions have it.
        example, link: one of them, and the place in its report; empty if none is named.
    """

    id: str
    title: str
    is_error: bool
    words: str
    count: int
    example: str = ""
    link: str = ""


@dataclass(frozen=True)
class Page:
    """Everything that stands on the page.

    Attributes:
        title: of the assignment.
        lines: about the class, below the title.
        facts: how many submissions are in which state.
        remarks: what an instructor must know.
        chart: how the grades are spread; None if there are too few.
        hardest: the criteria by which points were lost, the hardest first.
        causes: the most common first.
        further: causes that are left out.
        rows: the table; empty on a page for the class.
        least: submissions that a number stands for at least, on a page for the class; 0 on another.
    """

    title: str
    lines: tuple[str, ...]
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...]
    chart: Chart | None
    hardest: tuple[Criterion, ...]
    causes: tuple[Cause, ...]
    further: int
    rows: tuple[Row, ...]
    least: int = 0


def page_of(results: ClassResults, rubric: Rubric) -> Page:
    """Return the page for an instructor."""
    record = results.record
    finals = tallies.grades(results)
    rows = rows_of(results)
    causes = tallies.common_causes(results)
    return Page(
        title=record.title,
        lines=(*_about(results), *average(finals, record.max_score)),
        facts=tuple(_facts(rows)),
        remarks=(*results.unapplied, *results.remarks, *record.remarks),
        chart=chart_of(tallies.spread(finals, record.max_score), record.max_score) if finals else None,
        hardest=tuple(_criterion(found, rubric) for found in tallies.difficulties(results) if found.lost),
        causes=tuple(_cause(found, rubric, named=True) for found in causes[:MOST_CAUSES]),
        further=len(causes[MOST_CAUSES:]),
        rows=tuple(rows),
    )


def page_for_class(results: ClassResults, rubric: Rubric, least: int) -> Page:
    """Return the page that can be shown to the class.

    Nothing on it is about fewer than some submissions.

    It has no table, no dates, no remarks and no examples. Of a criterion it says no more than students see.

    Args:
        results: of the class.
        rubric: the titles of the criteria.
        least: submissions that each number stands for at least; neighbouring grades are counted together.
    """
    most = results.record.max_score
    finals = tallies.grades(results)
    bars = tallies.joined(tallies.spread(finals, most), least)
    details = tallies.details(results)
    return Page(
        title=results.record.title,
        lines=tuple(average(finals, most)) if bars else (),
        facts=(),
        remarks=(),
        chart=chart_of(bars, most) if bars else None,
        hardest=tuple(
            _criterion(found, rubric)
            for found in tallies.difficulties(results)
            if found.lost >= least and details[found.id] is not Detail.NONE
        ),
        causes=tuple(
            _cause(found, rubric, named=False)
            for found in tallies.common_causes(results)[:MOST_CAUSES]
            if found.count >= least and found.verdict.is_lost and details[found.id] is Detail.FULL
        ),
        further=0,
        rows=(),
        least=least,
    )


def average(finals: Sequence[float], most: int) -> Iterator[str]:
    """Yield the mean and the median of grades in points, if there are any."""
    if finals:
        yield n_(
            "{n} grade; mean {mean}, median {median} of {most} points",
            "{n} grades; mean {mean}, median {median} of {most} points",
            len(finals),
            mean=points(round(fmean(finals), 1)),
            median=points(median(finals)),
            most=most,
        )


def _about(results: ClassResults) -> Iterator[str]:
    record = results.record
    students = sum(len(entry.persons) for entry in record.entries)
    handed_in = sum(bool(entry.attempts) for entry in record.entries)
    yield _(
        "{students}, {submissions}",
        students=n_("{n} student", "{n} students", students),
        submissions=n_("{n} submission", "{n} submissions", handed_in),
    )
    if record.deadline:
        yield _("deadline: {moment}", moment=moment(record.deadline))
    yield _("rubric: {rubric}", rubric=record.rubric)


def _facts(rows: Sequence[Row]) -> Iterator[Fact]:
    counts = Counter(row.state for row in rows)
    for state in State:
        if counts[state]:
            yield Fact(str(counts[state]), _(STATES[state]), state in TO_SEE)


def _criterion(found: tallies.Difficulty, rubric: Rubric) -> Criterion:
    words = _("{lost} of {graded} lost points on this", lost=found.lost, graded=found.graded)
    # Rounded down: 100 % is of a criterion by which nobody lost anything.
    return Criterion(found.id, _title(rubric, found.id), int(100 * found.share), words)


def _cause(found: tallies.CommonCause, rubric: Rubric, *, named: bool) -> Cause:
    example = found.examples[0]
    is_told = example.criteria[found.id].detail is Detail.FULL
    return Cause(
        found.id,
        _title(rubric, found.id),
        found.verdict is Verdict.ERROR,
        found.words,
        found.count,
        name_of(example) if named else "",
        link_to(example, found.id if is_told else "") if named else "",
    )


def _title(rubric: Rubric, criterion: str) -> str:
    known = rubric.by_id.get(criterion)
    return known.title.spoken if known else ""
