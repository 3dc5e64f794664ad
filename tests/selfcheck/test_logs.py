"""The logs of Pods, which the API server has from a kubelet that it may not reach for a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.logs import MAX_LOG, follow_log, pod_log
from grading.errors import ApiError, InfrastructureError
from tests.selfcheck.test_exec_errors import LOGS

GONE = ApiError(404, "NotFound", 'pods "p" not found')
UNREACHED = [
    *(pytest.param(ApiError(500, "InternalError", words), id=f"words {n}") for n, words in enumerate(LOGS)),
    pytest.param(ApiError(502, "", "<html>"), id="502"),
    pytest.param(ApiError(503, "ServiceUnavailable", ""), id="503"),
]


class Answer:
    """An answer that comes in two pieces."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()

    def stream(self, amt: int | None) -> Iterator[bytes]:
        yield from (self.text[:5], self.text[5:])

    def close(self) -> None: ...


class Kubelets:
    """As much of `Cluster` as logs use: each request fails in turn, and then it answers."""

    def __init__(self, *failures: ApiError) -> None:
        self.failures = list(failures)
        self.cancelled = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []

    def path(self, kind: str, namespace: str, name: str) -> str:
        return f"{kind}/{namespace}/{name}"

    def text(self, path: str, query: dict[str, str]) -> str:
        self.asked.append((path, query))
        if self.failures:
            raise self.failures.pop(0)
        return "one\ntwo\n"

    def stream(self, path: str, query: dict[str, str], _timeout: float) -> Answer:
        return Answer(self.text(path, query))


Read = Callable[[Any], list[str]]
READ: dict[str, Read] = {
    "once": lambda cluster: pod_log(cast(Cluster, cluster), "n", "p", tailLines="5").split(),
    "followed": lambda cluster: list(follow_log(cast(Cluster, cluster), "n", "p", {"tailLines": "5"}, 1.0)),
}


@pytest.mark.parametrize("read", READ.values(), ids=READ)
@pytest.mark.parametrize("failure", UNREACHED)
def test_a_kubelet_that_is_not_reached_is_asked_again(read: Read, failure: ApiError) -> None:
    cluster = Kubelets(failure, failure)
    assert read(cluster) == ["one", "two"]
    assert len(cluster.asked) == 3
    path, query = cluster.asked[0]
    assert path == "Pod/n/p/log"
    assert query["tailLines"] == "5"


@pytest.mark.parametrize("read", READ.values(), ids=READ)
@pytest.mark.parametrize("failure", UNREACHED)
def test_a_kubelet_that_stays_away(monkeypatch: pytest.MonkeyPatch, read: Read, failure: ApiError) -> None:
    monkeypatch.setattr(timeouts, "KUBELET_REACHED", 0.0)
    with pytest.raises(ApiError) as caught:
        read(Kubelets(failure, failure))
    assert caught.value is failure


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_another_error_is_final(read: Read) -> None:
    cluster = Kubelets(GONE)
    with pytest.raises(ApiError, match="not found"):
        read(cluster)
    assert len(cluster.asked) == 1


def test_of_a_log_a_bounded_part_is_asked_for() -> None:
    cluster = Kubelets()
    pod_log(cast(Cluster, cluster), "n", "p", tailLines="5")
    assert cluster.asked[0][1]["limitBytes"] == str(MAX_LOG)


def test_a_log_that_does_not_end_is_not_followed_for_ever() -> None:
    class Talking(Kubelets):
        def stream(self, path: str, query: dict[str, str], _timeout: float) -> Answer:
            return Answer("a line\n" * 1000)

    with pytest.raises(InfrastructureError, match="the log does not end"):
        list(follow_log(cast(Cluster, Talking()), "n", "p", {}, 0.0))
