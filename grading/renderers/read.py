"""Reading a report folder back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from grading.files import read_regular
from grading.report.evidence_files import name_of, relative
from grading.report.model import EVIDENCE, SCHEMA, CriterionResult, Report, Verdict, bounds
from grading.report.schema import stored_schema
from grading.report.student_view import StudentView
from grading.report.upgrade import V1, upgrade
from grading.text.i18n import _
from grading.text.sanitize import one_line

MAX_BYTES: Final = 32 * 2**20
"""Of a report, or of the evidence of a scenario; the largest seen has below 10 MiB."""


class UnreadableReport(Exception):
    """A file is no report of this version.

    The message says what, where and what to do.
    """


def read_report(path: Path) -> Report:
    """Return the report in a file, in the language spoken.

    Of this version or the one before it.

    Raises:
        UnreadableReport: there is no such file, or it holds no such report.
    """
    again = _("give the report.json of a graded run")
    try:
        data = json.loads(read_regular(path, MAX_BYTES, follow=True))
    except OSError as error:
        raise UnreadableReport(f"{path}: {error.strerror}; {again}") from error
    except (ValueError, RecursionError) as error:
        words = _(
            "{path}: not valid JSON, {error}; {again}", path=path, error=one_line(str(error)), again=again
        )
        raise UnreadableReport(words) from error
    version = data.get("schema") if isinstance(data, dict) else None
    if version not in (SCHEMA, V1):  # in a tuple, as it may be no text at all
        raise UnreadableReport(
            _(
                '{path}: its "schema" is {version}, but this version of kubegrade reads {schema}; {again}',
                path=path,
                version=one_line(json.dumps(version)),
                schema=f"{V1}, {SCHEMA}",
                again=again,
            )
        )
    report = _validated(path, data if version == SCHEMA else _upgraded(path, data))
    contradiction = _contradiction(report)
    if contradiction:
        raise UnreadableReport(f"{path}: {contradiction}; {again}")
    return report


def _upgraded(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    import jsonschema  # which takes a tenth of a second, and reports of today do not need

    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(stored_schema(1)).iter_errors(data)
    )
    if error is not None:
        raise _no_report(path, error.json_path, error.message)
    return upgrade(data)


def _validated(path: Path, data: dict[str, Any]) -> Report:
    try:
        return Report.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _no_report(path, where, first["msg"]) from error


def _no_report(path: Path, where: str, message: str) -> UnreadableReport:
    return UnreadableReport(
        _(
            "{path}: not a valid report, {where}: {message}; {again}",
            path=path,
            where=one_line(where),
            message=one_line(message),
            again=_("give the report.json of a graded run"),
        )
    )


def _contradiction(report: Report) -> str:
    """Return where a report contradicts itself.

    One that was edited by hand may, and its forms would too.
    """
    told = next(filter(None, map(_contradiction_of, report.criteria)), "")
    if told:
        return told
    (least, most), points = bounds(report.selected), sum(result.points for result in report.selected)
    if report.max_score != points or report.score not in {None, least}:
        return _(
            "its criteria add up to {earned} of {points} points, but the report says {score} of {max}",
            earned=least,
            points=points,
            score=report.score,
            max=report.max_score,
        )
    if (report.score_at_least, report.score_at_most) != (least, most):
        return _(
            "its criteria add up to between {least} and {most} points, but the report says {at_least} to "
            "{at_most}",
            least=least,
            most=most,
            at_least=report.score_at_least,
            at_most=report.score_at_most,
        )
    if (report.score is None) != (report.outcome == "incomplete"):
        return _(
            "its outcome is {outcome}, but its score is {score}", outcome=report.outcome, score=report.score
        )
    if report.score is not None and least != most:
        return _("it has a score, although a criterion has no verdict")
    return ""


def _contradiction_of(result: CriterionResult) -> str:
    if result.earned is not None and result.earned > result.points:
        return _(
            "{criterion} has {earned} of {points} points",
            criterion=one_line(result.id),
            earned=result.earned,
            points=result.points,
        )
    decided = result.verdict not in {Verdict.ERROR, Verdict.NOT_RUN}
    if decided != (result.earned is not None) or (decided and not result.selected):
        return _(
            "the verdict of {criterion} is {verdict}, but its points are {earned}",
            criterion=one_line(result.id),
            verdict=result.verdict.value,
            earned=result.earned,
        )
    if not result.gradable and result.verdict is not Verdict.ERROR:
        return _(
            "the verdict of {criterion} is {verdict}, but it is marked as not gradable",
            criterion=one_line(result.id),
            verdict=result.verdict.value,
        )
    return ""


def read_evidence(view: StudentView, folder: Path) -> dict[str, Any]:
    """Return the evidence that may be shown, by name.

    None stands for a file that cannot be read.
    """
    found: dict[str, Any] = {}
    for path in sorted(view.evidence):
        name = name_of(path)
        try:
            found[name] = from_json(read_regular(folder / EVIDENCE / relative(path), MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            found[name] = None
    return found
