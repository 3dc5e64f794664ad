"""The report as the result of a GitHub Classroom autograder, for its reporter.

The reporter takes the result, in base64, from a variable of the environment:
https://github.com/classroom-resources/autograding-grading-reporter. What it reads of it, and what the
graders write, is in its ``src/`` and in that of
https://github.com/classroom-resources/autograding-command-grader.

The reporter adds up points in two ways: its table has the part of the tests that passed, times
``max_score``; what it tells GitHub Classroom is the sum of the tests' own scores. The two agree if every
test is worth the same, so that every point is a test of its own here.

If grading was not done, or criteria were not selected, ``max_score`` is 0, for which the reporter tells
GitHub Classroom nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from grading.renderers.labels import rationale, result_word, tries
from grading.report.model import CriterionResult, Verdict
from grading.report.student_view import StudentView
from grading.text.i18n import _, joined
from grading.text.sanitize import inert, one_line

MAX_BYTES: Final = 96 * 1024 - 512
"""Bytes: in base64 it has to fit the 128 KiB that Linux allows one variable (MAX_ARG_STRLEN, execve(2))."""

_STATUS: Final = {
    Verdict.PASSED: "pass",
    Verdict.FAILED: "fail",
    Verdict.BLOCKED: "fail",
    Verdict.ERROR: "error",
    Verdict.NOT_RUN: "error",
}


def to_github_classroom(view: StudentView) -> str:
    """Render a report."""
    for message_length in (300, 100, 0):
        text = json.dumps(_result(view, message_length), ensure_ascii=False, separators=(",", ":")) + "\n"
        if len(text.encode()) <= MAX_BYTES:
            break
    return text


def _result(view: StudentView, message_length: int) -> dict[str, Any]:
    if view.is_grade:
        tests = [test for result in view.results for test in _points(result, message_length)]
        status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    else:
        tests = [_test(result, result.id, message_length) for result in view.results]
        status = (
            "error" if view.report.score is None else "fail" if any(map(_is_lost, view.results)) else "pass"
        )
    return {
        "version": 1,
        "status": status,
        "max_score": sum(result.points for result in view.results) if view.is_grade else 0,
        "tests": tests,
    }


def _points(result: CriterionResult, message_length: int) -> Iterator[dict[str, Any]]:
    """Yield a test for each point of a criterion; the first that was lost says why."""
    for point in range(1, result.points + 1):
        name = result.id if result.points == 1 else f"{result.id} ({point}/{result.points})"
        earned = result.earned or 0
        passed = point <= earned
        # Of a criterion that passed, what there is to tell is told at its first point.
        told = point == (earned + 1 if earned < result.points else 1)
        test = _test(result, name, message_length if told else 0)
        yield test | {"status": "pass" if passed else "fail", "score": int(passed)}


def _test(result: CriterionResult, name: str, message_length: int) -> dict[str, Any]:
    message = inert(one_line(_told(result), limit=message_length)) if message_length else ""
    place = result.location if message else None
    return {
        "name": one_line(name),
        "status": _STATUS[result.verdict],
        "score": 0,
        "message": message,
        "test_code": "",
        "filename": inert(one_line(place.file)) if place else "",
        "line_no": (place.line or 0) if place else 0,
        "duration": 0,
    }


def _told(result: CriterionResult) -> str:
    """Return a message on a criterion: why it was lost, and of which try.

    Or why it was not graded.
    """
    if result.verdict is Verdict.PASSED:
        return tries(result)
    why = rationale(result)
    if not result.gradable:
        why = _("{verdict}: {details}", verdict=result_word(result), details=why)
    return joined(" ", filter(None, [why, tries(result)]))


def _is_lost(result: CriterionResult) -> bool:
    return result.verdict.is_lost
