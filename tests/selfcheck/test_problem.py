"""What is wrong, in one shape from where it is found to the report."""

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from grading.errors import (
    ApiError,
    CriterionFailure,
    InfrastructureError,
    Location,
    Problem,
    Unplayable,
    told,
)
from grading.evidence.base import Evidence
from grading.exercise.given import package_of
from grading.precheck.findings import Finding

WRONG = Problem("why", "do", "x", "y", Location("d/f.yaml", 3))


def test_a_failure_is_its_problem() -> None:
    made = CriterionFailure("why", help="do", expected="x", actual="y", location=Location("d/f.yaml", 3))
    assert made.problem == WRONG == CriterionFailure.of(WRONG).problem
    assert str(CriterionFailure.of(WRONG)) == "why"
    assert isinstance(Unplayable.of(WRONG), Unplayable)


def test_a_failure_moves() -> None:
    failure = CriterionFailure.of(WRONG)
    failure.move(Location("other.yaml"))
    assert failure.problem == Problem("why", "do", "x", "y", Location("other.yaml"))
    assert WRONG.location == Location("d/f.yaml", 3)


def test_evidence_keeps_it() -> None:
    evidence = Evidence(scenario="x", started=datetime(2026, 1, 2, tzinfo=UTC))
    with evidence.attempt():
        raise Unplayable.of(WRONG)
    evidence.parts["pod"] = WRONG
    again = Evidence.model_validate_json(evidence.model_dump_json())
    assert again.trouble == again.parts["pod"] == WRONG
    with pytest.raises(Unplayable) as caught:
        again.need(None)
    assert caught.value.problem == WRONG


def test_a_finding_has_a_place() -> None:
    assert Finding.of(CriterionFailure("why"), "f.yaml").location == Location("f.yaml")
    assert Finding.of(CriterionFailure.of(WRONG), "f.yaml", "a.one") == Finding(WRONG, "a.one")


def test_a_location_is_a_file_and_a_line() -> None:
    with pytest.raises(ValidationError):
        Location("f.yaml", "three")  # type: ignore[arg-type]


def test_an_error_in_the_python_of_a_given_course_names_its_line(tmp_path: Path) -> None:
    course = tmp_path / "hello"
    course.mkdir()
    (course / "scenario.py").write_text("def play():\n    return {}['replica']\n", "utf-8")
    made = importlib.import_module(f"{package_of(course, 'hello')}.scenario")
    with pytest.raises(KeyError) as caught:
        made.play()
    assert told(caught.value) == (
        "scenario.py:2: KeyError: 'replica': a mistake in the course, not in the submission"
    )


def test_an_error_that_a_given_course_only_ran_into_is_none_of_its_mistakes(tmp_path: Path) -> None:
    (tmp_path / "scenario.py").write_text("def ask(get):\n    get()\n", "utf-8")
    made = importlib.import_module(f"{package_of(tmp_path, 'hello')}.scenario")

    def get() -> None:
        raise ApiError(500, "InternalError", "etcd is slow")

    with pytest.raises(ApiError) as caught:
        made.ask(get)
    assert told(caught.value) == "scenario.py:2: ApiError: etcd is slow"
    assert told(InfrastructureError("Docker is gone")) == "Docker is gone"
    assert told(KeyError("replica")) == "KeyError: 'replica'"
