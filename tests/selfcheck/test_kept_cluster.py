"""Which kept clusters are taken up again, without one."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from fixtures import graded_cluster, k3d
from fixtures.airgap.kit import Kit
from fixtures.claims import Claim, Record
from fixtures.graded_cluster import Blueprint, Maker

NAME = "pytest-kubegrade"
BLUEPRINT = Blueprint(NAME, "the configuration", ("a-node",))
RECORD = Record(kept=True, fingerprint=BLUEPRINT.fingerprint)
READY = {"conditions": [{"type": "Ready", "status": "True"}]}
Object = dict[str, Any]


class Api:
    """As much of `Cluster` as is asked of a kept one."""

    nodes: ClassVar[list[Object]] = []

    def __init__(self, _kubeconfig: Path, *, back_within: float) -> None:
        self.back_within = back_within

    def items(self, kind: str, **query: str) -> list[Object]:
        return self.nodes if kind == "Node" and not query else []

    def close(self) -> None: ...


@pytest.fixture
def claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Claim:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.touch()
    monkeypatch.setattr(graded_cluster, "Cluster", Api)
    monkeypatch.setattr(graded_cluster, "wait_ready", lambda _api, _nodes: None)
    monkeypatch.setattr(graded_cluster, "put_up", lambda _api: None)
    monkeypatch.setattr(k3d, "names", lambda _k3d: [NAME])
    monkeypatch.setattr(Api, "nodes", [node(), node()])
    return cast(Claim, SimpleNamespace(read=lambda: RECORD, kubeconfig=kubeconfig))


def node(status: Object = READY, **spec: object) -> Object:
    return {"metadata": {"name": "a-node"}, "spec": spec, "status": status}


def is_taken_up(claim: Claim) -> bool:
    kit = cast(Kit, SimpleNamespace(k3d=Path("k3d")))
    return Maker(kit, lambda: None)._taken_up(BLUEPRINT, claim)


def test_one_that_is_ready(claim: Claim) -> None:
    assert is_taken_up(claim)


@pytest.mark.parametrize(
    "other",
    [
        node({"conditions": []}),
        node(unschedulable=True),
        node(taints=[{"key": "example.org/repair", "effect": "NoExecute"}]),
    ],
    ids=["not ready", "cordoned", "drained"],
)
def test_one_with_a_node_that_takes_no_pods(
    claim: Claim, monkeypatch: pytest.MonkeyPatch, other: Object
) -> None:
    monkeypatch.setattr(Api, "nodes", [node(), other])
    assert not is_taken_up(claim)


def test_one_without_dns(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(_api: object, _nodes: object) -> None:
        raise k3d.ClusterTrouble("Pods cannot resolve kubernetes.default with the DNS of the cluster")

    monkeypatch.setattr(graded_cluster, "wait_ready", lacking)
    assert not is_taken_up(claim)


@pytest.mark.parametrize(
    "other",
    [
        Blueprint(NAME, "another configuration", ("a-node",)),
        Blueprint(NAME, "the configuration", ("a-node", "k3d-agent-02-0"), ("agent-02",)),
    ],
    ids=["made otherwise", "with one more agent"],
)
def test_one_of_the_same_name_that_is_another(claim: Claim, other: Blueprint) -> None:
    kit = cast(Kit, SimpleNamespace(k3d=Path("k3d")))
    assert not Maker(kit, lambda: None)._taken_up(other, claim)


def test_none_is_created_once_the_run_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_arguments: object) -> None: ...

    for name in ("end_orphans", "delete", "check_ports"):
        monkeypatch.setattr(k3d, name, nothing)
    monkeypatch.setattr(graded_cluster, "create", lambda *_arguments: pytest.fail("it was created"))
    stopped = threading.Event()
    stopped.set()
    claim = cast(Claim, SimpleNamespace(forget=nothing, write=nothing))
    kit = cast(Kit, SimpleNamespace(k3d=Path("k3d")))
    blueprint = Blueprint(NAME, "{}", ("a-node",))
    with pytest.raises(k3d.ClusterTrouble, match="the run has ended"):
        Maker(kit, lambda: None)._create(blueprint, claim, RECORD, stopped)
