"""Find out from the scheduler's reports why a Pod has no node, and whether the manifest is the cause."""

from __future__ import annotations

import re
from typing import Final

from grading import timeouts
from grading.k8s.diagnosis import Age, Diagnosis, Object, condition, first
from grading.k8s.quantity import amount_of
from grading.text.i18n import _

_OF_A_FIELD: Final = re.compile(
    r'persistentvolumeclaim "[^"]+" not found'
    r"|unbound immediate PersistentVolumeClaims"
    r"|didn't match Pod's node affinity|didn't match pod (?:anti-)?affinity|didn't match pod topology"
    r"|didn't have free ports"
    r"|didn't find available persistent volumes to bind"
    r"|volume node affinity conflict"
)
"""What the scheduler says of claims, places and ports that the Pod asks for (Kubernetes: pkg/scheduler)."""
_OF_THE_NODES: Final = ("Too many pods", "node.kubernetes.io/", "were unschedulable")
"""What it says of nodes that no manifest could use: full, not Ready, short of something, or cordoned."""
_TAINT: Final = "untolerated taint {"
_INSUFFICIENT: Final = re.compile(r"Insufficient ([a-z0-9-]+(?:[./][a-z0-9-]+)*)")


def unscheduled(pod: Object, age: Age) -> Diagnosis | None:
    """Return why the scheduler finds no node for a Pod.

    None if it has not said so for long enough.

    Source: Kubernetes: Pod Lifecycle, Pod conditions.
    """
    found = condition(pod, "PodScheduled")
    if found.get("status") != "False" or found.get("reason") != "Unschedulable":
        return None
    if age(pod, pod["metadata"]["creationTimestamp"]) < timeouts.SCHEDULED:
        return None
    message = first(found.get("message", ""))
    if _is_of_a_field(pod, found.get("message", "")):
        return Diagnosis("Unschedulable", message)
    return Diagnosis("Unschedulable", message, infrastructure=True, may_pass=True)


def ignored(pod: Object, age: Age) -> Diagnosis | None:
    """Return that a Pod asks for a node or a scheduler that does not take it on.

    The scheduler of the cluster leaves a condition, and so does a node that runs the Pod.

    Source: Kubernetes: Assigning Pods to Nodes; Configure Multiple Schedulers.
    """
    spec = pod["spec"]
    scheduler = spec.get("schedulerName", "default-scheduler")
    if condition(pod, "PodScheduled") or age(pod, pod["metadata"]["creationTimestamp"]) <= timeouts.TAKEN_ON:
        return None
    if spec.get("nodeName"):
        return Diagnosis(
            "Pending",
            _(
                "its nodeName is {node}, and no node of the cluster has this name",
                node=spec["nodeName"],
            ),
        )
    if scheduler != "default-scheduler":
        words = _(
            "its schedulerName is {scheduler}, and the cluster has no such scheduler",
            scheduler=scheduler,
        )
        return Diagnosis("Pending", words)
    return None


def gated(pod: Object) -> Diagnosis | None:
    """Return that a Pod waits for readinessGates or schedulingGates.

    Nobody will set them.

    Source: Kubernetes: Pod Lifecycle, Pod readiness; Pod Scheduling Readiness.
    """
    for kind, key in (("Ready", "ReadinessGatesNotReady"), ("PodScheduled", "SchedulingGated")):
        found = condition(pod, kind)
        if found.get("status") == "False" and found.get("reason") == key:
            return Diagnosis(key, first(found.get("message", "")) or key)
    return None


def _is_of_a_field(pod: Object, message: str) -> bool:
    if any(words in message for words in _OF_THE_NODES):
        return False
    lacking = set(_INSUFFICIENT.findall(message))
    return bool(_OF_A_FIELD.search(message)) or _TAINT in message or bool(lacking & _requested(pod))


def _requested(pod: Object) -> set[str]:
    """Return the resources that a Pod requests beyond usual amounts.

    Usual requests were set to 0 before it was applied.
    """
    specs = [c for group in ("initContainers", "containers") for c in pod["spec"].get(group) or []]
    requests = [(spec.get("resources") or {}).get("requests") or {} for spec in specs]
    return {key for found in requests for key, value in found.items() if amount_of(value)}
