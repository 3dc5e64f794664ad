"""Collect verdicts and add up points; what a criterion is worth comes from the rubric alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from grading.errors import CriterionFailure, Problem, Unplayable, told
from grading.report.model import (
    ChapterTitle,
    CriterionResult,
    Environment,
    Report,
    SectionTitle,
    Verdict,
    bounds,
)
from grading.report.rubric import Chapter, Rubric
from grading.text.i18n import _, language
from grading.text.messages import changed
from grading.text.sanitize import encodable

LONGEST: Final = 2000
"""Characters of an error that are kept."""


class Results:
    """The verdicts of one run.

    Args:
        rubric: the criteria and their points.
        submission: the folder that is graded, as it was given.
    """

    def __init__(self, rubric: Rubric, submission: str) -> None:
        self.rubric = rubric
        self.submission = encodable(submission)
        self.environment = Environment()
        self.stopped = ""
        self.selection: tuple[str, ...] = ()
        """The options that select, as they were given; they are told if they leave criteria out."""
        self.texts: Callable[[str], str | None] = lambda _path: None
        """Gives the text of a manifest by its path in the submission; None if it has none to show."""
        self._selected: set[str] = set()
        self._results: dict[str, CriterionResult] = {}
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()

    def select(self, ids: Iterable[str]) -> None:
        """Say which criteria are to be graded."""
        self._selected |= set(ids)

    def record(
        self,
        criterion_id: str,
        error: BaseException | None,
        *,
        duration_s: float = 0.0,
        evidence: Iterable[str] = (),
        remark: str = "",
    ) -> CriterionResult:
        """Turn how a test ended into a verdict, and keep it.

        A criterion keeps its first verdict other than ``passed``: what follows in the same test, such
        as its teardown, cannot mend it.

        Args:
            criterion_id: the criterion.
            error: what the test raised, None if it returned.
            duration_s: seconds that it took.
            evidence: paths relative to the report folder.
            remark: what to tell the student although it passed.

        Returns:
            The result.
        """
        known = self._results.get(criterion_id)
        if known is not None and known.verdict is not Verdict.PASSED:
            return known
        result = self._blank(criterion_id)
        result.selected = True
        result.duration_s = round(duration_s, 3)
        result.evidence = list(evidence)
        if error is None:
            result.verdict, result.earned, result.rationale = Verdict.PASSED, result.points, remark
        elif isinstance(error, CriterionFailure):
            self._lose(result, error)
        else:
            result.verdict = Verdict.ERROR
            words = changed(told(error), encodable)
            result.rationale = words if len(words) <= LONGEST else words[:LONGEST]
            result.help = _(
                "This is not the submission's fault and costs no points. Grade it again; if it ends in the "
                "same way, tell your instructor."
            )
        self._results[criterion_id] = result
        return result

    def try_again(
        self,
        criterion_id: str,
        error: BaseException | None,
        *,
        evidence: Iterable[str],
        remark: str = "",
        control_passed: bool,
    ) -> None:
        """Keep the verdict of a second try, if the first ended in ``error``.

        It was on a new cluster.

        A verdict of the first try is never tried again: it stays.

        Args:
            criterion_id: the criterion, which has a result.
            error: what judging the second try raised, None if it returned.
            evidence: paths of the second try, relative to the report folder.
            remark: what to tell the student although it passed.
            control_passed: whether the course's own manifest passed, played right after on that cluster.
        """
        first = self._results[criterion_id]
        words = first.first_error or (first.rationale if first.verdict is Verdict.ERROR else "")
        if not words:
            return
        del self._results[criterion_id]
        paths = dict.fromkeys([*first.evidence, *evidence])
        result = self.record(criterion_id, error, duration_s=first.duration_s, evidence=paths, remark=remark)
        result.first_error = words
        if result.verdict is Verdict.ERROR and control_passed:
            result.gradable = False
            result.help = _(
                "Two attempts on two clusters ended like this, but the course's own manifest passed on the "
                "second cluster: this cannot be graded as handed in. Your instructor decides about the "
                "points."
            )

    def keep(self, result: CriterionResult) -> None:
        """Keep a result of an earlier judgement, with the points of its verdict now."""
        made = self._blank(result.id)
        told = result.model_dump(
            exclude={"chapter", "section", "title", "points", "earned", "detail", "messages"}
        )
        kept = made.model_copy(
            update={**told, "selected": True, "location": result.location, "corrections": result.corrections}
        )
        if result.earned is not None:
            kept.earned = kept.points if result.verdict is Verdict.PASSED else 0
        self._results[result.id] = kept

    @property
    def is_whole(self) -> bool:
        """Whether every criterion that was to be graded has a verdict."""
        return self._selected <= self._results.keys()

    def verdict(self, criterion_id: str) -> Verdict:
        """Return a criterion's verdict so far."""
        result = self._results.get(criterion_id)
        return result.verdict if result else Verdict.NOT_RUN

    def report(self) -> Report:
        """Return the report as it stands.

        Criteria still to be graded count as ``error`` in it.
        """
        names = {self._chapter(criterion_id) for criterion_id in self._selected}
        chapters = [chapter for chapter in self.rubric.chapters if chapter.chapter in names]
        criteria = [self._so_far(criterion.id) for chapter in chapters for criterion in chapter.criteria]
        selected = [result for result in criteria if result.selected]
        errors = [result for result in selected if result.verdict is Verdict.ERROR]
        reason = self.stopped or (errors[0].rationale if errors else "")
        least, most = bounds(selected)
        return Report(
            submission=self.submission,
            started=self._started,
            duration_s=round(time.monotonic() - self._clock, 3),
            environment=self.environment,
            rubric=", ".join(f"{chapter.chapter} {chapter.version}" for chapter in chapters),
            lang=language(),
            score=None if reason else least,
            max_score=sum(result.points for result in selected),
            score_at_least=least,
            score_at_most=most,
            outcome="incomplete" if reason else "graded",
            reason=reason,
            chapters=[_titles(chapter) for chapter in chapters],
            selection=[] if len(selected) == len(criteria) else list(self.selection),
            left_out=[item for chapter in chapters for item in chapter.left_out],
            criteria=criteria,
            sources=self._sources(criteria),
        )

    def _so_far(self, criterion_id: str) -> CriterionResult:
        result = self._results.get(criterion_id) or self._blank(criterion_id)
        if criterion_id in self._selected and result.verdict is Verdict.NOT_RUN:
            result.verdict = Verdict.ERROR
            result.rationale = self.stopped or _("the run ended before this criterion was graded")
        return result

    def _sources(self, criteria: Iterable[CriterionResult]) -> dict[str, str]:
        files = sorted({file for result in criteria for file in result.files})
        found = {file: self.texts(file) for file in files}
        return {file: encodable(text) for file, text in found.items() if text is not None}

    def _lose(self, result: CriterionResult, failure: CriterionFailure) -> None:
        result.verdict, result.earned = Verdict.FAILED, 0
        _tell(result, failure.problem)
        if isinstance(failure, Unplayable):
            needs = self.rubric.by_id[result.id].needs
            result.blocked_by = next((need for need in needs if self.verdict(need).is_lost), None)
            if result.blocked_by:
                result.verdict = Verdict.BLOCKED
                result.rationale = _(
                    "blocked by {criterion}: {reason}",
                    criterion=result.blocked_by,
                    reason=result.rationale,
                )

    def _blank(self, criterion_id: str) -> CriterionResult:
        criterion = self.rubric.by_id[criterion_id]
        return CriterionResult(
            id=criterion.id,
            chapter=self._chapter(criterion_id),
            section=self.rubric.sections_by_id[criterion_id].section,
            title=criterion.title.spoken,
            points=criterion.points,
            selected=criterion_id in self._selected,
            detail=criterion.detail,
        )

    def _chapter(self, criterion_id: str) -> str:
        return self.rubric.chapters_by_id[criterion_id].chapter


def _tell(result: CriterionResult, problem: Problem) -> None:
    result.rationale = changed(problem.rationale, encodable)
    result.help = changed(problem.help, encodable)
    result.expected = changed(problem.expected, encodable)
    result.actual = changed(problem.actual, encodable)
    result.location = problem.location
    result.corrections = list(problem.corrections)


def _titles(chapter: Chapter) -> ChapterTitle:
    sections = [SectionTitle(section=known.section, title=known.title.spoken) for known in chapter.sections]
    return ChapterTitle(chapter=chapter.chapter, title=chapter.title.spoken, sections=sections)
