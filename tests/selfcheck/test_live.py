"""What somebody who looks on sees of a run."""

import io
import time
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from rich.console import Console

from grading.errors import Problem
from grading.evidence.base import Evidence
from grading.evidence.steps import Step
from grading.pytest_plugin.live_view import LiveView
from grading.report.model import CriterionResult, Verdict
from grading.runner.runner import Playing, Runner, _Play
from grading.runner.scenario import Scenario


class Played:
    """A runner as far as a view looks at it."""

    def __init__(self, *playing: Playing) -> None:
        self._playing = list(playing)

    def playing(self) -> list[Playing]:
        return self._playing


def shown(view: LiveView, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(view._render())
    return cast("io.StringIO", console.file).getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_scenario_has_a_line_that_fits(width: int) -> None:
    view = LiveView(Console(file=io.StringIO()), "~/k8s")
    doing = "Apply \x1b[31mdep.yaml [bold]" + "x" * 300
    view.follow(cast(Runner, Played(
        Playing("rolling", "plays", doing, 12.0, 72.0), Playing("pod", "waits", "", 0.0, 12.0),
    )))  # fmt: skip
    lines = shown(view, width)
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert "about 60 s left" in lines[0]
    assert "rolling" in lines[1]
    assert "\x1b" not in "".join(lines)
    assert "pod" in lines[2]


def test_a_scenario_that_takes_longer_is_not_said_to_be_over() -> None:
    view = LiveView(Console(file=io.StringIO()), "~/k8s")
    view.follow(cast(Runner, Played(Playing("pod", "plays", "", 40.0, 12.0))))
    assert "about 2 s left" in shown(view, 80)[0]


def test_nothing_is_left_when_all_have_ended() -> None:
    view = LiveView(Console(file=io.StringIO()), "~/k8s")
    view.follow(cast(Runner, Played(Playing("pod", "ended", "", 40.0, 12.0))))
    assert "left" not in shown(view, 80)[0]


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.BLOCKED, Verdict.ERROR])
def test_what_did_not_pass_is_told_at_once_and_as_text(verdict: Verdict) -> None:
    file = io.StringIO()
    view = LiveView(Console(file=file, width=60, color_system=None), "~/k8s")
    hostile = "\x1b[2J::error::[red]gone"
    view.tell(CriterionResult(
        id="a.one", chapter="c", section="1", title="The first one", points=1, verdict=verdict,
        rationale=hostile,
    ))  # fmt: skip
    assert "a.one: " in file.getvalue()
    assert "[red]gone" in file.getvalue()
    assert "\x1b" not in file.getvalue()
    assert "::error" not in file.getvalue()


def play(**of: Any) -> Playing:
    evidence = Evidence(scenario="pod", started=datetime.now(UTC))
    one = _Play(Scenario("pod", Evidence, lambda *_: None, title="A Pod", usual=9.0), evidence)
    evidence.steps += [Step(done="Apply it", seen="accepted"), Step(done="Ask it")]
    for name, value in of.items():
        setattr(one, name, value)
    return one.playing()


def test_a_scenario_waits_plays_and_ends() -> None:
    now = time.monotonic()
    assert play().state == "waits"
    assert play(begun=now - 5).state == "plays"
    assert play(begun=now - 5).doing == "Ask it"
    ended = play(begun=now - 5, ended=now - 2)
    assert (ended.state, round(ended.seconds)) == ("ended", 3)


def test_a_scenario_that_was_cut_short_says_so() -> None:
    evidence = Evidence(scenario="pod", started=datetime.now(UTC), trouble=Problem(rationale="no"))
    assert play(evidence=evidence, begun=1.0, ended=2.0).state == "cut"
