"""The diagnosis of a Pod that is not Ready, and the parts of a Pod that it rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

Object = dict[str, Any]

MAX_MESSAGE: Final = 300
"""Characters of a message that are kept."""

Age = Callable[[Object, str], float]
"""Returns for how many seconds a Pod has been seen with a timestamp of its own: that of its creation, of a
condition, or of a container, after its name. The timestamp itself is of another clock, which may be set."""


def long_seen(_pod: Object, _since: str) -> float:
    """Return that a Pod has been seen for as long as any limit: an `Age`.

    For a look when time is up.
    """
    return math.inf


@dataclass(frozen=True)
class Diagnosis:
    """Why a Pod is not Ready.

    Attributes:
        reason: Kubernetes' word for it.
        message: what is wrong.
        infrastructure: whether the cause is not in the submission.
        log_of: the container whose last lines tell more.
        may_pass: whether the kubelet tries again, and nothing says that it will fail again.
        was_ready: whether the Pod has been Ready before.
    """

    reason: str
    message: str
    infrastructure: bool = False
    log_of: str | None = None
    may_pass: bool = False
    was_ready: bool = False


def passing(reason: str, message: str) -> Diagnosis:
    """Return the diagnosis of what is not the submission's fault, and may pass."""
    return Diagnosis(reason, message, infrastructure=True, may_pass=True)


def containers(pod: Object) -> Iterator[tuple[Object, Object]]:
    """Yield the status and spec of each container, init containers first.

    Only of those that have a status.

    Source: Kubernetes: Pod Lifecycle, Container states.
    """
    specs = {c["name"]: c for g in ("initContainers", "containers") for c in pod["spec"].get(g) or []}
    status = pod.get("status") or {}
    for group in ("initContainerStatuses", "containerStatuses"):
        for item in status.get(group) or []:
            yield item, specs.get(item["name"], {})


def condition(item: Object, kind: str) -> Object:
    """Return a condition of a Pod or node; an empty one if it has none of that kind.

    Source: Kubernetes: Pod Lifecycle, Pod conditions.
    """
    conditions = (item.get("status") or {}).get("conditions") or []
    return next((c for c in conditions if c["type"] == kind), {})


def running_since(status: Object) -> str:
    """Return a running container's name and start, for an `Age`.

    Empty if it does not run.
    """
    since = ((status.get("state") or {}).get("running") or {}).get("startedAt")
    return f"{status['name']} {since}" if since else ""


def timestamps(pod: Object) -> Iterator[str]:
    """Yield the timestamps of a Pod that an `Age` is asked about."""
    yield str(pod["metadata"].get("creationTimestamp") or "")
    yield str(condition(pod, "PodScheduled").get("lastTransitionTime") or "")
    yield from (running_since(status) for status, _spec in containers(pod))


def first(text: str) -> str:
    """Return the beginning of a message, on one line."""
    return " ".join(text.split())[:MAX_MESSAGE]
