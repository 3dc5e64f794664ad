"""Where, and for how long, the scenarios of section 11.8 ask a Service."""

from __future__ import annotations

from grading import timeouts
from grading.cluster.docker_agent import NODE_LABEL
from grading.evidence.base import HttpAnswer
from grading.k8s.service_routing import selects
from grading.runner.context import Context, Object


def patience(service: Object, pod: Object, direct: HttpAnswer | None) -> float:
    """Return for how many seconds to ask a Service; 0 if nothing behind it answers.

    Args:
        service: as it was applied.
        pod: behind it.
        direct: what the Pod itself answered; None if it was not asked.
    """
    leads = direct is not None and direct.is_nginx and selects(service, pod)
    return timeouts.HTTP_ANSWER if leads else 0.0


def node_addresses(context: Context) -> dict[str, str]:
    """Return each node's address inside the cluster's network, by its name.

    Without the agent that the introductory lab lets join and leave.
    """
    return {
        node["metadata"]["name"]: address["address"]
        for node in context.cluster.items("Node", labelSelector=f"!{NODE_LABEL}")
        for address in node["status"]["addresses"]
        if address["type"] == "InternalIP"
    }
