"""What a student sees of a report. Every form is made from this view, never from the report itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from grading.report import CriterionResult, Detail, Report, Verdict


@dataclass(frozen=True)
class SectionView:
    """One section: its criteria that are shown, and the points of all of them that were graded."""

    chapter: str
    section: str
    criteria: tuple[CriterionResult, ...]
    earned: int
    points: int


@dataclass(frozen=True)
class StudentView:
    """A report with what is hidden taken out; the totals still count it.

    Attributes:
        report: the same report, its criteria reduced to what may be seen of them.
        sections: the graded sections in the rubric's order.
        hidden: the criteria that are not shown, as nothing but their verdicts and points.
        evidence: the files of evidence that may be shown, by their paths in the report folder: those on
            which no criterion rests whose details are withheld.
    """

    report: Report
    sections: tuple[SectionView, ...]
    hidden: tuple[CriterionResult, ...]
    evidence: frozenset[str] = frozenset()

    @property
    def lost(self) -> list[CriterionResult]:
        """The shown criteria that did not pass, in the order in which to look at them."""
        return [r for section in self.sections for r in section.criteria if r.verdict is not Verdict.PASSED]


def for_student(report: Report) -> StudentView:
    """Return what a student may see, by the rubric's ``detail`` of each criterion."""
    shown = [_reduced(result) for result in report.criteria if result.detail is not Detail.NONE]
    graded = report.selected
    sections = []
    for (chapter, section), group in groupby(graded, key=lambda result: (result.chapter, result.section)):
        members = list(group)
        ids = {result.id for result in members}
        sections.append(
            SectionView(
                chapter,
                section,
                tuple(result for result in shown if result.id in ids),
                sum(result.earned for result in members),
                sum(result.points for result in members),
            )
        )
    places = {result.location.file for result in shown if result.location}
    reason = report.reason
    if reason in {result.rationale for result in graded if result.detail is not Detail.FULL}:
        reason = ""
    return StudentView(
        report.model_copy(
            update={
                "criteria": shown,
                "reason": reason,
                "sources": {file: text for file, text in report.sources.items() if file in places},
            }
        ),
        tuple(sections),
        tuple(_bare(result) for result in graded if result.detail is Detail.NONE),
        _evidence(report),
    )


def _evidence(report: Report) -> frozenset[str]:
    withheld = {path for r in report.criteria if r.detail is not Detail.FULL for path in r.evidence}
    return frozenset(path for result in report.criteria for path in result.evidence) - withheld


def _reduced(result: CriterionResult) -> CriterionResult:
    if result.detail is Detail.FULL:
        return result
    return result.model_copy(update=_SILENT)


def _bare(result: CriterionResult) -> CriterionResult:
    return result.model_copy(update={**_SILENT, "id": "", "title": ""})


_SILENT: Final[dict[str, Any]] = {
    "rationale": "",
    "help": "",
    "expected": "",
    "actual": "",
    "location": None,
    "blocked_by": None,
    "evidence": [],
}
