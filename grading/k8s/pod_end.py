"""Find out why a container or a whole Pod has ended, and whether the manifest is the cause."""

from __future__ import annotations

import re
from typing import Final

from grading.k8s.container_errors import has_memory_limit, is_of_a_field
from grading.k8s.diagnosis import Diagnosis, Object, first

_NOT_STARTED: Final = frozenset({"StartError", "ContainerCannotRun"})
"""The reason why a container ended that never ran, as containerd and as Docker name it."""
EVICTED: Final = "Evicted"
"""The reason why a Pod failed that the kubelet evicted from its node."""
OUT_OF_MEMORY: Final = "OOMKilled"
"""The reason why a container ended that the kernel killed for its memory."""
LOST: Final = frozenset({"Unknown", "ContainerStatusUnknown"})
"""The reason why a container ended if the container runtime did not see it, as when its node is restarted."""
BY_ITSELF: Final = frozenset({"Completed", "Error"})
"""The reasons why a container ended whose first process did."""
SIGNALS: Final = frozenset({137, 143})
"""Exit codes, 128 and the numbers of SIGKILL and SIGTERM: somebody ended the container from outside."""
_OWN_LIMIT: Final = re.compile(
    r"Usage of EmptyDir volume .* exceeds the limit"
    r"|Pod ephemeral local storage usage exceeds the total limit"
    r"|exceeded its local ephemeral storage limit"
)
"""What the kubelet says if it evicts a Pod for a limit of its own (pkg/kubelet/eviction). If a node is "low
on resource" it names requests that the Pod exceeds."""
_OWN_FIELDS: Final = {
    "DeadlineExceeded": "activeDeadlineSeconds",
    "SysctlForbidden": "securityContext",
    "AppArmor": "securityContext",
    "NodeAffinity": "nodeName",
    "PodOSNotSupported": "os",
    "PodOSSelectorNodeLabelDoesNotMatch": "os",
}
"""Reasons why a Pod failed as a whole, and the field that leads to each."""


def failed(pod: Object) -> Diagnosis | None:
    """Return why a Pod as a whole has failed, None if it has not.

    Nor if only a container of it says why.

    Source: Kubernetes: Pod Lifecycle, Pod phase.
    """
    status = pod.get("status") or {}
    if status.get("phase") != "Failed" or not status.get("reason"):
        return None
    reason, message = str(status["reason"]), first(status.get("message", ""))
    own = is_own_eviction(message) if reason == EVICTED else _has_field(pod, reason)
    # Whoever owns the Pod makes another in its place.
    replaced = not own and bool(pod["metadata"].get("ownerReferences"))
    return Diagnosis(reason, message or reason, infrastructure=not own, may_pass=replaced)


def is_own_eviction(message: str) -> bool:
    """Return whether a Pod was evicted for a limit of its own.

    By the kubelet's message.

    Source: Kubernetes: Node-pressure Eviction.
    """
    return bool(_OWN_LIMIT.search(message))


def is_own_end(pod: Object, spec: Object, ended: Object) -> bool:
    """Return whether a container ended by itself, or by a limit or field of its own.

    Source: Kubernetes: Pod Lifecycle, Container states.

    Args:
        pod: the Pod.
        spec: of the container.
        ended: the state ``terminated`` of the container.
    """
    reason = ended.get("reason", "")
    if reason in _NOT_STARTED:
        return is_of_a_field(str(ended.get("message", "")), pod)
    if reason == OUT_OF_MEMORY:
        return has_memory_limit(pod, spec)
    return reason in BY_ITSELF and ended.get("exitCode") not in SIGNALS


def _has_field(pod: Object, reason: str) -> bool:
    field = _OWN_FIELDS.get(reason)
    specs = [pod["spec"], *(pod["spec"].get("containers") or [])]
    return field is not None and any(spec.get(field) for spec in specs)
