"""The student's view of a report. Every form is made from this view, never from the report itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from grading.report.model import CriterionResult, Detail, Report, Verdict
from grading.report.scope import Scope
from grading.text.i18n import _


@dataclass(frozen=True)
class SectionView:
    """One section: its shown criteria, and the points of all graded ones.

    Attributes:
        hidden: those of its criteria that are not shown, as nothing but their verdicts and points.
        is_part: whether criteria of it were not selected, or are left out by the rubric.
    """

    chapter: str
    section: str
    criteria: tuple[CriterionResult, ...]
    earned: int
    points: int
    hidden: tuple[CriterionResult, ...] = ()
    is_part: bool = False

    @property
    def results(self) -> tuple[CriterionResult, ...]:
        """All of its criteria, the nameless ones last, so that their place says nothing."""
        return self.criteria + self.hidden


@dataclass(frozen=True)
class StudentView:
    """A report with what is hidden taken out; the totals still count it.

    Attributes:
        report: the same report, its criteria reduced to what may be seen of them.
        sections: the graded sections in the rubric's order.
        hidden: the criteria that are not shown, as nothing but their verdicts and points.
        scope: how much of its chapters the report is about.
        evidence: the files of evidence that may be shown, by their paths in the report folder: those on
            which no criterion rests whose details are withheld.
    """

    report: Report
    sections: tuple[SectionView, ...]
    hidden: tuple[CriterionResult, ...]
    scope: Scope
    evidence: frozenset[str] = frozenset()

    @property
    def results(self) -> list[CriterionResult]:
        """Every graded criterion once, section by section.

        Their points add up to the score.
        """
        return [result for section in self.sections for result in section.results]

    @property
    def is_grade(self) -> bool:
        """Whether its score is for all that the rubric asks for, as a grade."""
        return self.report.score is not None and not self.scope.is_selection

    @property
    def is_for_a_person(self) -> bool:
        """Whether a criterion is not gradable as handed in, so that a person decides."""
        return not all(result.gradable for result in self.results)

    @property
    def is_full(self) -> bool:
        """Whether every criterion of its chapters passed, and none is missing."""
        return self.report.score == self.report.max_score and not self.scope.is_part

    def repeats(self, result: CriterionResult) -> bool:
        """Return whether a criterion tells nothing beyond the one that blocks it."""
        return any(
            other.id == result.blocked_by and _details(other) == _details(result)
            for other in self.report.criteria
        )

    @property
    def lost(self) -> list[CriterionResult]:
        """The shown criteria that did not pass, in the order in which to look at them."""
        return [r for section in self.sections for r in section.criteria if r.verdict is not Verdict.PASSED]


def _details(result: CriterionResult) -> tuple[object, ...]:
    return result.expected, result.actual, result.help, result.location


def for_student(report: Report) -> StudentView:
    """Return what a student may see, by the rubric's ``detail`` of each criterion."""
    by_id = {result.id: result for result in report.criteria}
    shown = {r.id: _shown(r, by_id) for r in report.criteria if r.detail is not Detail.NONE}
    scope = Scope.of(report)
    sections: list[SectionView] = []
    nameless = 0
    for (chapter, section), group in groupby(
        report.selected, key=lambda result: (result.chapter, result.section)
    ):
        members = list(group)
        bare = []
        for result in members:
            if result.detail is Detail.NONE:
                nameless += 1
                bare.append(_bare(result, nameless))
        sections.append(
            SectionView(
                chapter,
                section,
                tuple(shown[result.id] for result in members if result.id in shown),
                sum(result.earned or 0 for result in members),
                sum(result.points for result in members),
                tuple(bare),
                is_part=(chapter, section) in scope.partial,
            )
        )
    places = {file for result in shown.values() for file in result.files}
    return StudentView(
        report.model_copy(
            update={
                "criteria": list(shown.values()),
                "reason": _reason(report),
                "sources": {file: text for file, text in report.sources.items() if file in places},
            }
        ),
        tuple(sections),
        tuple(result for section in sections for result in section.hidden),
        scope,
        _evidence(report),
    )


def _evidence(report: Report) -> frozenset[str]:
    withheld = {path for r in report.criteria if r.detail is not Detail.FULL for path in r.evidence}
    return frozenset(path for result in report.criteria for path in result.evidence) - withheld


def _shown(result: CriterionResult, by_id: dict[str, CriterionResult]) -> CriterionResult:
    """Return a result as it may be seen.

    What blocks a criterion is told in the words of what it needs, so that the words go where those of
    any criterion up the chain may not be seen.
    """
    if result.detail is Detail.VERDICT:
        return result.model_copy(update=_SILENT)
    chain = _blockers(result, by_id)
    if all(blocker.detail is Detail.FULL for blocker in chain):
        return result
    named = chain[0].detail is not Detail.NONE
    return result.model_copy(
        update={
            **_SILENT,
            "blocked_by": chain[0].id if named else None,
            "rationale": _("blocked by {criterion}", criterion=chain[0].id)
            if named
            else _("blocked by a criterion that is not shown"),
        }
    )


def _blockers(result: CriterionResult, by_id: dict[str, CriterionResult]) -> list[CriterionResult]:
    chain: list[CriterionResult] = []
    blocker = by_id.get(result.blocked_by or "")
    while blocker is not None and blocker not in chain:
        chain.append(blocker)
        blocker = by_id.get(blocker.blocked_by or "")
    return chain


def _reason(report: Report) -> str:
    """Return why a report is incomplete, in the words of a criterion that may be seen."""
    if not report.reason:
        return ""
    errors = [result for result in report.selected if result.verdict is Verdict.ERROR]
    visible = [result.rationale for result in errors if result.detail is Detail.FULL]
    withheld = {result.rationale for result in report.criteria if result.detail is not Detail.FULL}
    if report.reason in withheld and report.reason not in visible:
        return visible[0] if visible else _("a criterion with hidden details was not graded")
    return report.reason


def _bare(result: CriterionResult, number: int) -> CriterionResult:
    nameless = {
        "id": f"hidden-{number}",
        "title": _("A criterion that is not shown"),
        "duration_s": 0.0,
    }
    return result.model_copy(update={**_SILENT, **nameless})


_SILENT: Final[dict[str, Any]] = {
    "rationale": "",
    "help": "",
    "expected": "",
    "actual": "",
    "location": None,
    "corrections": [],
    "blocked_by": None,
    "first_error": "",
    "evidence": [],
}
