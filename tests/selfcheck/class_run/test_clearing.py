"""What a run made on a kept cluster is ended at once, and nothing else."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fixtures.class_run import clearing
from fixtures.class_run.cleanness import Fingerprint
from fixtures.class_run.clearing import end_pods
from grading import timeouts
from grading.cluster.client import Cluster
from grading.errors import ApiError

Object = dict[str, Any]

THEN = Fingerprint(
    cluster="one",
    objects={
        "namespaces /default": "1",
        "namespaces /kube-system": "2",
        "pods kube-system/dns": "3",
        "pods own/old": "4",
    },
    processes={},
    mounts={},
    files={},
    images={},
)
NODES = ("server", "agent")


class Played:
    """A cluster whose Pods end when their containers are killed; their namespaces when they are seen empty.

    Attributes:
        pods: namespace, name, and the seconds that each has to end, None if it was not deleted.
        stuck: names of Pods that a finalizer keeps.
        said: what was done.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.pods: dict[tuple[str, str], int | None] = {}
        self.namespaces = {"default", "kube-system"}
        self.stuck: set[str] = set()
        self.said: list[tuple[str, ...]] = []
        patch.setattr(clearing, "in_node", self._killed)
        patch.setattr(timeouts, "CLEAN", 1.2)

    def items(self, kind: str) -> list[Object]:
        if kind == "Namespace":
            return [{"metadata": {"name": name}} for name in sorted(self.namespaces)]
        return [
            {"metadata": {"namespace": namespace, "name": name} | self._grace(seconds)}
            for (namespace, name), seconds in self.pods.items()
        ]

    @staticmethod
    def _grace(seconds: int | None) -> Object:
        return {} if seconds is None else {"deletionGracePeriodSeconds": seconds}

    def delete(self, kind: str, namespace: str, name: str, grace: int) -> None:
        self.said.append(("delete", kind, namespace, name))
        self.pods[namespace, name] = grace

    def patch(self, kind: str, _namespace: None, name: str, _body: Object) -> None:
        self.said.append(("patch", kind, name))
        if name == "gone":
            raise ApiError(404, "NotFound", "it is gone")
        self.namespaces.discard(name)

    def _killed(self, node: str, _sh: str, _c: str, script: str, _name: str, chosen: str) -> list[str]:
        self.said.append(("kill", node))
        assert "SIGKILL" in script
        assert chosen == (
            'labels."io.cri-containerd.kind"==container,labels."io.kubernetes.pod.namespace"!="kube-system",'
            'labels."io.kubernetes.pod.namespace"!="own"'
        )
        if node == NODES[-1]:
            self.pods = {
                (namespace, name): seconds
                for (namespace, name), seconds in self.pods.items()
                if namespace in {"kube-system", "own"} or name in self.stuck
            }
        return []

    def ended(self) -> None:
        end_pods(cast(Cluster, self), THEN, NODES)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


def test_pods_of_the_run_are_killed_and_no_others(cluster: Played) -> None:
    cluster.pods = {("kube-system", "new-dns"): None, ("own", "new"): None, ("run", "web"): 30}
    cluster.pods |= {("default", "brought"): None, ("run", "ending"): 1}
    cluster.namespaces.add("run")
    cluster.ended()
    assert cluster.pods == {("kube-system", "new-dns"): None, ("own", "new"): None}
    deleted = [words[2:] for words in cluster.said if words[0] == "delete"]
    assert deleted == [("run", "web"), ("default", "brought")]


def test_a_namespace_is_looked_at_again_when_it_is_empty_and_once(cluster: Played) -> None:
    cluster.pods = {("run", "web"): None}
    cluster.namespaces |= {"run", "gone"}
    cluster.ended()
    patched = [words for words in cluster.said if words[0] == "patch"]
    assert patched == [("patch", "Namespace", "gone"), ("patch", "Namespace", "run")]
    assert cluster.said.index(patched[1]) > cluster.said.index(("kill", NODES[-1]))


def test_what_a_finalizer_keeps_is_left_for_the_proof(cluster: Played) -> None:
    cluster.pods = {("run", "web"): None}
    cluster.stuck = {"web"}
    cluster.namespaces.add("run")
    cluster.ended()
    assert cluster.pods == {("run", "web"): 1}
    assert "run" in cluster.namespaces
