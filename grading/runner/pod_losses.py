"""The losses of Pods: how their containers ended, and what evicted them from their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading.evidence.surroundings import ContainerEnd, Displacement
from grading.k8s.container_errors import has_memory_limit
from grading.k8s.diagnosis import first

Object = dict[str, Any]

_DRIVEN_OFF: Final = {"Evicted", "Preempting", "NodeLost", "NodeShutdown", "NodeAffinity", "Terminated"}
"""Reasons of a failed Pod that was evicted from its node (Kubernetes: pkg/kubelet)."""


def ends(pod: Object, now: float) -> Iterator[tuple[tuple[str, str, str], ContainerEnd]]:
    """Yield the ends of a Pod's containers that are known, each with a key of its own.

    Those that are to end are left out: of a Pod that is being deleted, or that is not started again.

    Source: Kubernetes: Pod Lifecycle, Container states.

    Args:
        pod: as the API server sent it.
        now: in seconds since the evidence began.
    """
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    if metadata.get("deletionTimestamp"):
        return
    for item in status.get("containerStatuses") or []:
        for state in (item.get("lastState") or {}, item.get("state") or {}):
            ended = state.get("terminated")
            if not ended or (ended.get("exitCode") == 0 and spec.get("restartPolicy") != "Always"):
                continue
            key = (metadata["uid"], item["name"], str(ended.get("containerID") or ended.get("finishedAt")))
            yield (
                key,
                ContainerEnd(
                    t=now,
                    namespace=metadata["namespace"],
                    pod=metadata["name"],
                    uid=metadata["uid"],
                    node=spec.get("nodeName") or "",
                    container=item["name"],
                    reason=str(ended.get("reason") or ""),
                    exit_code=ended.get("exitCode"),
                    limited=any(
                        has_memory_limit(pod, c) for c in spec["containers"] if c["name"] == item["name"]
                    ),
                ),
            )


def displacement(pod: Object, now: float) -> Displacement | None:
    """Return that a Pod was evicted, None if it was not (Kubernetes: Disruptions).

    Args:
        pod: as the API server sent it.
        now: in seconds since the evidence began.
    """
    metadata, status = pod["metadata"], pod.get("status") or {}
    conditions = status.get("conditions") or []
    target: Object = next(
        (c for c in conditions if c["type"] == "DisruptionTarget" and c["status"] == "True"), {}
    )
    reason = str(status.get("reason") or target.get("reason") or "")
    if not target and reason not in _DRIVEN_OFF:
        return None
    return Displacement(
        t=now,
        namespace=metadata["namespace"],
        pod=metadata["name"],
        uid=metadata["uid"],
        node=pod["spec"].get("nodeName") or "",
        reason=reason,
        message=bounded(status.get("message") or target.get("message")),
    )


def bounded(text: object) -> str:
    """Return a message on one line, or its beginning."""
    return first(str(text or ""))
