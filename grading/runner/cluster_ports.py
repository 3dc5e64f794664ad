"""Ports that belong to the whole cluster, so that one Service at a time can have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.runner.context import Context, Object
from grading.runner.load_balancer import wait_released
from grading.runner.own_namespace import OWNED
from grading.text.i18n import _

_SELECTOR: Final = ",".join(f"{key}={value}" for key, value in OWNED.items())


def free_port(context: Context, number: int, port: str, has_it: Callable[[Object], bool]) -> None:
    """Take a port from what an earlier run left; a namespace takes a while to go.

    Args:
        context: of the scenario that is to have the port.
        number: the port.
        port: the same as text, for messages.
        has_it: tells of a Service whether it has the port.

    Raises:
        InfrastructureError: a Service that is not the suite's has it.
    """
    ours = {item["metadata"]["name"] for item in context.cluster.items("Namespace", labelSelector=_SELECTOR)}
    for service in context.cluster.items("Service"):
        if not has_it(service):
            continue
        name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
        if namespace not in ours:
            raise InfrastructureError(
                _(
                    "the Service {name} in the namespace {namespace} uses {port}; delete that Service first",
                    name=name,
                    namespace=namespace,
                    port=port,
                )
            )
        context.cluster.delete("Service", namespace, name)
        context.cluster.wait_for(
            "Service",
            namespace,
            name,
            lambda found: found is None,
            timeouts.NAMESPACE_GONE,
            _("{port} is free", port=port),
        )
    wait_released(context, number, port)
