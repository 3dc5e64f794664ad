"""What leads from a Service to a Pod, read from manifests."""

from typing import Any

import pytest

from grading.k8s.service_routing import endpoints, selects, service_port, target_port
from grading.submission.admission_policy import refusals

POD: dict[str, Any] = {
    "metadata": {"name": "nginx-pod", "labels": {"app": "nginx", "zone": "prod"}},
    "spec": {"containers": [{"ports": [{"name": "http", "containerPort": 80}]}, {}]},
}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [({"app": "nginx"}, True), ({"app": "nginx", "zone": "test"}, False), ({}, False), (None, False)],
)
def test_selects(selector: dict[str, str] | None, matches: bool) -> None:
    assert selects({"spec": {"selector": selector}}, POD) is matches
    assert not selects({"spec": {"selector": {"app": "nginx"}}}, {"metadata": {"name": "x"}})


@pytest.mark.parametrize(
    ("port", "number"),
    [
        ({"port": 8080, "targetPort": 80}, 80),
        ({"port": 8080}, 8080),
        ({"port": 8080, "targetPort": "http"}, 80),
        ({"port": 8080, "targetPort": "web"}, None),
    ],
)
def test_target_port(port: dict[str, object], number: int | None) -> None:
    assert target_port(port, POD) == number


def test_service_port_falls_back_on_the_first() -> None:
    service = {"spec": {"ports": [{"port": 80}, {"port": 8080}]}}
    assert service_port(service, "port", 8080) == {"port": 8080}
    assert service_port(service, "port", 9) == {"port": 80}


def test_endpoint_without_a_condition_is_ready() -> None:
    slices: list[dict[str, Any]] = [
        {"endpoints": [{"addresses": ["10.42.0.5"]}]},
        {"endpoints": [{"addresses": ["10.42.0.6"], "conditions": {"ready": False}}]},
        {"endpoints": None},
    ]
    assert endpoints(slices, ready=True) == {"10.42.0.5"}
    assert endpoints(slices, ready=False) == {"10.42.0.6"}


@pytest.mark.parametrize("finalizers", [["example.com/never"], ["kubernetes", "x/y"], [{}]])
def test_namespace_with_finalizers_is_refused(finalizers: list[object]) -> None:
    assert refusals({"kind": "Namespace", "spec": {"finalizers": finalizers}})
    assert not refusals({"kind": "Namespace", "spec": {"finalizers": ["kubernetes"]}})
