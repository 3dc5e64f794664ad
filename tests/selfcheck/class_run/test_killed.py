"""A class run that is killed goes on where it was: nothing that ended runs again, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.class_run.errors import MachineNotReady
from fixtures.class_run.ledger import State
from grading import timeouts
from grading.pytest_startup import ROOT
from tests.selfcheck.class_run.classes import Class
from tests.selfcheck.class_run.test_jobs import marked

BEHAVIOURS = {"an": "slow", "bo": "passes", "cy": "error", "di": "passes"}
MOMENTS = {
    "before the first job is written": ("open", ".tmp", 1),
    "while the jobs are planned": ("os.rename", "bo.job.json", 1),
    "before a job is under way": ("os.rename", "an.job.json", 2),
    "before its grader is started": ("subprocess.Popen", "grader.py", 1),
    "while graders run": ("subprocess.Popen", "grader.py", 2),
    "before a job has ended in the ledger": ("os.rename", "bo.job.json", 3),
    "before an error has": ("os.rename", "cy.job.json", 3),
    "before the clusters are removed": ("os.remove", "clusters", 1),
}
END = {"an": "graded", "bo": "graded", "cy": "error", "di": "graded"}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "CLASS_JOB", 20.0)


def kill(root: Path, behaviours: dict[str, str], event: str, part: str, number: int) -> None:
    """Run a class that is killed at a moment."""
    words = [sys.executable, "-m", "tests.selfcheck.class_run.killed", str(root), json.dumps(behaviours)]
    done = subprocess.run([*words, event, part, str(number)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed(tmp_path: Path, moment: str) -> None:
    kill(tmp_path, BEHAVIOURS, *MOMENTS[moment])
    made = Class(tmp_path, BEHAVIOURS)
    ended = [job.key for job in made.ledger.read().values() if job.state.is_ended]
    graded = [key for key in BEHAVIOURS if made.reports.is_graded(key)]
    before = made.begun()
    assert made.grade()
    again = made.begun()[len(before) :]
    assert not {*ended, *graded} & {*again}, "a job that has ended ran again"
    assert made.states() == END
    assert all(made.reports.is_graded(key) == (END[key] == "graded") for key in END)
    assert made.garage.clusters() == []
    assert marked(made) == []

    assert made.grade()
    assert len(made.begun()) == len(before) + len(again), "there was nothing left to do"


def test_a_grader_that_outlived_its_run_is_ended(tmp_path: Path) -> None:
    behaviours = {**BEHAVIOURS, "an": "hangs passes"}
    kill(tmp_path, behaviours, "subprocess.Popen", "grader.py", 3)
    made = Class(tmp_path, behaviours)
    assert made.grade()
    assert made.states()["an"] == "graded"
    assert marked(made) == []


@pytest.mark.parametrize("number", [1, 3, 7, 10])
def test_a_full_disk_ends_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    made = Class(tmp_path, BEHAVIOURS)
    left = number

    def fsync(_descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises((MachineNotReady, OSError), match=r"The disk is full|No space left"):
            made.grade()
    ended = {job.key for job in made.ledger.read().values() if job.state.is_ended}
    begun = made.begun()
    assert made.grade()
    assert not ended & {*made.begun()[len(begun) :]}
    assert made.states() == END


def interrupted(made: Class, *, times: int) -> bool:
    """Grade, and press Ctrl-C when the first job has begun; return whether the run came to its end."""
    doing, say = made.watcher.doing, made.watcher.say

    def press() -> None:
        if len(made.watcher.said) < times:
            os.kill(os.getpid(), signal.SIGINT)

    def press_at_the_first(slot: int, key: str, words: str) -> None:
        doing(slot, key, words)
        if key == "an" and not made.watcher.said:
            press()

    def press_again(words: str) -> None:
        say(words)
        press()

    made.watcher.doing = press_at_the_first  # type: ignore[method-assign]
    made.watcher.say = press_again  # type: ignore[method-assign]
    return made.grade(at_once=1)


def test_ctrl_c_once_ends_after_what_runs(tmp_path: Path) -> None:
    made = Class(tmp_path, BEHAVIOURS)
    assert not interrupted(made, times=1)
    assert made.states() == {"an": "graded", "bo": "waiting", "cy": "waiting", "di": "waiting"}
    assert made.garage.clusters() == []
    assert "Ctrl-C again" in made.watcher.said[0]
    again = Class(tmp_path, BEHAVIOURS)
    assert again.grade()
    assert again.states() == END
    assert again.begun().count("an") == 1


def test_ctrl_c_twice_ends_at_once(tmp_path: Path) -> None:
    made = Class(tmp_path, {**BEHAVIOURS, "an": "hangs passes"})
    assert not interrupted(made, times=2)
    assert {State(state) for state in made.states().values()} == {State.WAITING}
    assert made.garage.clusters() == []
    assert marked(made) == []
    again = Class(tmp_path, {**BEHAVIOURS, "an": "passes"})
    assert again.grade()
    assert again.states() == END
