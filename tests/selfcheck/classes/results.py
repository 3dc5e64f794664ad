"""The results of a class in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final

from grading.exercise.loader import load_courses
from grading.gradebook.causes import Causes
from grading.gradebook.model import Entry
from grading.gradebook.results import ClassResults, CriterionPoints, EntryResult, Override, ReportSummary
from tests.selfcheck.classes.made import DEADLINE, Made
from tests.selfcheck.classes.runs import Run

CAUSES: Final = Causes(load_courses().files.values())


def results(made: Made) -> ClassResults:
    """Return the results of a class: every tenth has an override, and a day of lateness costs ten points."""
    entries = tuple(
        _result(entry, made.runs.get(entry.key), has_override=number % 10 == 0)
        for number, entry in enumerate(made.record.entries)
    )
    return ClassResults(made.record, entries, ("overrides.csv: no student is called jan",))


@cache
def _criteria(run: Run) -> dict[str, CriterionPoints]:
    return {
        r.id: CriterionPoints(r.id, r.points, r.verdict, r.earned, None, r.rationale, CAUSES.of(r), r.detail)
        for r in run.report.selected
    }


def _result(entry: Entry, run: Run | None, *, has_override: bool) -> EntryResult:
    counted = next((attempt for attempt in entry.attempts if attempt.number == entry.graded), None)
    late_by = max(timedelta(0), counted.handed_in - DEADLINE) if counted and counted.handed_in else None
    if run is None:
        why = next((attempt.problem for attempt in entry.attempts), "nothing was handed in")
        return EntryResult(entry, None, {}, None, late_by, None, None, why)
    criteria = dict(_criteria(run))
    if has_override:
        override = Override(entry.key, "pods.exec", 0.5, 'shown in class, "half"')
        criteria["pods.exec"] = replace(criteria["pods.exec"], override=override)
    finals = [criterion.final for criterion in criteria.values()]
    summary = ReportSummary.of(run.report)
    if None in finals:
        why = "a person decides" if summary.is_for_a_person else f"incomplete: {summary.reason}"
        return EntryResult(entry, summary, criteria, None, late_by, None, None, why)
    raw = sum(final for final in finals if final is not None)
    penalty = 10.0 * -(-late_by // timedelta(days=1)) if late_by else 0.0
    return EntryResult(entry, summary, criteria, raw, late_by, penalty, max(0.0, raw - penalty))
