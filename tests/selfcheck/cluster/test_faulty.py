"""The check of each criterion fails by one of these faults, each of which loses exactly what it names;
those that look unusual and are right lose nothing.

All of them: ``kubegrade faulty``.
"""

from __future__ import annotations

import pytest

from fixtures.faults.catalogue import load_faults
from fixtures.faults.cover import cover
from fixtures.faults.judging import Outcome
from fixtures.faults.runs import grade_all

FAULTS = load_faults()
CHOSEN = cover(FAULTS)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in grade_all([FAULTS[name] for name in CHOSEN], jobs=2)}


@pytest.mark.parametrize("name", CHOSEN)
def test_loses_exactly_what_it_names(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].problem == ""
