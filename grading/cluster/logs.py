"""Read the logs of Pods, which the API server has from the kubelet of the Pod's node."""

from __future__ import annotations

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

_LAST: Final = {"tailLines": "5", "limitBytes": "2000"}

_UNREACHED: Final = frozenset({502, 503})
"""The statuses with which a proxy on the way to a kubelet answers for it."""


def pod_log(cluster: Cluster, namespace: str, pod: str, **query: str) -> str:
    """Return a Pod's log.

    Args:
        cluster: where it runs.
        namespace: the Pod's.
        pod: its name.
        query: options of the API server for logs.

    Raises:
        ApiError: the Pod or its log does not exist, or the kubelet was not reached in time.
        InfrastructureError: the API server did not answer.
    """
    return _by_kubelet(cluster, lambda: cluster.text(_path(cluster, namespace, pod), query))


def last_lines(cluster: Cluster, namespace: str, pod: str, container: str) -> str:
    """Return the last lines of a container's log, of its previous run if there was one.

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
    """Yield the lines of a Pod's log as they are written, until the caller has seen enough.

    Args:
        cluster: where it runs.
        namespace: the Pod's.
        pod: its name.
        query: options of the API server for logs.
        timeout: seconds that a line may be waited for.

    Raises:
        ApiError: the Pod or its log does not exist, or the kubelet was not reached in time.
        InfrastructureError: no line came in time, or the connection was lost.
    """
    path = _path(cluster, namespace, pod)
    response = _by_kubelet(cluster, lambda: cluster.stream(path, {**query, "follow": "true"}, timeout))
    try:
        yield from (line.decode("utf-8", "replace") for line in lines_of(response))
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise InfrastructureError(_("the log could not be followed: {error}", error=error)) from error
    finally:
        response.close()


def _path(cluster: Cluster, namespace: str, pod: str) -> str:
    return cluster.path("Pod", namespace, pod) + "/log"


def _by_kubelet(cluster: Cluster, ask: Callable[[], T]) -> T:
    """Ask the API server, and again while it cannot reach the kubelet."""

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
