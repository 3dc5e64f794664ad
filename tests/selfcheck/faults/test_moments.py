"""How a moment of a graded run is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from grading.cluster.client import Cluster
from grading.errors import InfrastructureError
from tests.selfcheck.faults.moments import (
    CLUSTER_EXISTS,
    READY_TO_GRADE,
    Moment,
    Object,
    begun,
    complete,
    pod_ready,
    updating,
)

READY: Object = {
    "conditions": [{"type": "Ready", "status": "True"}, {"type": "PodScheduled", "status": "True"}]
}


class Changes:
    def __init__(self, seen: list[tuple[str, Object]]) -> None:
        self._seen = seen

    def until_closed(self) -> Iterator[tuple[str, Object]]:
        yield from self._seen

    def stop(self) -> None: ...


class Api:
    """A cluster that has some objects, and on which others are seen to change."""

    def __init__(self, items: list[Object], changes: list[tuple[str, Object]] | None = None) -> None:
        self._items, self._changes = items, changes or []

    def listing(self, _kind: str) -> Object:
        return {"items": self._items, "metadata": {"resourceVersion": "1"}}

    def path(self, kind: str) -> str:
        return kind

    def watch(self, _path: str, _version: str, **_query: str) -> Changes:
        return Changes(self._changes)


class Away(Api):
    def listing(self, _kind: str) -> Object:
        raise InfrastructureError("the API server did not answer")


def look(moment: Moment, api: Api) -> Object | None:
    return moment.look(cast(Cluster, api))


def namespace(name: str, phase: str = "Active") -> Object:
    return {"metadata": {"name": name}, "status": {"phase": phase}}


def pod(namespace: str, name: str, status: Object) -> Object:
    return {"metadata": {"namespace": namespace, "name": name}, "spec": {}, "status": status}


def deployment(image: str, updated: int, *, done: bool = False) -> Object:
    status = {"observedGeneration": 2, "updatedReplicas": updated, "replicas": 10}
    return {
        "metadata": {"namespace": "bad-image-ab12", "name": "web", "generation": 2},
        "spec": {"replicas": 10, "template": {"spec": {"containers": [{"image": image}]}}},
        "status": {**status, "availableReplicas": 10 if done else 9},
    }


@pytest.mark.parametrize(
    ("moment", "right", "wrong"),
    [
        (begun("bad_image"), namespace("bad-image-ab12"), namespace("image-ab12")),
        (begun("pod"), namespace("pod-ab12"), namespace("pod-ab12", "Terminating")),
        (CLUSTER_EXISTS, namespace("kube-system"), namespace("default")),
        (pod_ready("pod", "web"), pod("pod-ab12", "web", READY), pod("pod-ab12", "web", {})),
        (pod_ready("pod", "web"), pod("pod-ab12", "web", READY), pod("default", "web", READY)),
        (updating("bad_image", "nginx:1.26", 4), deployment("nginx:1.26", 4), deployment("nginx:1.26", 3)),
        (updating("bad_image", "nginx:1.26", 4), deployment("nginx:1.26", 4), deployment("nginx:1.24", 4)),
        (complete("bad_image", 10), deployment("nginx", 10, done=True), deployment("nginx", 10)),
        (
            READY_TO_GRADE,
            {"metadata": {"name": "kubegrade-canary-ab12", "deletionTimestamp": "now"}},
            namespace("kubegrade-canary-ab12"),
        ),
    ],
)
def test_a_moment_is_seen_at_once_or_when_it_comes(moment: Moment, right: Object, wrong: Object) -> None:
    assert look(moment, Api([wrong, right])) == right
    assert look(moment, Api([wrong], [("MODIFIED", wrong), ("MODIFIED", right)])) == right
    assert look(moment, Api([wrong], [("ADDED", wrong), ("DELETED", right)])) is None


def test_a_cluster_that_is_just_starting_has_no_moments_yet() -> None:
    assert look(begun("pod"), Away([])) is None
