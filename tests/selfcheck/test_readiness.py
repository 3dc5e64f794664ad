"""What a cluster must have before a scenario begins, and what is said if it does not."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from fixtures import canary, readiness
from fixtures.airgap.recipes import read_images
from fixtures.k3d import ClusterTrouble
from fixtures.readiness import raise_watches, wait_ready
from grading import timeouts
from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError
from grading.k8s.image_reference import canonical
from grading.runner.own_namespace import OWNED
from tests.selfcheck.played import Waited

Object = dict[str, Any]
NODES = ("k3d-x-server-0", "k3d-x-agent-0", "k3d-x-agent-1")
DEFAULT = {"storageclass.kubernetes.io/is-default-class": "true"}
UNREACHED = ApiError(503, "ServiceUnavailable", "proxy error from 127.0.0.1:6443, code 502: 502 Bad Gateway")
DNS_POD = {
    "kind": "Pod",
    "metadata": {"name": "coredns-1"},
    "spec": {"nodeName": NODES[0]},
    "status": {"phase": "Pending"},
}


class Machine(Waited):
    """A new cluster, and what becomes of the suite's Pods on it."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.ready = set(NODES)
        self.classes: dict[str, dict[str, str]] = {"local-path": DEFAULT}
        self.ends: dict[str, Object] = {node: {"terminated": {"exitCode": 0}} for node in NODES}
        self.kubelets: dict[str, list[ApiError]] = {}
        self.items_of: dict[str, list[Object]] = {}
        self.applied: list[Object] = []
        self.deleted: list[tuple[str, str]] = []
        self.asked: list[str] = []

    def look(self, kind: str, namespace: str | None, name: str) -> Object | None:
        if kind == "Node":
            status = "True" if name in self.ready else "False"
            return {"status": {"conditions": [{"type": "Ready", "status": status}]}}
        if kind == "StorageClass":
            return {"metadata": {"annotations": self.classes[name]}} if name in self.classes else None
        if kind == "Pod":
            state = self.ends[name]
            return {"status": {"containerStatuses": [{"state": state}]} if state else {}}
        assert kind == "ServiceAccount"
        return {}

    def text(self, path: str) -> str:
        node = path.removeprefix("api/v1/nodes/").removesuffix("/proxy/healthz")
        self.asked.append(node)
        if self.kubelets.get(node):
            raise self.kubelets[node].pop(0)
        return "ok"

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        self.applied.append({**data, "in": namespace})
        return data

    def items(self, kind: str, namespace: str, **_query: str) -> list[Object]:
        return self.items_of.get(kind, [])

    def delete(self, kind: str, _namespace: None, name: str) -> None:
        self.deleted.append((kind, name))


@pytest.fixture
def machine() -> Machine:
    return Machine()


def wait(machine: Machine) -> None:
    wait_ready(cast(Cluster, machine), NODES)


def trouble(machine: Machine) -> str:
    with pytest.raises(ClusterTrouble) as caught:
        wait(machine)
    return str(caught.value)


def test_a_cluster_that_has_all(machine: Machine) -> None:
    wait(machine)
    assert machine.asked == list(NODES)


def test_a_pod_on_each_node_that_nobody_else_takes_for_his(machine: Machine) -> None:
    wait(machine)
    namespace, *pods = machine.applied
    name = namespace["metadata"]["name"]
    assert namespace["metadata"]["labels"] == OWNED
    assert [pod["spec"]["nodeName"] for pod in pods] == list(NODES)
    assert all(pod["metadata"]["labels"].items() >= OWNED.items() and pod["in"] == name for pod in pods)
    assert machine.deleted == [("Namespace", name)]


def test_its_image_is_one_that_the_kit_serves() -> None:
    served = {canonical(name) for recipe in read_images().values() for name in recipe.publish}
    assert canonical(canary.IMAGE) in served


def test_a_slow_machine_gets_longer(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "SERVICES_REACHED", 120.0)
    monkeypatch.setattr(timeouts, "DNS_READY", 360.0)
    wait(machine)
    (container,) = machine.applied[1]["spec"]["containers"]
    assert {item["name"]: item["value"] for item in container["env"]} == {
        "ADDRESS_LIMIT": "120",
        "NAME_LIMIT": "360",
    }


def test_a_node_that_is_not_ready(machine: Machine) -> None:
    machine.ready.remove(NODES[1])
    assert f"node {NODES[1]} Ready: not seen within 60 s" in trouble(machine)
    assert machine.applied == []


@pytest.mark.parametrize(
    "classes", [{}, {"local-path": {}}, {"local-path": {**DEFAULT, next(iter(DEFAULT)): "false"}}]
)
def test_a_class_that_is_not_there_or_not_the_default(
    machine: Machine, classes: dict[str, dict[str, str]]
) -> None:
    machine.classes = classes
    assert "the default StorageClass local-path: not seen within 60 s" in trouble(machine)
    assert machine.deleted


def test_a_kubelet_that_the_api_server_reaches_later(machine: Machine) -> None:
    machine.kubelets = {NODES[1]: [UNREACHED]}
    wait(machine)
    assert machine.asked == [NODES[0], NODES[1], NODES[1], NODES[2]]


def test_a_kubelet_that_the_api_server_does_not_reach(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "NODES_READY", 0.0)
    machine.kubelets = {NODES[1]: [UNREACHED] * 99}
    told = trouble(machine)
    assert f"cannot reach the kubelet of node {NODES[1]}: proxy error" in told


def ended(code: int, message: str = "") -> Object:
    return {"terminated": {"exitCode": code, "message": message}}


def test_pods_that_do_not_reach_a_service(machine: Machine) -> None:
    machine.ends.update({NODES[1]: ended(2, "nc: timed out\n"), NODES[2]: ended(3, "nc: bad address")})
    told = trouble(machine)
    assert f"Pods on {NODES[1]} cannot reach the API server at the address of its Service: nc: tim" in told
    assert "kernel-modules-extra" in told
    assert machine.deleted


@pytest.mark.parametrize(("ready", "told"), [(True, "has a Ready endpoint"), (False, "no Ready endpoint")])
def test_pods_that_find_no_name(machine: Machine, ready: bool, told: str) -> None:
    machine.ends = dict.fromkeys(NODES, ended(3, "nc: bad address 'kubernetes.default'"))
    endpoint = {"addresses": ["10.42.0.2"], "conditions": {"ready": ready}}
    machine.items_of = {"EndpointSlice": [{"endpoints": [endpoint]}], "Pod": [DNS_POD]}
    words = trouble(machine)
    nodes = ", ".join(NODES)
    assert f"Pods on {nodes} cannot resolve kubernetes.default with the DNS of the cluster: nc: bad" in words
    assert told in words
    assert ("coredns-1: Pending" in words) is not ready


def test_a_cluster_without_dns(machine: Machine) -> None:
    machine.ends = dict.fromkeys(NODES, ended(3))
    assert "The Service kube-dns has no Ready endpoint. Its Pods: none" in trouble(machine)


def test_a_pod_that_does_not_start(machine: Machine) -> None:
    machine.ends[NODES[2]] = {}
    machine.items_of = {
        "Event": [
            {"message": "Failed to pull image: i/o timeout", "lastTimestamp": "2026-01-01T00:00:09Z"},
            {"message": "Pulling image", "lastTimestamp": "2026-01-01T00:00:01Z"},
        ]
    }
    assert f"Pod on node {NODES[2]} does not start: Failed to pull image: i/o timeout" in trouble(machine)
    machine.items_of = {}
    assert f"does not start: kubegrade's Pod on node {NODES[2]}: not seen within 180 s" in trouble(machine)


def test_a_pod_that_does_not_end(machine: Machine) -> None:
    machine.ends[NODES[2]] = {"running": {}}
    assert f"kubegrade's Pod on node {NODES[2]}: not seen within 270 s" in trouble(machine)


def test_a_pod_that_ends_otherwise(machine: Machine) -> None:
    machine.ends[NODES[0]] = ended(127, "sh: nc: not found")
    assert f"Pod on node {NODES[0]} ended with exit code 127: sh: nc: not found" in trouble(machine)


def test_an_api_server_that_goes_away(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise InfrastructureError("the API server did not answer: EOF")

    monkeypatch.setattr(machine, "apply", gone)
    assert "grading on it is not possible yet: the API server did not answer: EOF" in trouble(machine)


# The limit of watches


def script(tmp_path: Path, limit: str) -> str:
    """Let the node's command loose on a file."""
    file = tmp_path / "limit"
    file.write_text(limit, "utf-8")
    words = readiness._RAISE_WATCHES.replace("/proc/sys/fs/inotify/max_user_instances", str(file))
    assert str(file) in words
    subprocess.run(["sh", "-c", words], check=True)
    return file.read_text("utf-8").strip()


@pytest.mark.parametrize(("limit", "then"), [("128\n", "1024"), ("1024\n", "1024"), ("8192\n", "8192")])
def test_a_low_limit_is_raised_and_a_high_one_stays(tmp_path: Path, limit: str, then: str) -> None:
    assert script(tmp_path, limit) == then


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker that writes down how it is called, and fails."""
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\necho "$@" > "$0.called"\nexit 1\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "docker.called"


def test_a_limit_that_cannot_be_raised_is_left(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_watches("demo-cluster")
    assert docker.read_text("utf-8").startswith(
        "exec k3d-demo-cluster-server-0 sh -c v=/proc/sys/fs/inotify/"
    )
    monkeypatch.setenv("PATH", "/nowhere")
    raise_watches("demo-cluster")
