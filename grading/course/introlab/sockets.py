"""Count the connections of the lab's Pods in their own network, by programs of the suite's own.

Which Pod has a connection, and how many it has, a tab is told by the program in the Pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grading import timeouts
from grading.course.introlab.course_values import PORT
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.k8s.service_routing import service_port, target_port
from grading.k8s.tcp_sockets import established
from grading.runner import client_pod
from grading.runner.context import Context, Object
from grading.text.i18n import _
from grading.waiting import until

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")


def join_pods(context: Context, pods: list[Object]) -> dict[str, str]:
    """Let a container of the suite's own join each Pod.

    Returns:
        The containers' names by the Pods'.
    """
    return {pod["metadata"]["name"]: client_pod.join(context, pod["metadata"]["name"]) for pod in pods}


def count(
    context: Context, service: Object, pods: list[Object], askers: Mapping[str, str], told: Mapping[str, int]
) -> dict[str, int]:
    """Return how many connections each Pod has, by its name.

    They are counted once, and again for a while if they are fewer than the Pod tells of.

    Args:
        context: where the Pods are.
        service: in front of them.
        pods: those whose connections are counted.
        askers: from `join_pods`.
        told: how many connections each Pod tells of.

    Raises:
        InfrastructureError: they cannot be counted.
    """
    step = context.step(_("Count the connections in the network of each Pod"))
    names = {pod["metadata"]["name"]: target_port(service_port(service, "port", PORT), pod) for pod in pods}
    for name in names:
        client_pod.wait_joined(context, name, askers[name])

    def look() -> dict[str, int]:
        return {name: _count(context, name, askers[name], port) for name, port in names.items()}

    found = until(look, lambda seen: all(seen[name] >= told[name] for name in seen), timeouts.TABS_AGREE)
    step.see(summary.names(f"{name} {number}" for name, number in sorted(found.items())))
    return found


def _count(context: Context, pod: str, asker: str, port: int | None) -> int:
    if port is None:
        raise InfrastructureError(_("the Service sends to no port of Pod {name}", name=pod))
    return established(client_pod.run_joined(context, pod, asker, "cat", *_TABLES).stdout, port)
