"""What a recorder of a Deployment does when its watches break for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from grading.cluster.client import Cluster
from grading.cluster.watch import WatchExpired, WatchInterrupted
from grading.errors import InfrastructureError
from grading.runner.recorder import DeploymentRecorder, recording

Object = dict[str, Any]
OWNER = {"Pod": {"kind": "ReplicaSet", "name": "web-1"}, "ReplicaSet": {"kind": "Deployment", "name": "web"}}
SPEC: Object = {"containers": [{"image": "nginx"}]}


def item(kind: str, name: str) -> Object:
    metadata = {"name": name, "uid": name, "generation": 1, "ownerReferences": [OWNER.get(kind)]}
    spec = SPEC if kind == "Pod" else {"replicas": 2, "template": {"spec": SPEC}}
    return {"kind": kind, "metadata": metadata, "spec": spec}


class Stream:
    """A watch that is quiet until it is stopped, or breaks for good."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._error: Exception | None = None

    def fail(self, error: Exception) -> None:
        self._error = error
        self._ended.set()

    def stop(self) -> None:
        self._ended.set()

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        self._ended.wait(30)
        if self._error:
            raise self._error
        yield from ()


class Server:
    """As much of `Cluster` as a recorder uses."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.objects = {
            "Deployment": [item("Deployment", "web")],
            "ReplicaSet": [item("ReplicaSet", "web-1")],
            "Pod": [item("Pod", "web-1-a"), item("Pod", "web-1-b")],
        }
        self.streams: dict[str, Stream] = {}
        self.is_away = False

    def path(self, kind: str, _namespace: str) -> str:
        return kind

    def listing(self, kind: str, _namespace: str) -> Object:
        if self.is_away:
            raise InfrastructureError("the API server did not answer")
        return {"items": self.objects[kind], "metadata": {"resourceVersion": "1"}}

    def resumed_watch(self, path: str, _version: str) -> Stream:
        self.streams[path] = Stream()
        return self.streams[path]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def recorder(server: Server) -> Iterator[DeploymentRecorder]:
    with recording(cast(Cluster, server), "mine", "web") as recorder:
        yield recorder


def test_what_is_there_after_a_gap_can_be_seen_and_the_gap_is_noted_down(
    server: Server, recorder: DeploymentRecorder
) -> None:
    server.objects["Pod"] = [item("Pod", "web-1-b"), item("Pod", "web-1-c")]
    server.streams["Pod"].fail(WatchExpired("the watch ended: too old resource version"))
    recorder.wait(lambda: len(recorder.timeline.pods) == 5, 10, "the Pods after the gap")
    assert sorted(pod["metadata"]["name"] for pod in recorder.pods) == ["web-1-b", "web-1-c"]
    assert [sample.name for sample in recorder.timeline.pods if sample.event == "DELETED"] == ["web-1-a"]
    assert recorder.timeline.interrupted == "Pod: the watch ended: too old resource version"


def test_a_deployment_that_was_deleted_in_a_gap_is_gone(server: Server, recorder: DeploymentRecorder) -> None:
    server.objects["Deployment"] = []
    server.streams["Deployment"].fail(WatchInterrupted("the API server closed the watch"))
    recorder.wait(lambda: recorder.deployment is None, 10, "the Deployment gone")


def test_an_api_server_that_stays_away_ends_a_wait(server: Server, recorder: DeploymentRecorder) -> None:
    server.is_away = True
    server.streams["ReplicaSet"].fail(WatchInterrupted("the API server closed the watch"))
    with pytest.raises(WatchInterrupted, match="ReplicaSet: the API server closed the watch"):
        recorder.wait(lambda: False, 10, "nothing")
