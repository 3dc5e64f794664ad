"""Read the logs of Pods, which the API server has from the kubelet of the Pod's node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import urllib3

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.watch import lines_of
from grading.errors import ApiError, InfrastructureError
from grading.k8s.exec_errors import is_unreached
from grading.text.i18n import _
from grading.waiting import until

T = TypeVar("T")

_LAST: Final = {"tailLines": "5"}
MAX_LOG: Final = 2000
"""Bytes of a log of a student's container that are asked for."""

_UNREACHED: Final = frozenset({502, 503})
"""The statuses with which a proxy on the way to a kubelet answers for it."""


def pod_log(cluster: Cluster, namespace: str, pod: str, **query: str) -> str:
    """Return the first `MAX_LOG` bytes of a Pod's log.

    Of the lines that are asked for.

    Args:
        cluster: where it runs.
        namespace: the Pod's.
        pod: its name.
        query: options of the API server for logs.

    Raises:
        ApiError: the Pod or its log does not exist, or the kubelet was not reached in time.
        InfrastructureError: the API server did not answer.
    """
    query |= {"limitBytes": str(MAX_LOG)}
    return _by_kubelet(cluster, lambda: cluster.text(_path(cluster, namespace, pod), query))


def last_lines(cluster: Cluster, namespace: str, pod: str, container: str) -> str:
    """Return the last lines of a container's log, or of its previous run's.

    Args:
        cluster: where it runs.
        namespace: the Pod's.
        pod: its name.
        container: the container's name.
    """
    for previous in ("true", "false"):
        query = {"container": container, "previous": previous, **_LAST}
        try:
            log = pod_log(cluster, namespace, pod, **query).strip()
        except ApiError:
            continue
        if log:
            return log
    return ""


def follow_log(
    cluster: Cluster, namespace: str, pod: str, query: dict[str, str], timeout: float
) -> Iterator[str]:
    """Yield the lines of a log of the suite's own Pod as they are written.

    Until the caller has seen enough.

    Args:
        cluster: where it runs.
        namespace: the Pod's.
        pod: its name.
        query: options of the API server for logs.
        timeout: seconds until the caller must have seen enough.

    Raises:
        ApiError: the Pod or its log does not exist, or the kubelet was not reached in time.
        InfrastructureError: the time is over, or the connection was lost.
    """
    path = _path(cluster, namespace, pod)
    response = _by_kubelet(cluster, lambda: cluster.stream(path, {**query, "follow": "true"}, timeout))
    deadline = time.monotonic() + timeout
    try:
        for line in lines_of(response):
            yield line.decode("utf-8", "replace")
            if time.monotonic() > deadline:
                raise InfrastructureError(_("the log does not end"))
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise InfrastructureError(_("the log could not be followed: {error}", error=error)) from error
    finally:
        response.close()


def _path(cluster: Cluster, namespace: str, pod: str) -> str:
    return cluster.path("Pod", namespace, pod) + "/log"


def _by_kubelet(cluster: Cluster, ask: Callable[[], T]) -> T:
    """Ask the API server, and again while it cannot reach the kubelet.

    Returns:
        The answer.

    Raises:
        ApiError: it does not reach the kubelet in time, or answers with another error.
    """

    def attempt() -> T | ApiError:
        try:
            return ask()
        except ApiError as error:
            if error.code not in _UNREACHED and not is_unreached(error.message):
                raise
            return error

    found = until(
        attempt,
        lambda answer: not isinstance(answer, ApiError),
        timeouts.KUBELET_REACHED,
        cancelled=cluster.cancelled,
    )
    if isinstance(found, ApiError):
        raise found
    return found
