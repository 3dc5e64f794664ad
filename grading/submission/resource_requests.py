"""The resource requests of a submission's Pods, on nodes that they share with many others.

Kubernetes puts Pods on nodes by their requests, not by what they use (Kubernetes: Resource Management for
Pods and Containers). A student's Pods have the nodes to themselves; here all scenarios play side by side,
three of them with the course's 10 Pods, and what they reserve together may be more than the machine has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from grading.k8s.pod_template import pod_spec_of
from grading.k8s.quantity import amount_of

Object = dict[str, Any]

USUAL: Final = {"cpu": Decimal(1), "memory": Decimal(2**30), "ephemeral-storage": Decimal(2**30)}
"""What a container may request unnoticed. More is kept as it is written: if it is more than a node has, the
manifest is the cause.
"""


def waive(data: Object) -> bool:
    """Set usual resource requests to 0.

    Limits stay. If no request stands beside a limit Kubernetes takes the limit for it, so that 0 is
    written out. What the API server rejects is left for it to reject.

    Source: Kubernetes: Resource Management for Pods and Containers.

    Returns:
        True if any was changed.
    """
    waived = False
    for resources, requests, limits in _resources(data):
        reserved = {**limits, **requests}
        free = {key: "0" for key in USUAL if key in reserved and _is_usual(key, reserved[key], limits)}
        if free:
            resources["requests"] = {**requests, **free}
            waived = True
    return waived


def fit(data: Object, limits: Mapping[str, str]) -> None:
    """Give a limit to each container that requests more than usual.

    Without one of its own a container gets that of its namespace, and a request above it is rejected.

    Source: Kubernetes: Limit Ranges.

    Args:
        data: the object, in which the change is made.
        limits: those of the namespace, by resource.
    """
    for resources, requests, own in _resources(data):
        more = {key: requests[key] for key, limit in limits.items() if _is_more(requests.get(key), limit)}
        if more.keys() - own.keys():
            resources["limits"] = {**more, **own}


def _is_more(asked: Any, limit: str) -> bool:
    amount, most = amount_of(asked), amount_of(limit)
    return amount is not None and most is not None and amount > most


def _is_usual(key: str, asked: Any, limits: Object) -> bool:
    amount, limit = amount_of(asked), amount_of(limits.get(key, asked))
    return amount is not None and limit is not None and 0 <= amount <= min(limit, USUAL[key])


def _resources(data: Object) -> Iterator[tuple[Object, Object, Object]]:
    """Yield each container's resources, requests and limits of right types."""
    for container in _containers(data):
        resources = container.get("resources")
        if isinstance(resources, dict):
            requests, limits = (_mapping(resources.get(key)) for key in ("requests", "limits"))
            if requests is not None and limits is not None:
                yield resources, requests, limits


def _containers(data: Object) -> Iterator[Object]:
    spec = pod_spec_of(data)
    for group in ("containers", "initContainers"):
        found = spec.get(group)
        if isinstance(found, list):
            yield from (item for item in found if isinstance(item, dict))


def _mapping(value: Any) -> Object | None:
    """Return a mapping, an empty one for nothing; None for what is none."""
    return {} if value is None else value if isinstance(value, dict) else None
