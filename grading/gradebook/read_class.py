"""Read the folder of a class: its record, the reports, and what the instructor decided."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from grading.exercise.loader import load_courses
from grading.files import read_regular
from grading.gradebook.causes import Causes
from grading.gradebook.errors import GradebookError
from grading.gradebook.lateness import is_date_missing, late_by, penalty
from grading.gradebook.model import FILE, SCHEMA, SUBMISSIONS, AttemptRecord, ClassRecord, Entry
from grading.gradebook.overrides import Overrides, read_overrides
from grading.gradebook.results import ClassResults, CriterionPoints, EntryResult, ReportSummary
from grading.renderers.read import UnreadableReport, read_report
from grading.report.model import FILE as REPORT
from grading.report.model import CriterionResult, Report
from grading.text.i18n import _, n_
from grading.text.sanitize import one_line

MAX_BYTES: Final = 64 * 2**20
"""Of ``class.json``; a class of a thousand has about one MiB."""
_DIGITS: Final = 6
"""Digits behind the point that are kept of points, so that sums of tenths are exact."""


def read_class(out: Path) -> ClassResults:
    """Return the results of the class in a folder.

    The reports are read one after the other, and no more is kept of them than `EntryResult` holds.

    Args:
        out: the folder of ``kubegrade class``.

    Raises:
        GradebookError: it holds no class, or one of another version.
    """
    record = read_record(out)
    overrides = read_overrides(out, record.entries)
    reader = _Reader(out, record, overrides)
    entries = tuple(map(reader.result, record.entries))
    remarks = [*_rubrics(record, entries), *_undated(record), *_disagreeing(entries), *overrides.remarks]
    return ClassResults(record, entries, tuple(remarks), tuple(overrides.unapplied))


def read_record(out: Path) -> ClassRecord:
    """Return the record of the class in a folder.

    Raises:
        GradebookError: it holds no class, or one of another version.
    """
    path, again = out / FILE, _("give the folder that kubegrade class wrote with --out")
    try:
        data = json.loads(read_regular(path, MAX_BYTES))
    except OSError as error:
        raise GradebookError(f"{path}: {error.strerror}; {again}") from error
    except (ValueError, RecursionError) as error:
        raise GradebookError(f"{path}: {one_line(str(error))}; {again}") from error
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA:
        raise GradebookError(
            _(
                '{path}: its "schema" is {version}, but this version of kubegrade reads {schema}; {again}',
                path=path,
                version=one_line(json.dumps(version)),
                schema=SCHEMA,
                again=again,
            )
        )
    try:
        return ClassRecord.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise GradebookError(f"{path}: {one_line(where)}: {one_line(first['msg'])}; {again}") from error


class _Reader:
    """Reads the reports of a class.

    Args:
        out: its folder.
        record: of the class.
        overrides: of the instructor.
    """

    def __init__(self, out: Path, record: ClassRecord, overrides: Overrides) -> None:
        self._out = out
        self._record = record
        self._overrides = overrides
        self._causes = Causes(load_courses().files.values())

    def result(self, entry: Entry) -> EntryResult:
        """Return the result of a student or group."""
        attempt = entry.counting
        report, trouble = self._report(entry, attempt)
        bare = {result.id: self._points(result) for result in report.selected} if report else {}
        overrides = self._overrides.apply(entry, bare)
        criteria = bare | {name: replace(bare[name], override=found) for name, found in overrides.items()}
        trouble = trouble or self._trouble(report, criteria)
        raw = None if trouble else _sum(criteria)
        deadline = self._record.deadline_of(entry)
        late = late_by(attempt, deadline, self._record.late) if attempt else None
        lost = penalty(entry, attempt, raw, self._record) if attempt and raw is not None else None
        final = None if raw is None or lost is None else round(max(0.0, raw - lost), _DIGITS)
        if final is None and not trouble:
            trouble = _(
                "handed in late, but it is not known by how much; give a roster with dates, or --deadline"
            )
        summary = ReportSummary.of(report) if report else None
        return EntryResult(entry, summary, criteria, raw, late, lost, final, trouble)

    def _report(self, entry: Entry, attempt: AttemptRecord | None) -> tuple[Report | None, str]:
        """Return the report of a student, or why there is none."""
        if attempt is None:
            return None, _("nothing was handed in")
        if attempt.problem:
            return None, attempt.problem
        path = self._out / SUBMISSIONS / entry.key / REPORT
        if not path.exists():
            return None, _("not graded yet")
        try:
            return read_report(path), ""
        except UnreadableReport as error:
            return None, str(error)

    def _points(self, result: CriterionResult) -> CriterionPoints:
        return CriterionPoints(
            result.id,
            result.points,
            result.verdict,
            result.earned,
            cause=str.__str__(self._causes.of(result)),  # without its source, which takes most of the memory
            detail=result.detail,
        )

    def _trouble(self, report: Report | None, criteria: Mapping[str, CriterionPoints]) -> str:
        """Return why the points of a report are no grade; empty if they are."""
        if report is None:
            return ""
        if report.max_score != self._record.max_score:
            return _(
                "the report is out of {max} points, but the class is out of {class_max}; grade it again",
                max=report.max_score,
                class_max=self._record.max_score,
            )
        open_ = [item.id for item in criteria.values() if item.final is None]
        decided = any(item.earned is None for item in criteria.values())
        if report.outcome == "graded" or (decided and not open_):
            return ""
        if any(not result.gradable and result.id in open_ for result in report.selected):
            return _(
                "cannot be graded as handed in: you decide about the points of {criteria}",
                criteria=", ".join(open_),
            )
        return _("grading is incomplete: {reason}", reason=report.reason)


def _sum(criteria: Mapping[str, CriterionPoints]) -> float:
    return round(sum(item.final or 0.0 for item in criteria.values()), _DIGITS)


def _rubrics(record: ClassRecord, entries: tuple[EntryResult, ...]) -> list[str]:
    """Return a remark if reports are by another version of the rubric than the class."""
    found = Counter(result.report.rubric for result in entries if result.report)
    others = [
        f"{rubric or '?'} ({number})" for rubric, number in found.most_common() if rubric != record.rubric
    ]
    if not others:
        return []
    return [
        _(
            "the class is graded with {rubric}, but some reports with another rubric: {others}; judge them "
            "again with kubegrade regrade",
            rubric=record.rubric,
            others=", ".join(others),
        )
    ]


def _undated(record: ClassRecord) -> list[str]:
    """Return a remark if dates are missing while lateness costs something."""
    counting = ((entry, entry.counting) for entry in record.entries)
    number = sum(is_date_missing(entry, attempt, record) for entry, attempt in counting if attempt)
    if not number:
        return []
    return [
        n_(
            "for {n} student the time of handing in or the deadline is not known: no points are deducted "
            "for being late",
            "for {n} students the time of handing in or the deadline is not known: no points are deducted "
            "for being late",
            number,
        )
    ]


def _disagreeing(entries: tuple[EntryResult, ...]) -> list[str]:
    """Return a remark if the platform does not call late what the deadline makes late."""
    names = [
        result.entry.key
        for result in entries
        if result.late_by and result.entry.counting and result.entry.counting.is_late is False
    ]
    if not names:
        return []
    return [
        n_(
            "{n} student is late according to the deadline, but in time according to the platform "
            "({names}): if they have an extension, give it with --extensions",
            "{n} students are late according to the deadline, but in time according to the platform "
            "({names}): if they have an extension, give it with --extensions",
            len(names),
            names=", ".join(names),
        )
    ]
