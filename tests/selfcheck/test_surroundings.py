"""The watches around the scenarios of a run, on a cluster that is none."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import pytest

from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import Kubectl
from grading.cluster.watch import WatchInterrupted
from grading.errors import InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.disturbances import disturbances, is_own
from grading.evidence.surroundings import Displacement, Surroundings
from grading.exercise.loader import load_courses
from grading.runner import surroundings
from grading.runner.context import Context
from grading.runner.runner import Ground, Runner
from grading.runner.scenario import Scenario
from grading.runner.surroundings import SurroundingsRecorder
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE

Object = dict[str, Any]
LIMIT = 20.0
"""Seconds to wait for a thread."""


class Told:
    """A watch that tells what it is told to."""

    def __init__(self) -> None:
        self.changes: queue.Queue[tuple[str, Object] | None] = queue.Queue()

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        while (change := self.changes.get(timeout=LIMIT)) is not None:
            yield change
        raise WatchInterrupted("the API server closed the watch")

    def stop(self) -> None:
        self.changes.put(None)


class Around:
    """As much of `Cluster` as the watches use."""

    def __init__(self) -> None:
        self.there: dict[str, list[Object]] = {"Node": [node("a"), node("b")], "Pod": [], "Event": []}
        self.watches: dict[str, Told] = {}
        self.begun: queue.Queue[str] = queue.Queue()
        self.away = 0
        self.answers = threading.Event()
        self.answers.set()

    def request(self, *_arguments: object, **_options: object) -> Object:
        self.answers.wait(LIMIT)
        return {}

    def listing(self, kind: str, **_query: str) -> Object:
        if self.away:
            self.away -= 1
            raise InfrastructureError("the API server did not answer")
        return {"items": self.there[kind], "metadata": {"resourceVersion": "7"}}

    def path(self, kind: str) -> str:
        return kind

    def watch(self, path: str, version: str, **query: str) -> Told:
        assert version == "7"
        name = "Probe" if "Unhealthy" in query.get("fieldSelector", "") else path
        self.watches[name] = told = Told()
        self.begun.put(name)
        return told

    def tell(self, kind: str, event: str, item: Object) -> None:
        self.watches[kind].changes.put((event, item))


class Watched:
    """A recorder that watches, and what it sees."""

    def __init__(self) -> None:
        self.cluster = Around()
        self.recorder = SurroundingsRecorder(cast(Cluster, self.cluster))
        self.since = time.monotonic() - 1.0  # times are rounded

    def begin(self) -> None:
        self.recorder.start()
        self.wait_for_watches(4)

    def wait_for_watches(self, number: int) -> None:
        for _ in range(number):
            self.cluster.begun.get(timeout=LIMIT)

    def seen(self, kind: str, number: int) -> list[Any]:
        """Wait until so many items of a kind were seen, and return them."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            found: list[Any] = getattr(self.now(), kind)
            if len(found) >= number:
                assert len(found) == number
                return found
            time.sleep(0.01)
        raise AssertionError(self.now())

    def now(self) -> Surroundings:
        return self.recorder.between(self.since, time.monotonic())


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.recorder.stop()


def node(name: str, ready: str = "True", pressure: str = "False", **labels: str) -> Object:
    conditions = [{"type": "Ready", "status": ready}, {"type": "DiskPressure", "status": pressure}]
    return {"metadata": {"name": name, "labels": labels}, "status": {"conditions": conditions}}


def pod(name: str, *states: Object, policy: str = "Always", limit: str = "", **status: Any) -> Object:
    resources = {"limits": {"memory": limit}} if limit else {}
    spec = {
        "nodeName": "a",
        "restartPolicy": policy,
        "containers": [{"name": "c", "resources": resources}],
    }
    statuses = [{"name": "c", **state} for state in states]
    metadata = {"name": name, "namespace": "mine", "uid": f"uid-{name}"}
    return {"metadata": metadata, "spec": spec, "status": {"containerStatuses": statuses, **status}}


def ended(reason: str, code: int, at: str = "1", key: str = "state") -> Object:
    return {key: {"terminated": {"reason": reason, "exitCode": code, "finishedAt": at}}}


def event(reason: str, name: str = "a", component: str = "kubelet") -> Object:
    about = {"kind": "Node", "name": name}
    return {
        "involvedObject": about,
        "reason": reason,
        "message": "so\nit is",
        "source": {"component": component},
    }


def test_states_of_nodes_are_kept_when_they_change(watched: Watched) -> None:
    watched.begin()
    watched.cluster.tell("Node", "MODIFIED", node("a"))
    watched.cluster.tell("Node", "MODIFIED", node("a", ready="Unknown"))
    watched.cluster.tell("Node", "MODIFIED", node("a", pressure="True"))
    watched.cluster.tell("Node", "DELETED", node("b"))
    first = node("c", **{docker_agent.NODE_LABEL: "true"})
    watched.cluster.tell("Node", "ADDED", first)  # an exercise brought it
    states = [(s.node, s.exists, s.ready, s.problems) for s in watched.seen("nodes", 5)]
    assert states == [
        ("a", True, True, []),
        ("b", True, True, []),
        ("a", True, False, []),
        ("a", True, True, ["DiskPressure"]),
        ("b", False, False, []),
    ]


def test_events_tell_of_trouble_of_nodes(watched: Watched) -> None:
    watched.cluster.there["Event"] = [event("Rebooted")]  # nobody knows when
    watched.begin()
    for told in (
        event("NodeHasSufficientMemory"),
        event("Starting", component="kube-proxy"),
        event("Starting", name="unknown"),
        event("Starting"),
        event("SystemOOM"),
    ):
        watched.cluster.tell("Event", "ADDED", told)
    found = [(e.node, e.reason, e.message) for e in watched.seen("node_events", 2)]
    assert found == [("a", "Starting", "so it is"), ("a", "SystemOOM", "so it is")]


def test_ends_of_containers_are_told_once(watched: Watched) -> None:
    watched.cluster.there["Pod"] = [pod("before", ended("Error", 1))]
    watched.begin()
    going = pod("going", ended("Error", 137))
    going["metadata"]["deletionTimestamp"] = "now"
    for told in (
        pod("before", ended("Error", 1)),
        pod("job", ended("Completed", 0), policy="Never"),
        going,
        pod("x", ended("OOMKilled", 137), limit="16Mi"),
        pod("x", ended("OOMKilled", 137, key="lastState"), limit="16Mi"),
        pod("x", ended("Error", 1, at="2", key="lastState")),
    ):
        watched.cluster.tell("Pod", "MODIFIED", told)
    found = [(e.pod, e.node, e.reason, e.exit_code, e.limited) for e in watched.seen("ends", 2)]
    assert found == [("x", "a", "OOMKilled", 137, True), ("x", "a", "Error", 1, False)]


def test_pods_that_are_driven_off_are_told_once(watched: Watched) -> None:
    watched.begin()
    target = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager"}
    joined = pod("joined", conditions=[target])
    joined["spec"]["nodeName"] = "c"  # goes away with its node, as the exercise wants
    for told in (
        joined,
        pod("failed", phase="Failed", reason="UnexpectedAdmissionError"),
        pod("low", phase="Failed", reason="Evicted", message="The node was low on resource: memory."),
        pod("tainted", conditions=[target]),
        pod("tainted", conditions=[target]),
    ):
        watched.cluster.tell("Pod", "MODIFIED", told)
    found = [(d.pod, d.reason) for d in watched.seen("displaced", 2)]
    assert found == [("low", "Evicted"), ("tainted", "DeletionByTaintManager")]


def test_probes_that_fail_are_told_in_the_words_of_the_kubelet(watched: Watched) -> None:
    watched.begin()
    about = {"kind": "Pod", "namespace": "mine", "name": "x", "fieldPath": "spec.containers{c}"}
    words = "Readiness probe failed: HTTP probe failed with statuscode: 404"
    for message in ("Liveness probe errored: x", "so it is", words):
        told = {"involvedObject": about, "reason": "Unhealthy", "message": message}
        watched.cluster.tell("Probe", "ADDED", told)
    found = watched.seen("probe_failures", 2)
    assert [(f.pod, f.container, f.kind) for f in found] == [("x", "c", "liveness"), ("x", "c", "readiness")]
    assert found[1].message == words


def test_a_watch_that_ends_begins_anew_and_is_an_outage(watched: Watched) -> None:
    watched.begin()
    watched.seen("nodes", 2)
    watched.cluster.there["Node"] = [node("a", ready="False")]
    watched.cluster.away = 1
    watched.cluster.watches["Node"].stop()
    watched.wait_for_watches(1)
    (outage,) = watched.seen("outages", 1)
    assert "closed the watch" in outage.reason
    assert outage.until >= outage.t + 0.5
    states = [(s.node, s.exists, s.ready) for s in watched.seen("nodes", 4)[2:]]
    assert states == [("a", True, False), ("b", False, False)]


def test_an_outage_that_lasts_is_told_too(watched: Watched) -> None:
    watched.begin()
    watched.cluster.away = 10**6
    watched.cluster.watches["Pod"].stop()
    (outage,) = watched.seen("outages", 1)
    assert outage.until >= outage.t


def test_an_api_server_that_is_silent_is_told_though_no_watch_ends(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "_BETWEEN_BEATS", 0.01)
    monkeypatch.setattr(surroundings, "_SILENT", 0.3)
    watched.begin()
    watched.cluster.answers.clear()
    (lasting,) = watched.seen("outages", 1)
    assert lasting.reason == "the API server did not answer"
    watched.cluster.answers.set()
    time.sleep(0.1)  # answers that come at once are none
    (outage,) = watched.seen("outages", 1)
    assert outage.t == lasting.t
    assert outage.until - outage.t >= 0.3


def test_what_disturbed_the_cluster_lately_is_told(watched: Watched) -> None:
    watched.begin()
    assert watched.recorder.lately() == []
    watched.cluster.tell("Node", "MODIFIED", node("a", ready="False"))
    watched.cluster.tell("Event", "ADDED", event("Starting"))
    watched.seen("nodes", 3)
    watched.seen("node_events", 1)
    assert watched.recorder.lately() == ["node a was not Ready", "the kubelet of node a restarted"]


def test_a_clock_that_was_set_is_an_outage(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.begin()
    assert watched.now().outages == []
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 120)
    (outage,) = watched.now().outages
    assert "clock of this machine was changed by 120 s" in outage.reason


class Playable(Around):
    """A cluster on which a scenario can be played that does nothing there."""

    def __init__(self) -> None:
        super().__init__()
        self.cancelled = threading.Event()

    def apply(self, data: Object, _namespace: str | None = None) -> Object:
        return {**data, "spec": {"clusterIP": "10.43.0.7"}}

    def wait_for(self, *_arguments: object) -> Object:
        return {}

    def items(self, kind: str) -> list[Object]:
        return self.there[kind]

    def acting_as(self, _user: str, _group: str) -> Self:
        return self

    def request(self, *_arguments: object, **_options: object) -> Object:
        return {"status": {"allowed": True}}


def test_the_surroundings_stand_in_the_evidence_of_every_scenario(tmp_path: Path) -> None:
    cluster = Playable()
    begun = threading.Event()
    controls: list[str] = []

    def play(context: Context, _evidence: Evidence) -> None:
        controls.append(context.around.control)
        assert begun.wait(LIMIT)

    runner = Runner(
        Ground(cast(Cluster, cluster), cast(Kubectl, None), cast(Host, None)),
        load_submission(REFERENCE, load_courses().files.values()),
        frozenset(),
        tmp_path,
    )
    runner.start([Scenario(name, Evidence, play, title="x") for name in ("one", "two")])
    for _ in range(4):
        cluster.begun.get(timeout=LIMIT)
    begun.set()
    for name in ("one", "two"):
        found = runner.evidence(name).surroundings
        assert found
        assert [state.node for state in found.nodes] == ["a", "b"]
        stored = Evidence.model_validate_json((tmp_path / "evidence" / f"{name}.json").read_text("utf-8"))
        assert stored.surroundings == found
    assert controls == ["http://10.43.0.7:80/"] * 2
    runner.close()


@pytest.mark.parametrize(
    ("message", "own"),
    [
        ("Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.", True),
        ('Usage of EmptyDir volume "data" exceeds the limit "1Mi".', True),
        (
            "The node was low on resource: memory. Container web was using 90Mi, which exceeds its request "
            "of 0.",
            False,
        ),
    ],
)
def test_an_eviction_is_the_pods_own_only_for_a_limit_of_its_own(message: str, own: bool) -> None:
    evicted = Displacement(t=1.0, namespace="n", pod="web-1", uid="u", reason="Evicted", message=message)
    assert is_own(evicted) is own
    assert bool(disturbances(Surroundings(displaced=[evicted]))) is not own
