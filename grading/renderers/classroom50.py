"""The report as the ``result.json`` of an autograder in Classroom 50, ``classroom50/result/v1``.

Specification: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding#the-resultjson-contract
and https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json

Points are whole numbers that are not negative. If grading was not done, or criteria were not selected, it
is what the specification has for an error: no tests, and 0 of 0 points.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final
from urllib.parse import quote

from grading.renderers.labels import plain
from grading.report.model import CriterionResult, Verdict
from grading.report.student_view import StudentView
from grading.text.sanitize import inert_json, one_line, visible

SCHEMA: Final = "classroom50/result/v1"


def to_classroom50(view: StudentView, environment: Mapping[str, str] = os.environ) -> str:
    """Render a report.

    Args:
        view: what the student may see.
        environment: Classroom 50 says there whose submission of which assignment it grades. Elsewhere
            the names are stand-ins, which its collector takes for nobody's.

    Returns:
        The text of ``result.json``.
    """
    moment = f"{view.report.started.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    tests = [_test(result) for result in view.results] if view.is_grade else []
    result = {
        "schema": SCHEMA,
        **_identity(environment, moment),
        "datetime": moment,
        "graded_at": moment,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return inert_json(json.dumps(result, indent=2, ensure_ascii=False)) + "\n"


def _identity(environment: Mapping[str, str], moment: str) -> dict[str, str]:
    def given(name: str, otherwise: str) -> str:
        return visible(environment.get(name) or otherwise)

    server = given("GITHUB_SERVER_URL", "https://github.com")
    repository = f"{server}/{given('GITHUB_REPOSITORY', 'local/local')}"
    submission = given("SUBMISSION_TAG", f"submit/{moment.replace(':', '-')}-local")
    commit = given("COMMIT_URL", f"{repository}/commit/{given('GITHUB_SHA', 'local')}")
    kind = environment.get("ASSIGNMENT_TYPE", "")
    return {
        "classroom": given("CLASSROOM", "local"),
        "assignment": given("ASSIGNMENT", "local"),
        "assignment_type": kind if kind in {"individual", "group"} else "individual",
        "owner": given("OWNER", given("USERNAME", "local")),
        "submission": submission,
        "commit": commit,
        "release": given("RELEASE_URL", f"{repository}/releases/tag/{quote(submission, safe='')}"),
        "review": given("REVIEW_URL", commit),
    }


def _test(result: CriterionResult) -> dict[str, Any]:
    return {
        "test-name": one_line(result.id),
        "passed": result.verdict is Verdict.PASSED,
        "score": result.earned or 0,
        "max-score": result.points,
        "verdict": result.verdict.value,
        "title": one_line(result.title),
        "message": plain(result),
    }
