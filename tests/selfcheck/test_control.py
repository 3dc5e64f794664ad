"""The control of a run, on a cluster that is none."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.errors import InfrastructureError
from grading.runner.context import OWNED
from grading.runner.control import Control
from grading.runner.owned_namespaces import is_ours

Object = dict[str, Any]
NODES = ("server-0", "agent-0", "agent-1")
LIMIT = 20.0
"""Seconds to wait for a thread."""


class Applied:
    """As much of `Cluster` as the control uses."""

    def __init__(self, *, refuses: str = "") -> None:
        self.refuses = refuses
        self.objects: list[tuple[str | None, Object]] = []
        self.deleted: list[str] = []
        self.complete = threading.Event()

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        if data["kind"] == self.refuses:
            self.complete.set()
            raise InfrastructureError("the API server did not answer")
        self.objects.append((namespace, data))
        if len(self.objects) == 2 + len(NODES):
            self.complete.set()
        spec = {**data.get("spec", {}), "clusterIP": "10.43.0.7"}
        return {**data, "spec": spec}

    def wait_for(self, *_arguments: object) -> Object:
        return {}

    def items(self, kind: str) -> list[Object]:
        assert kind == "Node"
        joined = {"metadata": {"name": "joined", "labels": {docker_agent.NODE_LABEL: "true"}}}
        return [{"metadata": {"name": name}} for name in NODES] + [joined]

    def delete(self, kind: str, namespace: str | None, name: str) -> None:
        assert (kind, namespace) == ("Namespace", None)
        self.deleted.append(name)


def test_a_pod_on_each_node_and_a_service_in_front_of_them() -> None:
    cluster = Applied()
    control = Control(cast(Cluster, cluster), "ours")
    control.start()
    assert control.url == "http://10.43.0.7:80/"
    assert cluster.complete.wait(LIMIT)
    (_, namespace), (_, service), *pods = cluster.objects
    assert is_ours(namespace)
    assert [pod["spec"]["nodeName"] for _, pod in pods] == list(NODES)
    assert all(where == "ours" for where, _ in cluster.objects[1:])
    for _, pod in pods:
        assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        assert OWNED.items() <= pod["metadata"]["labels"].items()
    control.close()
    assert cluster.deleted == ["ours"]


@pytest.mark.parametrize(("kind", "url"), [("Namespace", ""), ("Pod", "http://10.43.0.7:80/")])
def test_a_run_goes_on_without_its_control(kind: str, url: str) -> None:
    cluster = Applied(refuses=kind)
    control = Control(cast(Cluster, cluster), "ours")
    control.start()
    assert cluster.complete.wait(LIMIT)
    assert control.url == url
