"""What stands on the page, from a student's view and the evidence; `template.html.j2` lays it out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import Any, Final

from markupsafe import Markup

from grading.errors import RubricError
from grading.i18n import _, marked
from grading.renderers.page import manifests, steps, timelines
from grading.renderers.page.plot import Plot, in_words
from grading.report import CriterionResult, Detail, Verdict
from grading.rubric import load_rubric
from grading.timeline import Timeline
from grading.view import SectionView, StudentView

_log = logging.getLogger(__name__)

ADVICE: Final = 3
"""How many of the lost criteria stand under what to do next."""

VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.PASSED: ("✓", marked("passed")),
    Verdict.FAILED: ("✕", marked("failed")),
    Verdict.BLOCKED: ("⊘", marked("blocked")),
    Verdict.ERROR: ("!", marked("error")),
}
"""A sign and a word for each verdict, so that none rests on its colour."""


@dataclass(frozen=True)
class Criterion:
    """A criterion as the page shows it.

    Attributes:
        told: whether its details may be told.
        blocked_by: the criterion that it is blocked by, where that is told of.
        blocks: the criteria that are blocked by it.
        excerpt: the lines of the manifest about the place of its fault.
    """

    result: CriterionResult
    sign: str
    word: str
    told: bool
    blocked_by: CriterionResult | None
    blocks: tuple[CriterionResult, ...]
    excerpt: tuple[manifests.Line, ...]

    @property
    def repeats(self) -> bool:
        """Whether there is nothing to tell that is not told of what blocks it."""
        other = self.blocked_by
        return other is not None and _details(other) == _details(self.result)


@dataclass(frozen=True)
class Record:
    """What was seen of one scenario: a plot, steps, or that its evidence cannot be read.

    Attributes:
        lost: whether a criterion that rests on it was lost.
        words: the plot in words.
        drawings: the plot drawn, by the class that the style sheet has for its size.
    """

    name: str
    title: str
    lost: bool
    plot: Plot | None = None
    words: str = ""
    drawings: Mapping[str, Markup] = field(default_factory=dict)
    steps: Sequence[steps.Step] = ()
    unreadable: bool = False


@dataclass(frozen=True)
class Section:
    """A section of the course with all that is shown of it."""

    section: str
    title: str
    earned: int
    points: int
    criteria: tuple[Criterion, ...]
    hidden: tuple[CriterionResult, ...]
    records: tuple[Record, ...]

    def records_of(self, item: Criterion) -> list[Record]:
        """Return what was seen of the scenarios that a criterion rests on."""
        names = {PurePosixPath(path).stem for path in item.result.evidence}
        return [record for record in self.records if record.name in names]

    @property
    def lost(self) -> list[Criterion]:
        """Its criteria that did not pass and of which there is something to tell."""
        return [item for item in self.criteria if item.result.verdict is not Verdict.PASSED and item.told]


@dataclass(frozen=True)
class Page:
    """Everything that stands on the page."""

    view: StudentView
    sections: tuple[Section, ...]
    advice: tuple[Criterion, ...]
    files: tuple[manifests.Manifest, ...]
    counts: tuple[tuple[Verdict, str, str, int], ...]

    def file_number(self, file: str) -> int:
        """Return which of the files that are shown this is, counted from 1; 0 where it is not shown."""
        return next((number for number, shown in enumerate(self.files, 1) if shown.file == file), 0)


def page_of(view: StudentView, evidence: Mapping[str, Any]) -> Page:
    """Return what stands on the page of a report."""
    criteria = {
        result.id: _criterion(result, view) for section in view.sections for result in section.criteria
    }
    lost = [criteria[result.id] for result in view.lost]
    # What is blocked mends itself with what blocks it; where that is not shown, it speaks for itself.
    leading = [item for item in lost if item.told and item.result.blocked_by not in criteria]
    return Page(
        view,
        tuple(_section(section, view, criteria, evidence) for section in view.sections),
        tuple(leading[:ADVICE]),
        tuple(_manifests(view)),
        tuple(_counts(view)),
    )


def _criterion(result: CriterionResult, view: StudentView) -> Criterion:
    sign, word = VERDICTS[result.verdict]
    place = result.location
    text = view.report.sources.get(place.file) if place else None
    return Criterion(
        result,
        sign,
        _(word),
        _told(result),
        next((other for other in view.lost if other.id == result.blocked_by and _told(other)), None),
        tuple(other for other in view.lost if other.blocked_by == result.id),
        manifests.around(text, place.line) if place and place.line and text is not None else (),
    )


def _details(result: CriterionResult) -> tuple[object, ...]:
    return result.expected, result.actual, result.help, result.location


def _told(result: CriterionResult) -> bool:
    return result.detail is Detail.FULL


def _section(
    section: SectionView, view: StudentView, criteria: Mapping[str, Criterion], evidence: Mapping[str, Any]
) -> Section:
    return Section(
        section.section,
        _title(section),
        section.earned,
        section.points,
        tuple(criteria[result.id] for result in section.criteria),
        tuple(
            result
            for result in view.hidden
            if (result.chapter, result.section) == (section.chapter, section.section)
        ),
        tuple(_records(section, view, evidence)),
    )


def _title(section: SectionView) -> str:
    title = _titles().get((section.chapter, section.section))
    return _(title) if title else ""


@cache
def _titles() -> dict[tuple[str, str], str]:
    """Return the titles of the sections, which a report names by their numbers only."""
    try:
        chapters = load_rubric().chapters
    except RubricError:
        return {}
    return {(chapter.chapter, item.section): item.title for chapter in chapters for item in chapter.sections}


def _records(section: SectionView, view: StudentView, evidence: Mapping[str, Any]) -> Iterator[Record]:
    """Yield what was seen of each scenario that this section's criteria rest on."""
    rests: dict[str, list[CriterionResult]] = {}
    for result in section.criteria:
        for path in result.evidence:
            if path in view.evidence:
                rests.setdefault(PurePosixPath(path).stem, []).append(result)
    for name, results in rests.items():
        if name in evidence:
            yield _record(name, evidence[name], any(r.verdict is not Verdict.PASSED for r in results))


def _record(name: str, data: Any, lost: bool) -> Record:
    """Return what was seen of a scenario; evidence that is not as it should be costs its own part only."""
    title = _(timelines.SHAPES[name].title if name in timelines.SHAPES else steps.title_of(name))
    try:
        plot = _plot(name, data)
        if plot is None:
            return Record(name, title, lost, steps=steps.steps_of(name, data))
        told = list(steps.ending(data))
        return Record(name, title, lost, plot, " ".join(in_words(plot)), _drawn(plot, name), told)
    except Exception:
        _log.exception("the evidence of %s cannot be shown", name)
        return Record(name, title, lost, unreadable=True)


def _drawn(plot: Plot, name: str) -> dict[str, Markup]:
    from grading.renderers.page import drawing  # matplotlib takes half a second, and only plots need it

    return {
        size.name: Markup(drawing.draw(plot, size, f"plot-{name}-{size.name}"))  # noqa: S704 - escaped there
        for size in (drawing.WIDE, drawing.NARROW)
    }


def _plot(name: str, data: Mapping[str, Any]) -> Plot | None:
    shape = timelines.SHAPES.get(name)
    if shape is None or not data.get("timeline"):
        return None
    return timelines.plot_of(shape, Timeline.model_validate(data["timeline"]))


def _manifests(view: StudentView) -> Iterator[manifests.Manifest]:
    for file, text in view.report.sources.items():
        places = [result.location for result in view.report.criteria if result.location]
        lines = [place.line for place in places if place.file == file and place.line]
        yield manifests.whole(file, text, lines)


def _counts(view: StudentView) -> Iterator[tuple[Verdict, str, str, int]]:
    """Yield how many criteria have each verdict, the hidden ones among them."""
    graded = [*(result for section in view.sections for result in section.criteria), *view.hidden]
    for verdict, (sign, word) in VERDICTS.items():
        number = sum(result.verdict is verdict for result in graded)
        if number:
            yield verdict, sign, _(word), number
