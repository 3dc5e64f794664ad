"""The result of each student of a class: points, lateness, overrides, and why there is no grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from grading.gradebook.model import ClassRecord, Entry
from grading.report.model import Report, Verdict


@dataclass(frozen=True)
class Override:
    """An instructor's word on a criterion.

    Attributes:
        student: the key, the user name or the e-mail address of a student.
        criterion: its id.
        points: what it is worth instead.
        reason: shown wherever the points are.
    """

    student: str
    criterion: str
    points: float
    reason: str


@dataclass(frozen=True)
class CriterionPoints:
    """The points of one criterion for one student.

    Attributes:
        id: of the criterion.
        points: the most that it is worth.
        verdict: in the report.
        earned: in the report; None without a verdict.
        override: that replaces them.
        rationale: why the verdict is what it is.
        cause: groups equal causes over a class: the rule and the field, or what else the report names.
    """

    id: str
    points: int
    verdict: Verdict
    earned: int | None
    override: Override | None = None
    rationale: str = ""
    cause: str = ""

    @property
    def final(self) -> float | None:
        """The points after an override."""
        return self.override.points if self.override else self.earned


@dataclass(frozen=True)
class EntryResult:
    """The result of a student, or of a group.

    Attributes:
        entry: who, and what was handed in.
        report: of the attempt that counts; None if there is none yet, or nothing was handed in.
        criteria: by id, in the rubric's order; empty without a report.
        raw: points before lateness, after overrides; None while any criterion has no verdict.
        late_by: time after the deadline, grace included; None if that is not known.
        penalty: points that lateness costs; None if it is late and nobody knows by how much.
        final: the grade; None if there is none.
        no_grade: why there is no grade, for a person; empty if there is one.
    """

    entry: Entry
    report: Report | None
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
        remarks: what an instructor must know, such as an override that fits nobody.
    """

    record: ClassRecord
    entries: tuple[EntryResult, ...]
    remarks: tuple[str, ...] = ()
