"""The courses of examples/: the reference earns every point, and each fault loses exactly what it names.

Both are graded as one, with ``--course`` twice; faults of the two courses share a run.
"""

from __future__ import annotations

import pytest

from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import combined
from fixtures.faults.judging import Outcome
from fixtures.faults.model import Fault
from fixtures.faults.runs import grade_all
from grading.exercise.loader import choose_courses, load_courses
from tests.selfcheck.given import EXAMPLES

SLOT = 15
REFERENCE = Fault(id="reference-itself", title="the reference", add={"README.md": "Nothing of the courses."})


def submissions() -> list[Fault]:
    """The reference, and the faults in few submissions."""
    choose_courses(EXAMPLES)
    try:
        return [REFERENCE, *combined(load_faults().values(), load_courses())]
    finally:
        choose_courses(())


CHOSEN = submissions()


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    choose_courses(EXAMPLES)
    try:
        return {
            outcome.id: outcome
            for outcome in grade_all(CHOSEN, jobs=1, marker="settings or sums", first_slot=SLOT)
        }
    finally:
        choose_courses(())


@pytest.mark.parametrize("name", [fault.id for fault in CHOSEN])
def test_loses_exactly_what_it_names(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].problem == ""
