"""Choose the node of a Pod."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any, Final

from grading.cluster.client import Cluster
from grading.k8s.pod_diagnosis import is_node_ready

Object = dict[str, Any]

_KEEPS_OFF: Final = {"NoSchedule", "NoExecute"}
"""Effects of a taint by which a node takes no Pod (Kubernetes: Taints and Tolerations)."""


def pin(data: Object, node: str) -> None:
    """Send a Pod to a node.

    A hostPath volume is on one node (Kubernetes: Volumes, hostPath); on a cluster of several, the second Pod
    could be scheduled to another and find nothing, through no fault of the student.
    """
    spec = data.setdefault("spec", {})
    spec["nodeSelector"] = {**(spec.get("nodeSelector") or {}), "kubernetes.io/hostname": node}


def place(pod: Object, cluster: Cluster, namespace: str) -> None:
    """Choose the node of a Pod of the suite's own, if any will do.

    It is one with the fewest Pods of its namespace.

    By name, past the scheduler: Pods of the submission may keep all others off their nodes, which may be all
    (Kubernetes: Pod anti-affinity). If no node takes Pods it is left to the scheduler, which says why.

    Args:
        pod: the Pod, whose volumes do not wait for the scheduler; it may have a node already.
        cluster: where it is to run.
        namespace: its own.
    """
    nodes = [node["metadata"]["name"] for node in cluster.items("Node") if _is_usable(node)]
    if not nodes or pod["spec"].keys() & {"nodeName", "nodeSelector"}:
        return
    at = [(item["spec"].get("nodeName"), item["metadata"].get("namespace")) for item in cluster.items("Pod")]
    beside, there = Counter(at), Counter(node for node, _namespace in at)
    pod["spec"]["nodeName"] = min(
        nodes, key=lambda node: (beside[node, namespace], there[node], secrets.token_hex(4))
    )


def _is_usable(node: Object) -> bool:
    """Return whether a node takes Pods; the agent that a lab lets join has a taint."""
    taints = node["spec"].get("taints") or []
    return (
        is_node_ready(node)
        and not node["spec"].get("unschedulable")
        and not any(taint.get("effect") in _KEEPS_OFF for taint in taints)
    )
