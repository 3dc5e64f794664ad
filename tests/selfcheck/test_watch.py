"""Watches of the API server that break, and those that are opened again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from grading.cluster import watch as watches
from grading.cluster.watch import Object, ResumedWatch, Watch, WatchExpired, WatchInterrupted
from grading.errors import ApiError, InfrastructureError


class Connection:
    """A watch that sees some changes and breaks, or is stopped."""

    def __init__(self, versions: list[int], end: Exception | None = None) -> None:
        self._versions, self._end = versions, end
        self.is_stopped = False

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        for version in self._versions:
            yield "MODIFIED", {"metadata": {"resourceVersion": str(version)}}
        if self._end:
            raise self._end

    def stop(self) -> None:
        self.is_stopped = True


BROKEN = WatchInterrupted("the API server closed the watch")


class Opened:
    """Opens one connection after the other, and notes from which resource version."""

    def __init__(self, *connections: Connection | Exception) -> None:
        self._connections = list(connections)
        self.versions: list[str] = []

    def __call__(self, version: str) -> Watch:
        self.versions.append(version)
        found = self._connections.pop(0)
        if isinstance(found, Exception):
            raise found
        return cast(Watch, found)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "_BETWEEN", 0.0)


def seen(watch: ResumedWatch, most: int) -> list[int]:
    """What a watch sees, which is stopped after so many changes."""
    found = []
    for _event, item in watch:
        found.append(int(item["metadata"]["resourceVersion"]))
        if len(found) == most:
            watch.stop()
    return found


def test_a_watch_that_breaks_goes_on_after_the_last_change() -> None:
    opened = Opened(Connection([5, 6], BROKEN), Connection([], BROKEN), Connection([7]))
    assert seen(ResumedWatch(opened, "4"), 3) == [5, 6, 7]
    assert opened.versions == ["4", "6", "6"]


@pytest.mark.parametrize(
    "end",
    [
        WatchExpired("too old resource version"),
        ApiError(410, "Expired", "too old resource version"),
        InfrastructureError("the API server did not answer"),
    ],
)
def test_changes_that_can_no_longer_be_had_are_told_of(end: Exception) -> None:
    first = Connection([5], end) if isinstance(end, WatchExpired) else Connection([5], BROKEN)
    watch = iter(ResumedWatch(Opened(first, end), "4"))
    next(watch)
    with pytest.raises(InfrastructureError, match=str(end)):
        next(watch)


def test_one_that_never_says_a_word_is_given_up() -> None:
    opened = Opened(*[Connection([], BROKEN)] * 100)
    with pytest.raises(WatchInterrupted):
        list(ResumedWatch(opened, "4"))
    assert len(opened.versions) == watches._IN_VAIN + 1


def test_one_that_is_stopped_while_it_is_opened_again_ends() -> None:
    late = Connection([6])

    def begin(version: str) -> Watch:
        if version == "5":
            watch.stop()
            return cast(Watch, late)
        return cast(Watch, Connection([5], BROKEN))

    watch = ResumedWatch(begin, "4")
    assert seen(watch, 9) == [5]
    assert late.is_stopped


@pytest.mark.parametrize(("code", "kind"), [(410, WatchExpired), (500, WatchInterrupted)])
def test_an_error_of_the_api_server_ends_a_watch(code: int, kind: type[Exception]) -> None:
    with pytest.raises(WatchInterrupted, match="because") as caught:
        list(
            Watch(
                cast(Any, Response(b'{"type": "ERROR", "object": {"code": %d, "message": "because"}}' % code))
            )
        )
    assert type(caught.value) is kind


class Response:
    """An answer of one line."""

    def __init__(self, line: bytes) -> None:
        self._line = line

    def stream(self, amt: None) -> Iterator[bytes]:
        yield self._line + b"\n"

    def close(self) -> None: ...
