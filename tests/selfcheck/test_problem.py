"""What is wrong, in one shape from where it is found to the report."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from grading.errors import CriterionFailure, Location, Problem, Unplayable
from grading.evidence.base import Evidence
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
