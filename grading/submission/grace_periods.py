"""The time that the Pods of a submission may take to end, which no exercise is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading.k8s.pod_template import pod_spec_of

Object = dict[str, Any]

DEFAULT: Final = 30
"""Seconds that Kubernetes gives a Pod that names no period (Kubernetes: Pod Lifecycle)."""


def shorten(data: Object, most: int = DEFAULT) -> None:
    """Bound how long a Pod, or the Pods of a Deployment or a Job, may take to end.

    The API server rejects a hook that sleeps for longer than its Pod has, so that its sleep is shortened too.
    What it rejects as it is written is left for it to reject.

    Source: Kubernetes: Pod Lifecycle, Termination of Pods.

    Args:
        data: the object, in which the change is made.
        most: in seconds.
    """
    spec = pod_spec_of(data)
    asked = spec.get("terminationGracePeriodSeconds", DEFAULT)
    if not spec or asked <= most:
        return
    spec["terminationGracePeriodSeconds"] = most
    for sleep in _sleeps(spec):
        if sleep.get("seconds", 0) <= asked:
            sleep["seconds"] = min(sleep.get("seconds", 0), most)


def _sleeps(spec: Object) -> Iterator[Object]:
    """Yield the sleeps of the hooks of a Pod's containers.

    (Kubernetes: Container Lifecycle Hooks).
    """
    for container in spec.get("containers") or []:
        sleep = ((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep")
        if sleep:
            yield sleep
