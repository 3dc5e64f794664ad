"""A server that never stops talking costs a request its limit, and no memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from grading.runner.http_get import MAX_BODY, NoAnswer, NotHttp, Page, get
from tests.selfcheck.talking import Talk, once, talking, then_for_ever

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MUCH = b"x" * 65536
LIMIT = 1.0
WITHIN = 5.0
"""Seconds within which a request of `LIMIT` has ended on a machine with other work."""
MEMORY = 8 * 2**20
"""Bytes that a request may take."""


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    tracemalloc.start()
    begun = time.monotonic()
    try:
        yield
        assert time.monotonic() - begun < WITHIN
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def asked(talk: Talk, *, drips: bool = False) -> Page:
    with talking(talk, drips=drips) as url:
        return get(url, connect=LIMIT, total=LIMIT)


DRIPPING = {
    "status line": then_for_ever(b"", b"H"),
    "header": then_for_ever(OK + b"X: ", b"x"),
    "headers": then_for_ever(OK, b"X: 1\r\n"),
    "100 Continue": then_for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers of 100 Continue": then_for_ever(b"HTTP/1.1 100 Continue\r\n", b"X"),
}
FLOODING = {
    "status line": then_for_ever(b"", MUCH),
    "header": then_for_ever(OK + b"X: ", MUCH),
    "headers": then_for_ever(OK, b"X: 1\r\n" * 9000),
    "100 Continue": then_for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "continuation lines": then_for_ever(OK + b"X: 1\r\n", b" x\r\n" * 9000),
}


@pytest.mark.parametrize("talk", DRIPPING.values(), ids=DRIPPING)
def test_an_answer_that_drips_ends_with_the_limit(talk: Talk) -> None:
    with pytest.raises(NoAnswer, match="timed out"):
        asked(talk, drips=True)


@pytest.mark.parametrize("talk", FLOODING.values(), ids=FLOODING)
def test_headers_without_end_are_no_answer(talk: Talk) -> None:
    with pytest.raises(NoAnswer):
        asked(talk)


def test_a_server_that_says_nothing() -> None:
    with pytest.raises(NoAnswer, match="timed out"):
        asked(then_for_ever(b"", b""), drips=True)


BODIES = {
    "until closed": then_for_ever(OK + b"\r\n", MUCH),
    "of a length that is a lie": then_for_ever(OK + b"Content-Length: 999999999999\r\n\r\n", MUCH),
    "in pieces": then_for_ever(CHUNKED, b"10000\r\n" + MUCH + b"\r\n"),
}


@pytest.mark.parametrize("talk", BODIES.values(), ids=BODIES)
def test_of_a_body_without_end_the_beginning_is_kept(talk: Talk) -> None:
    page = asked(talk)
    assert (page.status, page.body) == (200, b"x" * MAX_BODY)


@pytest.mark.parametrize("begin", [OK + b"\r\n", CHUNKED], ids=["until closed", "in pieces"])
def test_of_a_body_that_drips_the_beginning_is_kept(begin: bytes) -> None:
    page = asked(then_for_ever(begin, b"1\r\nx\r\n"), drips=True)
    assert page.status == 200
    assert page.body
    assert len(page.body) < MAX_BODY


BETWEEN = {
    "size of a piece": then_for_ever(CHUNKED + b"1\r\nx\r\n", b"0" * 65536),
    "comment on a piece": then_for_ever(CHUNKED + b"1\r\nx\r\n1;", MUCH),
    "trailers": then_for_ever(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: 1\r\n" * 9000),
}


@pytest.mark.parametrize("talk", BETWEEN.values(), ids=BETWEEN)
def test_what_stands_between_the_pieces_of_a_body_has_a_limit_too(talk: Talk) -> None:
    try:
        assert asked(talk).body == b"x"
    except NoAnswer as error:
        assert str(error)  # noqa: PT017 - either is right


def test_what_is_compressed_stays_so() -> None:
    bomb = gzip.compress(b"0" * 64 * 2**20)
    tracemalloc.reset_peak()
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    assert asked(once(head, bomb)).body == bomb[:MAX_BODY]


@pytest.mark.parametrize(
    "talk",
    [once(OK + b"Content-Length: 9\r\n\r\nx"), once(CHUNKED + b"9\r\nx")],
    ids=["of a length", "in pieces"],
)
def test_a_body_that_is_cut_short_is_no_answer(talk: Talk) -> None:
    with pytest.raises(NoAnswer, match="the connection was closed before the whole page was received"):
        asked(talk)


NONSENSE = {
    "nothing": once(),
    "no HTTP": once(b"\x00\xff\x00\r\n\r\n"),
    "no number": once(b"HTTP/1.1 twohundred OK\r\n\r\n"),
    "a size below 0": once(CHUNKED + b"-5\r\nx"),
}


@pytest.mark.parametrize("talk", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_told_in_a_line(talk: Talk) -> None:
    try:
        page = asked(talk)
    except NoAnswer as error:
        assert str(error)  # noqa: PT017 - either is right
    else:
        assert len(page.body) <= 1


NO_HTTP = {
    "no HTTP": once(b"\x00\xff\x00\r\n\r\n"),
    "headers without end": then_for_ever(OK, b"X: 1\r\n"),
    "a header without end": then_for_ever(OK + b"X: ", MUCH),
    "to go on, without end": then_for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("talk", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_answer_is_told_from_silence(talk: Talk) -> None:
    with pytest.raises(NotHttp):
        asked(talk)


@pytest.mark.parametrize("talk", [once(), once(b"HTT"), once(b"HTTP/1.1 200 OK\r\nX: 1\r\nServ")])
def test_what_is_cut_short_may_have_been_an_answer(talk: Talk) -> None:
    try:
        asked(talk)
    except NoAnswer as error:
        assert not isinstance(error, NotHttp)  # noqa: PT017 - a header that is cut short is read so far


def test_no_proxy_and_no_name_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert asked(once(OK + b"Content-Length: 1\r\n\r\nx")).body == b"x"


def test_headers_without_a_body_in_time_are_no_answer() -> None:
    begin = OK + b"Server: nginx\r\nContent-Length: 615\r\n\r\n"
    with pytest.raises(NoAnswer, match="timed out"):
        asked(then_for_ever(begin, b""), drips=True)
