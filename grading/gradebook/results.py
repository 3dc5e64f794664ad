"""The result of each student of a class: points, lateness, overrides, and why there is no grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self

from grading.gradebook.model import ClassRecord, Entry
from grading.report.model import Detail, Report, Verdict


@dataclass(frozen=True)
class Override:
    """An instructor's word on a criterion.

    Attributes:
        student: the key, the user name or the e-mail address of a student.
        criterion: its id.
        points: the points that it is worth instead.
        reason: shown wherever the points are.
    """

    student: str
    criterion: str
    points: float
    reason: str


@dataclass(frozen=True)
class ReportSummary:
    """What is kept of a report: a thousand whole ones take hundreds of MiB.

    Attributes:
        rubric, outcome: as in the report.
        is_for_a_person: whether a criterion is not gradable as handed in, so that a person decides.
    """

    rubric: str
    outcome: Literal["graded", "incomplete"]
    is_for_a_person: bool

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return what is kept of a report."""
        is_gradable = all(result.gradable for result in report.selected)
        return cls(report.rubric, report.outcome, not is_gradable)


@dataclass(frozen=True, slots=True)
class CriterionPoints:
    """The points of one criterion for one student.

    Attributes:
        id: of the criterion.
        points: the most that it is worth.
        verdict: in the report.
        earned: in the report; None without a verdict.
        override: that replaces them.
        cause: groups equal causes over a class, see `grading.gradebook.causes`.
        detail: what a student sees of it.
    """

    id: str
    points: int
    verdict: Verdict
    earned: int | None
    override: Override | None = None
    cause: str = ""
    detail: Detail = Detail.FULL

    @property
    def final(self) -> float | None:
        """The points after an override."""
        return self.override.points if self.override else self.earned


@dataclass(frozen=True)
class EntryResult:
    """The result of a student, or of a group.

    Attributes:
        entry: who, and what was handed in.
        report: on the attempt that counts; None if there is none yet, or nothing was handed in.
        criteria: by id, in the rubric's order; empty without a report.
        raw: points before lateness, after overrides; None while any criterion has no verdict.
        late_by: time after the deadline; zero within the grace; None if that is not known.
        penalty: points that lateness costs; None if it is late and nobody knows by how much, or without a
            raw score.
        final: the grade, in points; None if there is none.
        no_grade: why there is no grade, for a person; empty if there is one.
    """

    entry: Entry
    report: ReportSummary | None
    criteria: Mapping[str, CriterionPoints]
    raw: float | None
    late_by: timedelta | None
    penalty: float | None
    final: float | None
    no_grade: str = ""


@dataclass(frozen=True)
class ClassResults:
    """The results of a class.

    Attributes:
        record: of the class.
        entries: the results, in the record's order.
        remarks: what an instructor must know, such as students of whom no date is known.
        unapplied: lines of ``overrides.csv`` that count for nothing, and why; until they are mended, the
            grades are not what the instructor decided.
    """

    record: ClassRecord
    entries: tuple[EntryResult, ...]
    remarks: tuple[str, ...] = ()
    unapplied: tuple[str, ...] = ()
