"""The control of a second try: the course's own manifests, on the same cluster, for what ended in error."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures import playing, scenarios
from fixtures.graded_cluster import GradedCluster
from fixtures.playing import Grading
from grading.cluster.host_ports import Host
from grading.errors import CriterionFailure, InfrastructureError
from grading.exercise.loader import load_courses
from grading.report.results import Results
from grading.runner.runner import Ground
from tests.selfcheck.kits import released_kit
from tests.selfcheck.manifests import REFERENCE


class Runner:
    """Stands in for the runner, and says what it was asked for."""

    made: list[Runner]

    def __init__(self, ground: Ground, submission: Any, *_rest: Any, tidy: bool, **_more: Any) -> None:
        self.kubectl: Any = ground.kubectl
        self.submission, self.tidy = submission, tidy
        self.report_dir: Path = _rest[-1]
        self.started: list[str] = []
        self.asked: list[str] = []
        self.is_closed = False
        Runner.made.append(self)

    def start(self, chosen: Iterable[Any]) -> None:
        self.started = [scenario.name for scenario in chosen]

    def evidence(self, name: str) -> None:
        self.asked.append(name)
        if name == "pod":
            raise InfrastructureError("no end")

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def cluster() -> GradedCluster:
    nothing = cast(Any, None)
    return GradedCluster("name", Ground(nothing, nothing, Host()), Path("kubeconfig"), nothing)


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> Results:
    """The verdicts of a session, and everything that playing needs of it."""
    Runner.made = []
    results = Results(load_courses().rubric, "folder")
    api = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(playing, "Runner", Runner)
    monkeypatch.setattr(playing, "connect", lambda kubeconfig, kit, cancelled: (api, "kubectl"))
    monkeypatch.setattr(scenarios, "reporter_of", lambda config: SimpleNamespace(results=results))
    return results


def play(cluster: GradedCluster, tmp_path: Path) -> list[Runner]:
    config = SimpleNamespace(option=SimpleNamespace(control=REFERENCE))
    grading = Grading(released_kit(), load_courses(), cast(Any, None), tmp_path)
    scenarios._play_control(cast(Any, config), grading, cluster)
    return Runner.made


def test_what_ended_in_error_is_played(results: Results, cluster: GradedCluster, tmp_path: Path) -> None:
    results.select(["pods.declared", "pods.running", "pods.exec", "services.clusterip.reachable"])
    results.record("pods.declared", None)
    results.record("pods.running", InfrastructureError("gone"))
    results.record("pods.exec", InfrastructureError("gone"))
    results.record("services.clusterip.reachable", CriterionFailure("wrong"))
    (control,) = play(cluster, tmp_path)
    assert (control.started, control.asked, control.is_closed) == (["pod"], ["pod"], True)
    assert control.report_dir == tmp_path / "control"
    assert control.kubectl == "kubectl"
    assert control.submission.text("second-pod.yaml") == (REFERENCE / "second-pod.yaml").read_text("utf-8")


def test_a_run_that_was_cut_short_has_no_control(
    results: Results, cluster: GradedCluster, tmp_path: Path
) -> None:
    results.select(["pods.declared", "pods.running"])
    results.record("pods.running", InfrastructureError("gone"))
    assert play(cluster, tmp_path) == []


def test_a_second_try_without_an_error_has_no_control(
    results: Results, cluster: GradedCluster, tmp_path: Path
) -> None:
    results.select(["pods.declared"])
    results.record("pods.declared", CriterionFailure("wrong"))
    assert play(cluster, tmp_path) == []


def test_an_interrupted_control_ends_the_session(
    results: Results, cluster: GradedCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(runner: Runner, name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Runner, "evidence", interrupted)
    results.select(["pods.running"])
    results.record("pods.running", InfrastructureError("gone"))
    with pytest.raises(pytest.exit.Exception) as ended:
        play(cluster, tmp_path)
    assert ended.value.returncode == 2
    assert Runner.made[0].is_closed
