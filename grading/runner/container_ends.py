"""The first container of a student's Pod that ends by itself while the suite is at work in it.

kubectl says only that there is no container, and a program of the suite's own in it is ended too. The Pod's
status shows whether the container itself is the cause: by its exit code, and the count of its restarts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from grading import timeouts
from grading.errors import ApiError, InfrastructureError
from grading.k8s.diagnosis import Diagnosis, containers
from grading.k8s.pod_diagnosis import is_going
from grading.k8s.pod_end import is_own_end
from grading.runner.context import Context
from grading.runner.volume_room import without_room
from grading.text.i18n import _, joined

Object = dict[str, Any]


@contextlib.contextmanager
def explained_by_end(context: Context, file: str, pod: str) -> Iterator[None]:
    """Let a failure in the block be the container's, if it ended by itself.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.

    Raises:
        Unplayable: the container ended, or its own probe had it ended, by Kubernetes' own account.
        InfrastructureError: as in the block, or a disk that is full is why the container ended.
    """
    found = context.cluster.get("Pod", context.namespace, pod)
    before = _first(found)[0].get("restartCount", 0) if found else 0
    try:
        yield
    except InfrastructureError as error:
        ended = _ended_pod(context, file, pod, before)
        if ended is None:
            raise
        if words := without_room(context, pod):
            raise InfrastructureError(joined("; ", [error, words])) from error
        context.pods.lose(file, ended, _diagnosis(ended))


def _ended_pod(context: Context, file: str, pod: str, before: int) -> Object | None:
    """Return the Pod once its first container ended by itself, else None.

    Args:
        context: where the Pod is.
        file: its manifest, for messages.
        pod: its name.
        before: how often the container had been restarted.

    Raises:
        Unplayable: the status has another cause in the manifest.
    """

    def is_shown(found: Object | None) -> bool:
        if found is None or is_going(found):
            return True
        context.pods.check(file, found)
        context.pods.check_restarts(file, found)
        return bool(_end(found, before))

    what = _("the end of a container in Pod {pod}", pod=pod)
    with contextlib.suppress(InfrastructureError, ApiError):  # the first failure is the one to be told
        found = context.cluster.wait_for("Pod", context.namespace, pod, is_shown, timeouts.END_SEEN, what)
        if found is not None and not is_going(found):
            return found
    return None


def _first(pod: Object) -> tuple[Object, Object]:
    """Return the status and the spec of a Pod's first container.

    Empty if it has no status.
    """
    name = pod["spec"]["containers"][0]["name"]
    return next(((status, spec) for status, spec in containers(pod) if status["name"] == name), ({}, {}))


def _end(pod: Object, before: int) -> Object:
    """Return the last end of a Pod's first container, if it was its own.

    Empty if there was none.

    Args:
        pod: the Pod.
        before: how often the container had been restarted when it was known to run.
    """
    status, spec = _first(pod)
    states = (status.get("state") or {}, status.get("lastState") or {})
    if "running" in states[0] and status.get("restartCount", 0) <= before:
        return {}
    ended: Object = next((state["terminated"] for state in states if state.get("terminated")), {})
    return ended if ended and is_own_end(pod, spec, ended) else {}


def _diagnosis(pod: Object) -> Diagnosis:
    status, _spec = _first(pod)
    ended = _end(pod, -1)
    words = _(
        "the container {container} ended with exit code {code}",
        container=status["name"],
        code=ended.get("exitCode"),
    )
    return Diagnosis(str(ended.get("reason")), words, log_of=status["name"], was_ready=True)
