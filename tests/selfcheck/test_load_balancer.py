"""The Pods by which k3s takes the ports of a Service of type LoadBalancer: what they say, and their end."""

from __future__ import annotations

from typing import Any

import pytest

from grading.errors import ApiError, InfrastructureError, TimedOut
from grading.exercise.loader import load_courses
from grading.runner.cluster_ports import free_port
from grading.runner.context import Context
from grading.runner.load_balancer import with_address
from grading.runner.own_namespace import OWNED
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on

Object = dict[str, Any]
SERVICE = "svccontroller.k3s.cattle.io/svcname"
NAMESPACE = "svccontroller.k3s.cattle.io/svcnamespace"
PORT = 30080
FATAL = "iptables v1.8.9 (legacy): can't initialize iptables table"


class K3s(StandIn):
    """A cluster whose Pods are found by their labels, in whatever namespace."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[tuple[str, str | None, str]] = []
        self.logs: dict[str, str] = {}

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        if kind != "Pod" and kind != "Service":
            return super().items(kind, namespace, **query)
        wanted = [part.partition("=") for part in query.get("labelSelector", "").split(",") if part]
        return [item for (k, _, _), item in self.objects.items() if k == kind and _matches(item, wanted)]

    def look(self, kind: str, namespace: str | None, name: str) -> Object | None:
        self.waited.append((kind, namespace, name))
        return super().look(kind, namespace, name)

    def path(self, *parts: object) -> str:
        return "/".join(map(str, parts))

    def text(self, path: str, query: Object) -> str:
        if query["previous"] == "true":
            raise ApiError(400, "BadRequest", "previous terminated container not found")
        return self.logs.get(path, "")


def _matches(item: Object, wanted: list[tuple[str, str, str]]) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(key in labels and (not equals or labels[key] == value) for key, equals, value in wanted)


@pytest.fixture
def cluster() -> K3s:
    return K3s()


@pytest.fixture
def context(cluster: K3s) -> Context:
    return context_on(cluster, None, load_submission(REFERENCE, load_courses().files.values()))


def service(cluster: K3s, kind: str = "LoadBalancer", namespace: str = "mine", **spec: Any) -> Object:
    data = {
        "kind": "Service",
        "metadata": {"name": "flask-service", "namespace": namespace},
        "spec": {"type": kind, "ports": [{"port": PORT}], "containers": [], **spec},
    }
    made = cluster.apply(data, namespace)
    made["status"] = {"loadBalancer": {}}
    return made


def balancer(cluster: K3s, name: str = "svclb-1", namespace: str = "mine", port: int = PORT) -> Object:
    """Put a Pod there that takes a port for the Service flask-service of a namespace."""
    container = {"name": f"lb-tcp-{port}", "image": "klipper", "ports": [{"hostPort": port}]}
    labels = {SERVICE: "flask-service", NAMESPACE: namespace}
    data = {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "kube-system", "labels": labels},
        "spec": {"containers": [container]},
    }
    return cluster.apply(data, "kube-system")


def crashed(cluster: K3s, name: str) -> None:
    balancer(cluster, name)
    cluster.crash(name)
    cluster.logs[f"Pod/kube-system/{name}/log"] = f"{FATAL}\n"


def test_an_address_that_is_there(cluster: K3s, context: Context) -> None:
    made = service(cluster)
    made["status"] = {"loadBalancer": {"ingress": [{"ip": "172.18.0.3"}]}}
    assert with_address(context, made) == made


@pytest.mark.parametrize("spec", [{"kind": "NodePort"}, {"loadBalancerClass": "other"}])
def test_an_address_that_nobody_gives_is_not_waited_for(
    cluster: K3s, context: Context, spec: dict[str, str]
) -> None:
    with_address(context, service(cluster, **spec))
    assert cluster.waited == []


def test_an_address_that_does_not_come_is_explained_by_the_pods(cluster: K3s, context: Context) -> None:
    crashed(cluster, "svclb-1")
    balancer(cluster, "svclb-other", namespace="another")
    with pytest.raises(InfrastructureError) as caught:
        with_address(context, service(cluster))
    told = str(caught.value)
    assert told.startswith(
        "an external address of the Service flask-service: not seen within 180 s; svclb-1: "
    )
    assert "keeps ending with exit code" in told
    assert told.endswith(f": {FATAL}")
    assert "svclb-other" not in told


def test_what_the_pods_say_is_bounded(cluster: K3s, context: Context) -> None:
    for number in range(9):
        crashed(cluster, f"svclb-{number}")
        cluster.logs[f"Pod/kube-system/svclb-{number}/log"] = "x" * 5000
    with pytest.raises(InfrastructureError) as caught:
        with_address(context, service(cluster))
    assert len(str(caught.value)) < 2000


def test_without_such_pods_there_is_nothing_to_tell(cluster: K3s, context: Context) -> None:
    with pytest.raises(InfrastructureError, match=r"flask-service: not seen within 180 s$"):
        with_address(context, service(cluster))


# The port


def has_port(item: Object) -> bool:
    return any(port["port"] == PORT for port in item["spec"]["ports"])


def free(context: Context) -> None:
    free_port(context, PORT, "port 30080", has_port)


def test_a_port_that_nobody_has(cluster: K3s, context: Context) -> None:
    free(context)
    assert cluster.waited == []


def test_a_port_is_free_when_the_pods_of_a_deleted_service_are_gone(cluster: K3s, context: Context) -> None:
    balancer(cluster, "svclb-1")
    balancer(cluster, "svclb-2")
    with pytest.raises(TimedOut, match="port 30080 is free"):
        free(context)
    assert cluster.waited == [("Pod", "kube-system", "svclb-1")]


def test_pods_with_another_port_or_of_a_service_that_stays_are_left(cluster: K3s, context: Context) -> None:
    balancer(cluster, "svclb-1", port=8080)
    free(context)
    service(cluster, namespace="another", ports=[{"port": 80}])
    balancer(cluster, "svclb-2", namespace="another")
    free(context)
    assert cluster.waited == []


def test_a_service_of_an_earlier_run_goes_first(cluster: K3s, context: Context) -> None:
    cluster.apply({"kind": "Namespace", "metadata": {"name": "mine", "labels": OWNED}})
    service(cluster)
    balancer(cluster)
    with pytest.raises(TimedOut):
        free(context)
    assert cluster.deleted == [("Service", "flask-service")]
    assert [kind for kind, _, _ in cluster.waited] == ["Service", "Pod"]
