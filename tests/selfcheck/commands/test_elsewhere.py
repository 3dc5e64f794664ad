"""Scenarios of commands play on clusters of their own, and that of the run is not needed for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.faults.building import REFERENCE
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.context import Context
from grading.runner.runner import Runner
from grading.runner.scenario import Scenario
from grading.submission.loader import load_submission
from tests.selfcheck.commands.standin import StandInFleet


def runner(folder: Path) -> Runner:
    courses = load_courses()
    submission = load_submission(REFERENCE, courses.files.values())
    return Runner(None, submission, courses.images, folder, fetched=True, fleet=StandInFleet(folder))


def test_they_need_no_cluster_of_the_run(tmp_path: Path) -> None:
    played: list[Elsewhere] = []

    def play(context: Elsewhere, _evidence: Evidence) -> None:
        played.append(context)

    alone = runner(tmp_path)
    alone.start([Scenario(name, Evidence, play, title="x", elsewhere=True) for name in ("one", "two")])
    found = [alone.evidence(name) for name in ("one", "two")]
    alone.close()
    assert [evidence.error for evidence in found] == ["", ""]
    assert [context.evidence for context in played] == found
    assert all(context.fetched and context.images for context in played)


def test_others_need_one(tmp_path: Path) -> None:
    def play(_context: Context, _evidence: Evidence) -> None:
        raise AssertionError

    alone = runner(tmp_path)
    alone.start([Scenario("one", Evidence, play, title="x")])
    with pytest.raises(ValueError, match="one plays on the cluster of the run, and there is none"):
        alone.evidence("one")
    alone.close()
