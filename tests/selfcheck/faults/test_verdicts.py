"""How the report of a run is judged into which a fault was injected, without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Final

import pytest

from fixtures.faults.catalogue import load_faults
from grading.exercise.loader import load_courses
from grading.report.model import CriterionResult, Environment, Report, Verdict
from tests.selfcheck.faults.catalogue import INJECTIONS, QUICK
from tests.selfcheck.faults.injection import Injection
from tests.selfcheck.faults.moments import begun
from tests.selfcheck.faults.site import Site
from tests.selfcheck.faults.verdicts import problems

PASSED, FAILED, ERROR, NOT_RUN = Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.NOT_RUN


@contextmanager
def nothing(_site: Site) -> Iterator[None]:
    yield


INJECTION: Final = Injection(
    "some-fault",
    "something breaks",
    "s11_9",
    begun("rolling"),
    nothing,
    lacks=("rolling.[!d]*",),
    hides=frozenset({"rolling.available"}),
    cause="node agent-[01]",
)


def report(**verdicts: tuple[Verdict, str]) -> Report:
    criteria = [
        CriterionResult(
            id=name.replace("__", "."),
            chapter="chapter11",
            section="11.9",
            title="a title",
            points=1,
            verdict=verdict,
            rationale=rationale,
        )
        for name, (verdict, rationale) in verdicts.items()
    ]
    return Report(
        submission="reference",
        started=datetime.now(UTC),
        duration_s=1.0,
        environment=Environment(),
        rubric="",
        score=None,
        max_score=1,
        score_at_least=0,
        score_at_most=1,
        outcome="graded",
        chapters=[],
        criteria=criteria,
    )


@pytest.mark.parametrize(
    ("verdicts", "status", "wrong"),
    [
        ({"rolling__surge": (PASSED, "")}, 0, ""),
        ({"rolling__surge": (ERROR, "node agent-0 was not Ready")}, 3, ""),
        ({"rolling__surge": (ERROR, "something was odd")}, 3, "the cause is not named"),
        ({"rolling__surge": (NOT_RUN, "")}, 3, "the cause is not named"),
        ({"rolling__declared": (ERROR, "node agent-0 was not Ready")}, 3, "could be seen all the same"),
        ({"rolling__surge": (FAILED, "12 Pods existed")}, 1, "rolling.surge is failed: 12 Pods existed"),
        ({"rolling__available": (PASSED, "")}, 0, "the fault did not hurt"),
        ({"rolling__surge": (PASSED, "")}, 3, "exit status 3, not 0"),
        ({"rolling__surge": (ERROR, "node agent-0 was not Ready")}, 0, "exit status 0, not 3"),
    ],
)
def test_the_reference(verdicts: dict[str, tuple[Verdict, str]], status: int, wrong: str) -> None:
    found = problems(INJECTION, report(**verdicts), status)
    assert wrong in "\n".join(found)
    assert bool(found) == bool(wrong)


@pytest.mark.parametrize(
    ("verdict", "status", "wrong"),
    [
        (FAILED, 1, ""),
        (Verdict.BLOCKED, 1, ""),
        (PASSED, 0, "rolling.surge is not lost"),
    ],
)
def test_a_faulty_submission(verdict: Verdict, status: int, wrong: str) -> None:
    found = problems(INJECTION, report(rolling__surge=(verdict, "12 Pods")), status, {"rolling.surge"})
    assert wrong in "\n".join(found)
    assert bool(found) == bool(wrong)


def test_what_cannot_be_seen_of_a_faulty_submission_is_no_passed_criterion() -> None:
    seen = report(rolling__surge=(ERROR, "node agent-1 was not Ready"), rolling__declared=(FAILED, "50%"))
    assert problems(INJECTION, seen, 3, {"rolling.surge", "rolling.declared"}) == []


@pytest.mark.parametrize("injection", INJECTIONS.values(), ids=INJECTIONS)
def test_the_data_of_an_injection(injection: Injection) -> None:
    courses = load_courses()
    graded = [
        criterion
        for criterion, (exercise, _spec) in courses.criteria.items()
        if injection.marker in courses.markers(exercise)
    ]
    assert graded
    for pattern in injection.lacks:
        assert any(fnmatchcase(criterion, pattern) for criterion in graded), pattern
    assert bool(injection.lacks) == bool(injection.cause)
    assert not injection.fault or load_faults()[injection.fault].loses & set(graded)


def test_declarations_can_always_be_seen() -> None:
    courses = load_courses()
    declared = [criterion for criterion in courses.criteria if criterion.endswith(".declared")]
    hidden = [
        (injection.id, criterion)
        for injection in INJECTIONS.values()
        for criterion in declared
        if any(fnmatchcase(criterion, pattern) for pattern in injection.lacks)
    ]
    assert hidden == []


def test_there_are_enough_and_the_quick_ones_are_among_them() -> None:
    assert len(INJECTIONS) >= 20
    assert set(QUICK) <= set(INJECTIONS)
