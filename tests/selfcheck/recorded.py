"""Evidence that was recorded on a real cluster.

Each file of recordings/ is the evidence of one scenario as a run leaves it in its report folder,
``evidence/<scenario>.json``, compressed. It is named after the submission, the reference or a fault, and the
scenario.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

from grading.errors import CriterionFailure
from grading.evidence.base import Evidence
from grading.exercise.check_model import Declared
from grading.exercise.loader import load_courses

E = TypeVar("E", bound=Evidence)
Judge = Callable[[Any], object]

FOLDER = Path(__file__).parent / "recordings"
COURSES: Final = load_courses()


def seen(criterion: str) -> Judge:
    """Return what judges a criterion of the courses beside what a file declares."""
    exercise, spec = COURSES.criteria[criterion]
    checks = [check for check in spec.checks if not isinstance(check, Declared)]
    judge = exercise.judge(spec.model_copy(update={"checks": checks}))
    judge.__name__ = criterion
    return judge


def judges(scenario: str) -> dict[str, Judge]:
    """Return, by criterion, what judges a scenario beside what a file declares."""
    found = {
        criterion: seen(criterion)
        for criterion, (_exercise, spec) in COURSES.criteria.items()
        if spec.scenario == scenario and not all(isinstance(check, Declared) for check in spec.checks)
    }
    assert found
    return found


def load(submission: str, scenario: str) -> Any:
    """Read a recording of a scenario of the courses."""
    return recorded(scenario, COURSES.scenario(scenario).evidence, submission)


def changed(scenario: str, **fields: Any) -> Any:
    """Read a recording of the reference and replace fields of it."""
    return load("reference", scenario).model_copy(update=fields)


def recorded(scenario: str, model: type[E], submission: str = "reference") -> E:
    """Read a recording; every call returns an object of its own."""
    return model.model_validate(recording(f"{submission}-{scenario}"))


def recording(name: str) -> dict[str, Any]:
    """Read a recording as plain data."""
    data: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return data


def assert_lost(check: Judge, evidence: Evidence, words: str) -> None:
    """See a check fail in these words, and say all that a student needs."""
    with pytest.raises(CriterionFailure, match=words) as caught:
        check(evidence)
    assert caught.value.problem.help
    assert caught.value.problem.expected
    assert caught.value.problem.actual


def assert_found(check: Judge, evidence: Evidence, words: str) -> None:
    """See a check of chapter 11 fail, with these words in what it saw, and name the section to read."""
    with pytest.raises(CriterionFailure) as caught:
        check(evidence)
    assert words in f"{caught.value.problem.rationale} {caught.value.problem.actual}"
    assert "(11." in caught.value.problem.help
    assert caught.value.problem.expected


def recorded_events(name: str, pod: str) -> list[dict[str, Any]]:
    """Read the events about a Pod from a recording of a cluster's events."""
    events = json.loads(gzip.decompress((FOLDER / "events" / f"{name}.json.gz").read_bytes()))
    return [event for event in events if event["involvedObject"]["name"] == pod]
