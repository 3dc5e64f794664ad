"""The report as the ``results.json`` of a Gradescope autograder.

Specification: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format

Gradescope adds up the scores of the tests if there is no score of the whole, so none is given that
could contradict them. If grading was not done, or criteria were not selected, no score is given at all:
the specification asks for one at either place, so that Gradescope has nothing to record, and the instructor
sees that the autograder has to be run again.
"""

from __future__ import annotations

import json
from typing import Any

from grading.renderers.labels import headline, plain, result_word, selection
from grading.report.model import CriterionResult, Detail, Verdict
from grading.report.student_view import StudentView
from grading.text.i18n import _
from grading.text.sanitize import inert_json, one_line


def to_gradescope(view: StudentView) -> str:
    """Render a report."""
    report = view.report
    told = (headline(view), selection(view), one_line(report.reason, limit=1000))
    results = {
        "output": "\n".join(filter(None, told)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # what pytest prints is for the instructor
        "execution_time": round(report.duration_s),
        "tests": [
            _test(str(number), result, is_grade=view.is_grade)
            for number, result in enumerate(view.results, 1)
        ],
    }
    return inert_json(json.dumps(results, indent=2, ensure_ascii=False)) + "\n"


def _test(number: str, result: CriterionResult, *, is_grade: bool) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": one_line(f"{result.id}: {result.title}"),
        "name_format": "text",
        "number": number,
        "output": _output(result),
        "output_format": "text",
        "visibility": "hidden" if result.detail is Detail.NONE else "visible",
    }
    if is_grade:
        test |= {"score": result.earned or 0, "max_score": result.points}
    if result.verdict is not Verdict.ERROR:  # which is neither of the two that Gradescope knows
        test["status"] = "passed" if result.verdict is Verdict.PASSED else "failed"
    return test


def _output(result: CriterionResult) -> str:
    text = plain(result)
    word = result_word(result)
    return _("{verdict}: {details}", verdict=word, details=text) if text else word
