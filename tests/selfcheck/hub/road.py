"""The road that users take, in a world: set-up, a graded run, and what is right about both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grading.report.model import Report, Verdict
from tests.selfcheck.cluster.runs import REFERENCE
from tests.selfcheck.hub.ills import ILLS
from tests.selfcheck.hub.world import World

CAUSES: Final = {
    "limit": r"pull limit is reached.*This network has 0 of 100 pulls left per 6 hours",
    "error": r"the registry itself has a problem.*500 Internal Server Error",
    "reset": r"the registry cannot be reached.*(connection reset by peer|EOF)",
    "portal": r"a web page answers instead of the registry",
    "portal-tls": r"a web page answers instead of the registry",
    "unknown-authority": r"Docker does not trust the registry's certificate.*unknown authority",
}
"""What set-up says of each ill, as regular expressions."""
SLOW: Final = ("reset",)
"""Ills of which set-up takes long to be sure."""
SETUP: Final = ("kubegrade", "setup", "--source", "released")


def set_up(world: World, words: Sequence[str | Path] = SETUP, *, timeout: float = 900) -> None:
    """Run set-up in a world, and fail with its last words unless it is ready then."""
    _done(world, words, timeout)


def grade_reference(
    world: World, report_dir: Path, *options: str, marker: str = "chapter11", timeout: float = 1800
) -> Report:
    """Grade the reference in a world, and fail unless it earns every point.

    Args:
        world: set up.
        report_dir: for the report.
        options: of pytest besides.
        marker: of what is graded: a course of 100 points.
        timeout: in seconds.
    """
    submission = f"--submission={REFERENCE}"
    _done(world, ["pytest", "-m", marker, submission, f"--report-dir={report_dir}", *options], timeout)
    report = Report.model_validate_json((report_dir / "report.json").read_bytes())
    assert (report.score, report.max_score, report.outcome) == (100, 100, "graded")
    assert {result.verdict for result in report.criteria} == {Verdict.PASSED}
    return report


def _done(world: World, words: Sequence[str | Path], timeout: float) -> None:
    done = world.run(words, timeout=timeout)
    if done.status != 0:
        told = f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}\n{world.logs()}"
        raise AssertionError(f"{words[0]} {words[1]} ended with status {done.status}\n{told}")


def fail_to_set_up(folder: Path, name: str) -> None:
    """Run set-up in a world whose registry is ill, and fail unless it names what is wrong.

    Args:
        folder: of the world.
        name: of the ill.
    """
    with World(folder, ill=ILLS[name]) as world:
        done = world.run(SETUP)
    assert done.status == 2, done
    assert re.search(CAUSES[name], " ".join(done.stderr.split())), done
    assert "Traceback" not in done.stderr
    assert "apt-get" not in done.stdout + done.stderr
