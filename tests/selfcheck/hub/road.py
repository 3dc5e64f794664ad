"""The road that users take, in a world: set-up, a graded run, and what is right about both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grading.report.model import Report, Verdict
from tests.selfcheck.cluster.runs import REFERENCE
from tests.selfcheck.hub.world import World

SETUP: Final = ("kubegrade", "setup", "--source", "released")


def set_up(world: World, words: Sequence[str | Path] = SETUP, *, timeout: float = 900) -> None:
    """Run set-up in a world, and fail with its last words unless it is ready then."""
    _done(world, words, timeout)


def grade_reference(world: World, report_dir: Path, *, timeout: float = 1800) -> Report:
    """Grade the reference in a world, and fail unless it earns every point."""
    _done(
        world,
        ["pytest", "-m", "chapter11", "--submission", REFERENCE, f"--report-dir={report_dir}"],
        timeout,
    )
    report = Report.model_validate_json((report_dir / "report.json").read_bytes())
    assert (report.score, report.max_score, report.outcome) == (100, 100, "graded")
    assert {result.verdict for result in report.criteria} == {Verdict.PASSED}
    return report


def _done(world: World, words: Sequence[str | Path], timeout: float) -> None:
    done = world.run(words, timeout=timeout)
    if done.status != 0:
        told = f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}\n{world.logs()}"
        raise AssertionError(f"{words[0]} {words[1]} ended with status {done.status}\n{told}")
