"""A class on real clusters: to its end, and killed at five moments."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from fixtures import k3d
from fixtures.airgap import teardown
from fixtures.class_run.ledger import Job, Ledger, State
from grading.gradebook.model import SUBMISSIONS
from grading.pytest_startup import ROOT
from grading.report.model import FILE
from grading.waiting import until
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.planted import BIN

FIRST_SLOT = 12
SLOTS = range(FIRST_SLOT, FIRST_SLOT + 3)
"""Two that are graded on, and one that is made ready meanwhile."""
LONGEST = 600.0
"""Seconds until a moment comes, or a run ends."""


def test_three_submissions_on_two_slots(tmp_path: Path) -> None:
    _hand_in(tmp_path, "an", "bo")
    (tmp_path / "autumn" / "cy").mkdir()
    (tmp_path / "autumn" / "cy" / "notes.txt").write_text("niets", "utf-8")
    done = subprocess.run(
        _command(tmp_path),
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=LONGEST,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    states = {key: job.state for key, job in _jobs(tmp_path).items()}
    assert states == {"an": State.GRADED, "bo": State.GRADED, "cy": State.ERROR}
    assert not _clusters()


def test_killed_at_five_moments(tmp_path: Path) -> None:
    _hand_in(tmp_path, "an", "bo", "cy")
    moments: dict[str, Callable[[], bool]] = {
        "a cluster is being made": lambda: bool(_clusters()),
        "a grader has begun": lambda: State.RUNNING in _states(tmp_path),
        "a grader has recorded something": lambda: any(tmp_path.glob(f"out/{SUBMISSIONS}/*/evidence/*")),
        "a job has ended": lambda: State.GRADED in _states(tmp_path),
        "all have, and the clusters are removed": lambda: set(_states(tmp_path)) == {State.GRADED},
    }
    ended: dict[str, tuple[Job, int]] = {}
    for moment, has_come in moments.items():
        with subprocess.Popen(_command(tmp_path), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            until(lambda: has_come() or process.poll() is not None, bool, LONGEST, every=0.05)  # noqa: B023
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL, f"it did not come to this: {moment}"
        now = _ended(tmp_path)
        assert now.items() >= ended.items(), f"a result of before was lost or graded again: {moment}"
        ended = now
    last = subprocess.run(_command(tmp_path), cwd=ROOT, check=False, capture_output=True, timeout=LONGEST)
    assert last.returncode == 0, last.stdout
    assert _ended(tmp_path) == ended
    assert not _clusters()


def _hand_in(folder: Path, *keys: str) -> None:
    for key in keys:
        shutil.copytree(REFERENCE, folder / "autumn" / key)


def _command(folder: Path) -> list[str]:
    words = [f"{BIN}/kubegrade", "class", str(folder / "autumn"), "--from", "folder", "-m", "s11_5"]
    return [*words, "--out", str(folder / "out"), "--jobs", "2", f"--first-slot={FIRST_SLOT}"]


def _jobs(folder: Path) -> dict[str, Job]:
    return dict(Ledger(folder / "out").read())


def _states(folder: Path) -> list[State]:
    return [job.state for job in _jobs(folder).values()]


def _ended(folder: Path) -> dict[str, tuple[Job, int]]:
    """Return the jobs that have ended, each with the time at which its report was written."""
    reports = folder / "out" / SUBMISSIONS
    return {
        key: (job, (reports / key / FILE).stat().st_mtime_ns)
        for key, job in _jobs(folder).items()
        if job.state.is_ended
    }


def _clusters() -> list[str]:
    own = {k3d.cluster_name(slot) for slot in SLOTS}
    return [name for name in teardown.clusters() if name in own]
