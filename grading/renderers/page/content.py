"""The content of the page, from a student's view and the evidence; `template.html.j2` lays it out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grading.evidence.base import Evidence
from grading.evidence.steps import Step
from grading.renderers.labels import (
    headline,
    named,
    selection,
    sum_of,
    verdict_word,
)
from grading.renderers.page import manifests, timelines
from grading.renderers.page.criteria import SIGNS, Advice, Criterion, advice_of, criterion_of
from grading.renderers.page.drawings import NARROW, WIDE, Drawing, Drawings
from grading.renderers.page.plot import Plot, in_words
from grading.report.evidence_files import is_second, name_of
from grading.report.model import CriterionResult, Verdict
from grading.report.repairs import ADVICE, repairs_of
from grading.report.student_view import SectionView, StudentView
from grading.text.i18n import _
from grading.text.sanitize import one_line

_log = logging.getLogger(__name__)


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
        advice: what to mend, that with the most points first.
        further: how many more of them there are.
    """

    view: StudentView
    headline: str
    selection: str
    sections: tuple[Section, ...]
    advice: tuple[Advice, ...]
    further: int
    files: tuple[manifests.Manifest, ...]
    counts: tuple[tuple[Verdict, str, str, int], ...]

    def file_number(self, file: str) -> int:
        """Return the number of a file among those shown, from 1; 0 if not shown."""
        return next((number for number, shown in enumerate(self.files, 1) if shown.file == file), 0)


def page_of(view: StudentView, evidence: Mapping[str, Any], drawings: Drawings) -> Page:
    """Return what stands on the page of a report."""
    criteria = {
        result.id: criterion_of(result, view) for section in view.sections for result in section.criteria
    }
    repairs = repairs_of(view)
    return Page(
        view,
        headline(view),
        selection(view),
        tuple(_section(section, view, criteria, evidence, drawings) for section in view.sections),
        tuple(advice_of(repair, criteria) for repair in repairs[:ADVICE]),
        len(repairs[ADVICE:]),
        tuple(_manifests(view)),
        tuple(_counts(view)),
    )


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
