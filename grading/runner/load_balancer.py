"""Services of type LoadBalancer on k3s, where a Pod on each node takes their ports."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.logs import last_lines
from grading.errors import InfrastructureError, TimedOut
from grading.evidence import summary
from grading.k8s.diagnosis import long_seen
from grading.k8s.pod_diagnosis import diagnose
from grading.runner.context import Context
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line

Object = dict[str, Any]

_SERVICE: Final = "svccontroller.k3s.cattle.io/svcname"
_NAMESPACE: Final = "svccontroller.k3s.cattle.io/svcnamespace"
"""The labels by which k3s names the Service that a Pod works for."""
_MOST_PODS: Final = 3
"""Pods that a message tells of."""


def with_address(context: Context, service: Object) -> Object:
    """Wait for a Service's external address, if there is one to wait for.

    Source: K3s: Service Load Balancer.

    Args:
        context: where the Service is.
        service: as it was applied.

    Returns:
        The Service.

    Raises:
        InfrastructureError: it has none in time; the message tells of the Pods that were to bring it.
    """
    spec, name = service["spec"], service["metadata"]["name"]
    if spec.get("type") != "LoadBalancer" or spec.get("loadBalancerClass"):
        return service

    def done(found: Object | None) -> bool:
        return found is not None and bool(found["status"].get("loadBalancer", {}).get("ingress"))

    what = _("an external address of the Service {name}", name=name)
    try:
        found = context.cluster.wait_for(
            "Service", context.namespace, name, done, timeouts.EXTERNAL_ADDRESS, what
        )
    except TimedOut as error:
        pods = _pods(context.cluster, f"{_SERVICE}={name},{_NAMESPACE}={context.namespace}")
        told = [_state(context.cluster, pod) for pod in pods[:_MOST_PODS]]
        raise InfrastructureError(joined("; ", [error, *told])) from error
    assert found is not None  # noqa: S101 - done() is false for None
    return found


def wait_released(context: Context, number: int, port: str) -> None:
    """Wait until no Pod holds a port of the nodes for a Service that has been deleted.

    Source: K3s: Service Load Balancer.

    Args:
        context: of the scenario that is to have the port.
        number: the port.
        port: the same as text, for messages.

    Raises:
        TimedOut: one holds it still.
    """
    for pod in _pods(context.cluster, f"{_SERVICE},{_NAMESPACE}"):
        metadata = pod["metadata"]
        labels = metadata["labels"]
        if number not in _host_ports(pod):
            continue
        if context.cluster.get("Service", labels[_NAMESPACE], labels[_SERVICE]) is not None:
            continue
        context.cluster.wait_for(
            "Pod",
            metadata["namespace"],
            metadata["name"],
            lambda found: found is None,
            timeouts.NAMESPACE_GONE,
            _("{port} is free", port=port),
        )


def _pods(cluster: Cluster, selector: str) -> list[Object]:
    return cluster.items("Pod", labelSelector=selector)


def _host_ports(pod: Object) -> set[int]:
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports") or []]
    return {port["hostPort"] for port in ports if port.get("hostPort")}


def _state(cluster: Cluster, pod: Object) -> str:
    """Return the state of a Pod, why it is not Ready, and the last lines of its log."""
    metadata, container = pod["metadata"], pod["spec"]["containers"][0]["name"]
    diagnosis = diagnose(pod, frozenset(), long_seen)
    log = one_line(last_lines(cluster, metadata["namespace"], metadata["name"], container))
    parts = [summary.pod_state(pod), diagnosis.message if diagnosis else "", log]
    return joined(": ", filter(None, parts))
