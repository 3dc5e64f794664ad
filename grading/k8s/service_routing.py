"""Follow a Service to its Pods by the objects alone: selector, ports and EndpointSlices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Object = dict[str, Any]


def leads_elsewhere(service: Object) -> bool:
    """Return whether a Service is a name for another host (Kubernetes: Service, type ExternalName)."""
    return bool(service["spec"].get("type") == "ExternalName")


def selects(service: Object, pod: Object) -> bool:
    """Return whether a Service's selector matches a Pod; no selector matches none.

    That of type ExternalName counts for nothing (Kubernetes: ServiceSpec, selector).
    """
    if leads_elsewhere(service):
        return False
    selector = service["spec"].get("selector") or {}
    labels = pod["metadata"].get("labels") or {}
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def service_port(service: Object, key: str, wanted: int) -> Object:
    """Return the port of a Service whose ``key`` is ``wanted``, or its first one.

    Of one without any, which a headless Service and type ExternalName may be, ``wanted`` itself.

    Args:
        service: the Service.
        key: a field of its ports, such as ``nodePort``.
        wanted: the value of the field.
    """
    ports: list[Object] = service["spec"].get("ports") or [{"port": wanted}]
    return next((port for port in ports if port.get(key) == wanted), ports[0])


def target_port(port: Object, pod: Object) -> int | None:
    """Return the Pod's port of a Service's port, None for an unknown name.

    Source: Kubernetes: Service, Port definitions.
    """
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    for container in pod["spec"]["containers"]:
        for known in container.get("ports") or []:
            if known.get("name") == target:
                return int(known["containerPort"])
    return None


def endpoints(slices: Iterable[Object], *, ready: bool) -> set[str]:
    """Return the addresses in EndpointSlices that are ready, or those that are not.

    Source: Kubernetes: EndpointSlices.
    """
    return {
        address
        for item in slices
        for endpoint in item.get("endpoints") or []
        # Kubernetes: a condition that is missing means ready.
        if (endpoint.get("conditions") or {}).get("ready", True) == ready
        for address in endpoint.get("addresses") or []
    }


def opens_port(service: Object, number: int) -> bool:
    """Return whether a Service has a port of this number open on every node.

    As its nodePort, or as its own port if it is of type LoadBalancer, which k3s serves on the nodes.

    Source: K3s: Service Load Balancer.
    """
    balanced = service["spec"].get("type") == "LoadBalancer"
    return any(
        port.get("nodePort") == number or (balanced and port["port"] == number)
        for port in service["spec"].get("ports") or []
    )
