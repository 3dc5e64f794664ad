"""The check of each criterion fails by one of these faults, each of which loses exactly what it names;
those that look unusual and are right lose nothing.

Faults that have nothing to do with each other are graded in one run. All of them, each by itself:
``kubegrade faulty``.
"""

from __future__ import annotations

import pytest

from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import combined
from fixtures.faults.cover import cover
from fixtures.faults.judging import Outcome
from fixtures.faults.runs import grade_all
from grading.exercise.loader import load_courses

FAULTS = load_faults()
CHOSEN = combined((FAULTS[name] for name in cover(FAULTS, load_courses().files)), load_courses())


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in grade_all(CHOSEN, jobs=2)}


@pytest.mark.parametrize("name", [fault.id for fault in CHOSEN])
def test_loses_exactly_what_it_names(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].problem == ""
