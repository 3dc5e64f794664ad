"""Faults in one submission: only those that have nothing to do with each other, and all of them together."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import SEPARATOR, combined
from fixtures.faults.cover import cover
from fixtures.faults.judging import judge
from fixtures.faults.model import Fault
from grading.exercise.loader import load_courses
from tests.selfcheck.replayed import replay

FAULTS: Final = load_faults()
COURSES: Final = load_courses()
COVER: Final = cover(FAULTS, COURSES.files)
COMBINED: Final = combined((FAULTS[name] for name in COVER), COURSES)


def fault(name: str, **fields: Any) -> Fault:
    return Fault.model_validate({"id": f"some-{name}", "title": "some fault of a file", **fields})


def ids(*faults: Fault) -> list[str]:
    return [found.id.replace("some-", "") for found in combined(faults, COURSES)]


def test_what_different_scenarios_play_is_combined() -> None:
    services = fault("svc", remove=["svc.yaml"], fails=["services.clusterip.declared"])
    namespaces = fault("ns", remove=["ns.yaml"], fails=["namespaces.declared"])
    other_claim = fault("claim", remove=["dynamic-pvc.yaml"], fails=["storage.dynamic.waits"])
    volume = fault("volume", remove=["manual-pv.yaml"], fails=["storage.pv.declared"])
    assert ids(services, namespaces, other_claim, volume) == ["svc+ns+claim+volume"]


def test_what_one_scenario_plays_is_not() -> None:
    volume = fault("volume", remove=["manual-pv.yaml"], fails=["storage.pv.declared"])
    claim = fault("claim", remove=["manual-pvc.yaml"], fails=["storage.pvc.bound"])
    pod = fault("pod", remove=["second-pod.yaml"], fails=["pods.declared"])
    assert ids(volume, claim, pod) == ["volume+pod", "claim"]


def test_what_one_costs_in_the_scenario_of_another_is_not() -> None:
    volume = fault("volume", remove=["manual-pv.yaml"], fails=["storage.pv.declared"])
    far = fault(
        "far", remove=["dynamic-pvc.yaml"], fails=["storage.dynamic.waits"], blocks=["storage.pvc.bound"]
    )
    assert ids(volume, far) == ["volume", "far"]


@pytest.mark.parametrize("made", COMBINED, ids=lambda made: made.id)
def test_a_combination_changes_and_costs_what_its_parts_do(made: Fault) -> None:
    parts = [FAULTS[name] for name in made.id.split(SEPARATOR)]
    assert made.files == set().union(*(part.files for part in parts))
    for field in ("patch", "text", "remove", "exported", "fails", "blocks"):
        assert getattr(made, field) == [item for part in parts for item in getattr(part, field)]
    for field in ("rename", "add"):
        items = [item for part in parts for item in getattr(part, field).items()]
        assert list(getattr(made, field).items()) == items


def test_the_cover_is_graded_in_few_runs_and_none_of_it_is_left_out() -> None:
    assert sorted(name for found in COMBINED for name in found.id.split(SEPARATOR)) == sorted(COVER)
    assert len(COMBINED) <= 8


@pytest.mark.parametrize("made", COMBINED, ids=lambda made: made.id)
def test_each_part_is_judged_as_if_it_were_alone(made: Fault, tmp_path: Path) -> None:
    """On the recordings of each part by itself."""
    build(made, tmp_path / "submission")
    parts = [FAULTS[name] for name in made.id.split(SEPARATOR)]
    recordings = {scenario: part.id for part in parts for scenario in COURSES.playing(part.files)}
    for course in COURSES.courses:
        criteria = {criterion.id for exercise in course.exercises for criterion in exercise.spec.criteria}
        lost = {key: [name for name in getattr(made, key) if name in criteria] for key in ("fails", "blocks")}
        report, _evidence = replay(tmp_path / "submission", recordings, course.spec.marker)
        assert judge(made.model_copy(update=lost), report).problem == ""
