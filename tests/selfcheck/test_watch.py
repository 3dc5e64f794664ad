"""Watches of the API server that break, and those that are opened again."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, cast

import pytest
import urllib3

from grading.cluster import watch as watches
from grading.cluster.watch import (
    MAX_LINE,
    LineTooLong,
    Object,
    ResumedWatch,
    Watch,
    WatchExpired,
    WatchInterrupted,
    lines_of,
)
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


class Answer:
    """An answer that comes in these pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces

    def stream(self, amt: int | None) -> Iterable[bytes]:
        return self.pieces


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_are_read_however_they_come(size: int) -> None:
    text = b"one\n\ntwo\nthree\nno end"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    answer = cast(urllib3.BaseHTTPResponse, Answer(pieces))
    assert list(lines_of(answer)) == [b"one", b"two", b"three"]


def test_a_line_without_end_is_not_read() -> None:
    answer = cast(urllib3.BaseHTTPResponse, Answer(repeat(b"x" * 2**16)))
    tracemalloc.start()
    try:
        with pytest.raises(LineTooLong, match="a line is larger than 8 MiB"):
            list(lines_of(answer))
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_LINE
    finally:
        tracemalloc.stop()
