"""Courses of somebody else's: the reference earns every point, and each fault loses exactly what it names.

They are those of examples/ and that of docs/new-exercise.md, graded together: faults of
different courses share a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import combined
from fixtures.faults.judging import Outcome
from fixtures.faults.model import Fault
from fixtures.faults.runs import grade_all
from grading.exercise.loader import choose_courses, load_courses
from tests.selfcheck.given import EXAMPLES, follow_page

SLOT = 15
REFERENCE = Fault(id="reference-itself", title="the reference", add={"README.md": "Nothing of the courses."})


@contextmanager
def chosen() -> Iterator[list[Fault]]:
    """Choose the courses; yield the reference, and their faults in few submissions."""
    with TemporaryDirectory(prefix="kubegrade-examples-") as work:
        choose_courses([*EXAMPLES, follow_page(Path(work))])
        try:
            yield [REFERENCE, *combined(load_faults().values(), load_courses())]
        finally:
            choose_courses(())


with chosen() as faults:
    IDS = [fault.id for fault in faults]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    with chosen() as faults:
        graded = grade_all(faults, jobs=1, marker=load_courses().default_marker, first_slot=SLOT)
        return {outcome.id: outcome for outcome in graded}


@pytest.mark.parametrize("name", IDS)
def test_loses_exactly_what_it_names(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].problem == ""
