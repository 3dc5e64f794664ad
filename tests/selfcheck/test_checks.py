"""What holds for the checks of every section: the reference passes, and without evidence nobody is to blame.

Criteria that only look at what a file declares are judged in test_declared.py.
"""

from typing import Final

import pytest

from grading.errors import InfrastructureError, Location, Problem, Unplayable
from tests.selfcheck.recorded import COURSES, Judge, judges, load

SEEN: Final = [
    pytest.param(scenario, check, id=criterion)
    for exercise in COURSES.exercises
    for scenario in exercise.spec.scenarios
    for criterion, check in judges(scenario).items()
]


@pytest.mark.parametrize(("scenario", "check"), SEEN)
def test_reference_passes(scenario: str, check: Judge) -> None:
    check(load("reference", scenario))


@pytest.mark.parametrize(("scenario", "check"), SEEN)
def test_without_evidence_it_is_nobodys_fault(scenario: str, check: Judge) -> None:
    model = COURSES.scenario(scenario).evidence
    bare = {"scenario": scenario, "started": "2026-01-01T00:00:00Z"}
    with pytest.raises(InfrastructureError, match="ended before it recorded this"):
        check(model.model_validate(bare))
    with pytest.raises(InfrastructureError, match="no route"):
        check(model.model_validate(bare | {"error": "no route"}))
    trouble = Problem("refused", "do", "x", "y", Location("f.yaml", 3))
    with pytest.raises(Unplayable, match="refused") as caught:
        check(model.model_validate(bare | {"trouble": trouble}))
    assert caught.value.problem == trouble
