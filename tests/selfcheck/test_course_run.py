"""A run on several clusters, without one: each is made, played on and deleted, and stops no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures import k3d
from fixtures.airgap.kit import KitError
from fixtures.course_run import CourseRun, NothingToGradeOn
from fixtures.graded_cluster import Blueprint, Maker
from fixtures.playing import Grading
from fixtures.run_parts import parts_of
from grading.errors import CriterionFailure, InfrastructureError
from grading.exercise.course_cluster import CourseCluster
from grading.exercise.loader import load_courses
from grading.report.model import Egress
from grading.runner.runner import Playing
from grading.runner.scenario import Scenario
from tests.selfcheck.kits import released_kit

LIMIT = 20
ROOM = 8


class Runner:
    """Plays until it is told that a scenario has ended."""

    def __init__(self, log: list[str]) -> None:
        self._log = log
        self.ended: dict[str, Future[str]] = {}

    def start(self, scenarios: Iterable[Scenario[Any]]) -> None:
        self.ended = {scenario.name: Future() for scenario in scenarios}
        self._log += [f"plays {name}" for name in self.ended]

    def evidence(self, name: str) -> str:
        return self.ended[name].result(LIMIT)

    def end(self) -> None:
        for name, future in self.ended.items():
            future.set_result(f"evidence of {name}")

    def cancel(self) -> None:
        for future in self.ended.values():
            if not future.done():
                future.set_exception(InfrastructureError("stopped"))

    def close(self) -> None:
        self.cancel()

    def playing(self) -> list[str]:
        return list(self.ended)


class Site:
    """A machine on which no cluster is made, and what happened on it."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.runners: list[Runner] = []
        self.troubles: dict[str, Exception] = {}
        self.controls: list[list[str]] = []
        self.probed: dict[str, Egress] = {}

    @contextmanager
    def made(
        self, blueprint: Blueprint, keep: Callable[[], bool], _cancelled: threading.Event
    ) -> Iterator[object]:
        name = blueprint.name
        if name in self.troubles:
            raise self.troubles[name]
        self.log.append(f"makes {name}")
        found = self.probed.get(name, Egress.BLOCKED)
        api = SimpleNamespace(request=lambda *_words: {"gitVersion": "v1.31.5+k3s1"})
        probe = SimpleNamespace(found=lambda: found)
        yield SimpleNamespace(name=name, ground=SimpleNamespace(cluster=api), probe=probe)
        self.log.append(f"{'keeps' if keep() else 'deletes'} {name}")

    def runner(self, *_arguments: object, **_options: object) -> Runner:
        self.runners.append(Runner(self.log))
        return self.runners[-1]

    def play_control(self, _folder: Path, scenarios: list[str], *_more: object) -> None:
        self.controls.append(scenarios)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site()

    def fleet(_grading: Grading, known: tuple[CourseCluster, ...]) -> SimpleNamespace:
        names = [cluster.name for cluster in known]
        return SimpleNamespace(used=names, kubernetes="", close=lambda: None)

    monkeypatch.setattr(Maker, "made", lambda _maker, *arguments: site.made(*arguments))
    monkeypatch.setattr(Grading, "runner", site.runner)
    monkeypatch.setattr(Grading, "fleet", fleet)
    monkeypatch.setattr(Grading, "play_control", lambda _grading, *arguments: site.play_control(*arguments))
    monkeypatch.setattr(k3d, "own_address", lambda: "192.168.7.9")
    monkeypatch.setattr(k3d, "end_orphans", lambda name: site.log.append(f"ends {name}"))
    return site


def run_of(*scenarios: str, keep: bool = False, control: Path | None = None) -> CourseRun:
    courses = load_courses()
    grading = Grading(released_kit(), courses, cast(Any, None), Path("report"))
    parts = parts_of(courses, scenarios)
    run = CourseRun(grading, parts, ROOM, Maker(grading.kit, lambda: None), keep=keep, control=control)
    run.start()
    return run


def comes(site: Site, *lines: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not set(lines) <= set(site.log):
        assert time.monotonic() < deadline, site.log
        time.sleep(0.01)


def test_each_cluster_is_deleted_as_soon_as_nothing_needs_it(site: Site) -> None:
    run = run_of("clusterip", "claim")
    comes(site, "plays clusterip", "plays claim")
    storage = next(runner for runner in site.runners if "claim" in runner.ended)
    storage.end()
    assert run.evidence("claim") == cast(Any, "evidence of claim")
    comes(site, "deletes storage-lab")
    assert "deletes mycluster" not in site.log
    next(runner for runner in site.runners if "clusterip" in runner.ended).end()
    run.wait()
    assert "deletes mycluster" in site.log
    assert run.clusters == ["mycluster", "storage-lab"]
    assert run.kubernetes == "v1.31.5+k3s1"


def test_two_clusters_of_a_name_are_made_one_after_the_other(site: Site) -> None:
    run = run_of("rolling", "clusterip")
    comes(site, "plays clusterip")
    assert "plays rolling" not in site.log
    assert [one.state for one in run.playing() if isinstance(one, Playing)] == ["waits"]
    site.runners[0].end()
    comes(site, "plays rolling")
    site.runners[1].end()
    run.wait()
    assert site.log == [
        "makes mycluster",
        "plays clusterip",
        "deletes mycluster",
        "makes mycluster",
        "plays rolling",
        "deletes mycluster",
    ]


def test_a_cluster_that_cannot_be_had_stops_its_own_sections_alone(site: Site) -> None:
    site.troubles["storage-lab"] = k3d.ClusterTrouble("storage-lab is somebody's own")
    run = run_of("clusterip", "claim")
    with pytest.raises(InfrastructureError, match="storage-lab is somebody's own"):
        run.evidence("claim")
    comes(site, "plays clusterip")
    site.runners[0].end()
    assert run.evidence("clusterip") == cast(Any, "evidence of clusterip")
    run.wait()


def test_one_that_cannot_be_made_frees_its_name_for_the_next(site: Site) -> None:
    site.troubles["mycluster"] = k3d.ClusterTrouble("no room")
    run = run_of("rolling", "clusterip")
    run.wait()
    for name in ("rolling", "clusterip"):
        with pytest.raises(NothingToGradeOn, match="no room"):
            run.evidence(name)


def test_a_kit_that_is_not_whole_stops_all(site: Site) -> None:
    site.troubles["storage-lab"] = KitError("the mirror serves no image")
    run = run_of("clusterip", "claim")
    with pytest.raises(NothingToGradeOn, match="the mirror serves no image"):
        run.evidence("claim")
    run.close()


def test_an_interrupted_run_deletes_what_it_made(site: Site) -> None:
    run = run_of("clusterip", "rolling", "claim")
    comes(site, "plays clusterip", "plays claim")
    run.close()
    assert {"deletes mycluster", "deletes storage-lab"} <= set(site.log)
    assert "plays rolling" not in site.log
    with pytest.raises(InfrastructureError, match="stopped"):
        run.evidence("claim")


def test_an_interrupted_creation_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def end(name: str) -> None:
        site.log.append(f"ends {name}")
        ended.set()

    @contextmanager
    def made(*_arguments: object) -> Iterator[None]:
        site.log.append("creates")
        assert ended.wait(LIMIT)
        raise k3d.ClusterTrouble("k3d was killed")
        yield

    monkeypatch.setattr(Maker, "made", made)
    monkeypatch.setattr(k3d, "end_orphans", end)
    run = run_of("claim")
    comes(site, "creates")
    run.close()
    assert site.log == ["creates", "ends storage-lab"]


def test_the_clusters_that_were_graded_on_last_stay(site: Site) -> None:
    run = run_of("clusterip", "rolling", keep=True)
    comes(site, "plays clusterip")
    site.runners[0].end()
    comes(site, "plays rolling")
    site.runners[1].end()
    run.wait()
    assert [line for line in site.log if not line.startswith("plays")] == [
        "makes mycluster",
        "deletes mycluster",
        "makes mycluster",
        "keeps mycluster",
    ]


@pytest.mark.parametrize(
    ("found", "egress"),
    [
        (Egress.BLOCKED, Egress.BLOCKED),
        (Egress.UNKNOWN, Egress.UNKNOWN),
        (Egress.OPEN, Egress.OPEN),
    ],
)
def test_what_pods_reached_is_told_of_the_cluster_that_kept_them_from_least(
    site: Site, found: Egress, egress: Egress
) -> None:
    site.probed["storage-lab"] = found
    run = run_of("clusterip", "claim", "clusters")
    comes(site, "plays clusterip", "plays claim", "plays clusters")
    for runner in site.runners:
        runner.end()
    run.wait()
    assert run.egress is egress
    assert run.clusters == ["dev-cluster", "mycluster", "storage-lab"]


@pytest.mark.parametrize(
    ("raised", "played"),
    [(None, []), (CriterionFailure("wrong"), []), (InfrastructureError("nobody can tell"), [["claim"]])],
)
def test_the_control_is_played_for_what_nobody_can_judge(
    site: Site, monkeypatch: pytest.MonkeyPatch, raised: Exception | None, played: list[list[str]]
) -> None:
    def judge(_evidence: object) -> str:
        if raised:
            raise raised
        return ""

    monkeypatch.setattr("grading.exercise.course.Courses.judge", lambda _courses, _criterion: judge)
    run = run_of("claim", control=Path("reference"))
    comes(site, "plays claim")
    site.runners[0].end()
    run.wait()
    assert site.controls == played


def test_an_interrupted_run_has_no_control(site: Site) -> None:
    run = run_of("claim", control=Path("reference"))
    comes(site, "plays claim")
    run.close()
    assert site.controls == []


def test_a_run_that_is_interrupted_while_its_scenarios_start(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, start = threading.Event(), Runner.start

    def started(runner: Runner, scenarios: Iterable[Scenario[Any]]) -> None:
        site.log.append("starts")
        assert stopped.wait(LIMIT)
        start(runner, scenarios)

    monkeypatch.setattr(Runner, "start", started)
    run = run_of("claim")
    comes(site, "starts")
    with ThreadPoolExecutor(1) as pool:
        closed = pool.submit(run.close)
        comes(site, "ends storage-lab")  # it takes the cluster for one that is being created
        stopped.set()
        closed.result(LIMIT / 2)
    assert site.log[-1] == "deletes storage-lab"
