"""The content of the page, from a student's view and the evidence; `template.html.j2` lays it out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.evidence.base import Evidence
from grading.evidence.steps import Step
from grading.renderers.labels import headline, named, result_word, selection, sum_of, tries, verdict_word
from grading.renderers.page import manifests, timelines
from grading.renderers.page.drawings import NARROW, WIDE, Drawing, Drawings
from grading.renderers.page.plot import Plot, in_words
from grading.report.evidence_files import is_second, name_of
from grading.report.model import CriterionResult, Detail, Verdict
from grading.report.student_view import SectionView, StudentView
from grading.text.i18n import _
from grading.text.sanitize import one_line

_log = logging.getLogger(__name__)

ADVICE: Final = 3
"""How many of the lost criteria stand under what to do next."""

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
class Picture:
    """A plot, as text and drawn.

    By the class that the style sheet has for each size.
    """

    plot: Plot
    words: str
    drawings: Mapping[str, Drawing]


@dataclass(frozen=True)
class Record:
    """What was seen of one scenario.

    Attributes:
        lost: whether a criterion that rests on it was lost.
        pictures: its plots.
        steps: what was done and seen, and last why the scenario ended early, if it did.
        ended_early: whether it did, or a part of it.
        unreadable: whether its evidence cannot be read, so that there is neither.
    """

    name: str
    title: str
    lost: bool
    pictures: Sequence[Picture] = ()
    steps: Sequence[Step] = ()
    ended_early: bool = False
    unreadable: bool = False

    @property
    def is_unfolded(self) -> bool:
        """Whether its steps are shown at once.

        Beside a plot, which tells more, only why it ended early.
        """
        return self.lost and (self.ended_early or not self.pictures)


@dataclass(frozen=True)
class Section:
    """A section of the course with all that is shown of it.

    Attributes:
        name: its number in the course and its title; a lab has no number.
        total: its points in words, empty if grading is incomplete.
        is_part: whether criteria of it are missing, so that no bar shows its points.
    """

    name: str
    earned: int
    points: int
    total: str
    is_part: bool
    criteria: tuple[Criterion, ...]
    hidden: tuple[CriterionResult, ...]
    records: tuple[Record, ...]

    @property
    def hidden_earned(self) -> int:
        """The points that its criteria without a name earned."""
        return sum(result.earned or 0 for result in self.hidden)

    def records_of(self, item: Criterion) -> list[Record]:
        """Return what was seen of the scenarios that a criterion rests on."""
        names = {name_of(path) for path in item.result.evidence}
        return [record for record in self.records if record.name in names]

    @property
    def lost(self) -> list[Criterion]:
        """Its criteria that did not pass and of which there is something to tell."""
        return [item for item in self.criteria if item.result.verdict is not Verdict.PASSED and item.told]


@dataclass(frozen=True)
class Page:
    """Everything that stands on the page.

    Attributes:
        headline: the score in words.
        selection: what made it a part of its chapters, empty if it is none.
        advice: the first of the lost criteria that nothing else blocks.
        further: how many more of them there are.
    """

    view: StudentView
    headline: str
    selection: str
    sections: tuple[Section, ...]
    advice: tuple[Criterion, ...]
    further: int
    files: tuple[manifests.Manifest, ...]
    counts: tuple[tuple[Verdict, str, str, int], ...]

    def file_number(self, file: str) -> int:
        """Return the number of a file among those shown, from 1; 0 if not shown."""
        return next((number for number, shown in enumerate(self.files, 1) if shown.file == file), 0)


def page_of(view: StudentView, evidence: Mapping[str, Any], drawings: Drawings) -> Page:
    """Return what stands on the page of a report."""
    criteria = {
        result.id: _criterion(result, view) for section in view.sections for result in section.criteria
    }
    lost = [criteria[result.id] for result in view.lost]
    # What is blocked mends itself with what blocks it; where that is not shown, it speaks for itself.
    leading = [
        item
        for item in lost
        if item.told and item.result.verdict.is_lost and item.result.blocked_by not in criteria
    ]
    return Page(
        view,
        headline(view),
        selection(view),
        tuple(_section(section, view, criteria, evidence, drawings) for section in view.sections),
        tuple(leading[:ADVICE]),
        len(leading[ADVICE:]),
        tuple(_manifests(view)),
        tuple(_counts(view)),
    )


def _criterion(result: CriterionResult, view: StudentView) -> Criterion:
    place = result.location
    text = view.report.sources.get(place.file) if place else None
    return Criterion(
        result,
        SIGNS[result.verdict],
        result_word(result),
        tries(result),
        _told(result),
        next((other for other in view.lost if other.id == result.blocked_by and _told(other)), None),
        tuple(other for other in view.lost if other.blocked_by == result.id),
        view.repeats(result),
        manifests.around(text, place.line) if place and place.line and text is not None else (),
    )


def _told(result: CriterionResult) -> bool:
    return result.detail is Detail.FULL


def _section(
    section: SectionView,
    view: StudentView,
    criteria: Mapping[str, Criterion],
    evidence: Mapping[str, Any],
    drawings: Drawings,
) -> Section:
    return Section(
        named(_name(section, view.report.section_title(section.chapter, section.section)), section),
        section.earned,
        section.points,
        sum_of(view.report, section, of=" / "),
        section.is_part,
        tuple(criteria[result.id] for result in section.criteria),
        section.hidden,
        tuple(_records(section, view, evidence, drawings)),
    )


def _name(section: SectionView, title: str) -> str:
    numbered = section.section[:1].isdigit() or not title
    return f"{section.section} {title}".strip() if numbered else title


def _records(
    section: SectionView, view: StudentView, evidence: Mapping[str, Any], drawings: Drawings
) -> Iterator[Record]:
    """Yield what was seen of each scenario that this section's criteria rest on."""
    rests: dict[str, list[CriterionResult]] = {}
    second = set()
    for result in section.criteria:
        for path in result.evidence:
            if path in view.evidence:
                rests.setdefault(name_of(path), []).append(result)
                second |= {name_of(path)} if is_second(path) else set()
    for name, results in rests.items():
        if name in evidence:
            lost = any(result.verdict is not Verdict.PASSED for result in results)
            record = _record(name, evidence[name], lost, drawings)
            title = _("{title} (second try)", title=record.title) if name in second else record.title
            yield replace(record, title=title)


def _record(name: str, data: Any, lost: bool, drawings: Drawings) -> Record:
    """Return what was seen of a scenario.

    Invalid evidence costs its own part only.
    """
    if data is None:  # there is no file, as where report.json is all that was kept; the page says so
        return Record(name, name, lost, unreadable=True)
    try:
        seen = Evidence.model_validate(data)
        plots = enumerate(timelines.plots_of(seen))
        pictures = [_picture(plot, f"{name}-{n}", drawings) for n, plot in plots]
        title, told = one_line(_(seen.title) or name), list(seen.story())
        ended_early = bool(seen.trouble or seen.error or seen.parts)
        # Evidence of an earlier version has no steps.
        return Record(name, title, lost, pictures, told, ended_early, unreadable=not told)
    except Exception as error:
        words = one_line(f"{type(error).__name__}: {error}")
        _log.warning("the evidence of %s cannot be shown: %s", one_line(name), words)
        return Record(name, name, lost, unreadable=True)


def _picture(plot: Plot, name: str, drawings: Drawings) -> Picture:
    sizes = [drawings.of(plot, size, f"plot-{name}-{size.name}") for size in (WIDE, NARROW)]
    return Picture(plot, " ".join(in_words(plot)), dict(zip((WIDE.name, NARROW.name), sizes, strict=True)))


def _manifests(view: StudentView) -> Iterator[manifests.Manifest]:
    for file, text in view.report.sources.items():
        places = [result.location for result in view.report.criteria if result.location]
        lines = [place.line for place in places if place.file == file and place.line]
        yield manifests.whole(file, text, lines)


def _counts(view: StudentView) -> Iterator[tuple[Verdict, str, str, int]]:
    """Yield how many criteria have each verdict, the hidden ones among them."""
    for verdict, sign in SIGNS.items():
        number = sum(result.verdict is verdict for result in view.results)
        if number:
            yield verdict, sign, verdict_word(verdict), number
