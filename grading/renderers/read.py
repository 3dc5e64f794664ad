"""Reading a report folder back."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import ValidationError

from grading.files import read_regular
from grading.report.model import EVIDENCE, SCHEMA, Report
from grading.report.student_view import StudentView
from grading.text.i18n import _
from grading.text.sanitize import one_line

MAX_BYTES: Final = 256 * 2**20
"""Of a report, or of the evidence of a scenario; the largest seen has below 10 MiB."""


class UnreadableReport(Exception):
    """A file is no report of this version: the message says what, where and what to do."""


def read_report(path: Path) -> Report:
    """Return the report in a file.

    Raises:
        UnreadableReport: there is no such file, or it holds no report of this version.
    """
    again = _("give the report.json of a graded run")
    try:
        data = json.loads(read_regular(path, MAX_BYTES, follow=True))
    except OSError as error:
        raise UnreadableReport(f"{path}: {error.strerror}; {again}") from error
    except (ValueError, RecursionError) as error:
        words = _("{path}: no JSON, {error}; {again}", path=path, error=one_line(str(error)), again=again)
        raise UnreadableReport(words) from error
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA:
        raise UnreadableReport(
            _(
                '{path}: its "schema" is {version}, and this kubegrade reads {schema}; {again}',
                path=path,
                version=one_line(json.dumps(version)),
                schema=SCHEMA,
                again=again,
            )
        )
    try:
        report = Report.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        words = _(
            "{path}: no report, {where}: {message}; {again}",
            path=path,
            where=one_line(where),
            message=one_line(first["msg"]),
            again=again,
        )
        raise UnreadableReport(words) from error
    contradiction = _contradiction(report)
    if contradiction:
        raise UnreadableReport(f"{path}: {contradiction}; {again}")
    return report


def _contradiction(report: Report) -> str:
    """Return where a report contradicts itself, as one that was edited by hand may: its forms would too."""
    for result in report.criteria:
        if not 0 <= result.earned <= result.points:
            return _(
                "{criterion} has {earned} of {points} points",
                criterion=one_line(result.id),
                earned=result.earned,
                points=result.points,
            )
    sums = sum(r.earned for r in report.selected), sum(r.points for r in report.selected)
    if report.max_score != sums[1] or report.score not in {None, sums[0]}:
        return _(
            "its criteria add up to {earned} of {points} points, and it says {score} of {max}",
            earned=sums[0],
            points=sums[1],
            score=report.score,
            max=report.max_score,
        )
    if (report.score is None) != (report.outcome == "incomplete"):
        return _(
            "its outcome is {outcome}, and its score {score}", outcome=report.outcome, score=report.score
        )
    return ""


def read_evidence(view: StudentView, folder: Path) -> dict[str, Any]:
    """Return the evidence that may be shown, by its scenario; None stands for a file that cannot be read."""
    found: dict[str, Any] = {}
    for path in sorted(view.evidence):
        name = PurePosixPath(path).stem  # a path in a report never leads elsewhere
        try:
            found[name] = json.loads(read_regular(folder / EVIDENCE / f"{name}.json", MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            found[name] = None
    return found
