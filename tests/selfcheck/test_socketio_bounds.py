"""Programs that send over Socket.IO what no honest one does: without end, without meaning, too large."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from aiohttp import web

from grading import timeouts
from grading.evidence.timeline import Arrival
from grading.runner import socketio_clients
from grading.runner.socketio_bounds import MAX_COUNT, MAX_NAME, MAX_PAGE, Flooded, counted
from grading.runner.socketio_clients import Tabs
from tests.selfcheck.aiohttp_server import listening

OPEN = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
STANDS = '40{"sid":"t"}'
FRAMES = 200
WITHIN = 20.0
MEMORY = 64 * 2**20

Talk = Callable[[web.WebSocketResponse], AsyncIterator[None]]


@contextmanager
def serving(talk: Talk, page: Callable[[], web.StreamResponse] = web.Response) -> Iterator[str]:
    """Serve a page on loopback, and Engine.IO by hand: ``talk`` sends after a connection stands."""

    async def connect(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_str(OPEN)
        await socket.receive()
        await socket.send_str(STANDS)
        async for _sent in talk(socket):
            await asyncio.sleep(0)
        await socket.receive()
        return socket

    async def show(_request: web.Request) -> web.StreamResponse:
        return page()

    def application() -> web.Application:
        app = web.Application()
        app.router.add_get("/", show)
        app.router.add_get("/socket.io/", connect)
        return app

    with listening(application, patience=0.1) as url:
        yield url


def event(name: str, number: int = 1) -> str:
    return "42" + json.dumps(["count", {"server": name, "count": number}])


async def names(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    for number in count():
        await socket.send_str(event(f"pod-{number}"))
        yield


async def the_same(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    while True:
        await socket.send_str(event("pod"))
        yield


async def pings(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    while True:
        await socket.ping(b"x" * 100)
        yield


async def nonsense(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    while True:
        await socket.send_str("42" + "[" * 10_000)
        yield


async def nothing(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    await socket.send_str(event("pod"))
    yield


def tabs_at(url: str) -> Tabs:
    return Tabs(url, lambda: Arrival(t=time.monotonic()), threading.Event(), lambda body: body)


@pytest.fixture(autouse=True)
def _bounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(socketio_clients, "MAX_FRAMES", FRAMES)
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("talk", [names, the_same, pings], ids=["names", "the same", "pings"])
def test_messages_without_end_end_the_connections(talk: Talk) -> None:
    with serving(talk) as url, tabs_at(url) as tabs:
        tabs.open(3)
        with pytest.raises(Flooded, match=r"^more than \d+ messages were received$"):
            tabs.wait(lambda: False, WITHIN, "all")
    assert len(tabs.samples) <= 3 * (FRAMES + 5)


def test_a_count_that_is_told_again_is_recorded_once() -> None:
    with serving(the_same) as url, tabs_at(url) as tabs:
        tabs.open(1)
        with pytest.raises(Flooded):
            tabs.wait(lambda: False, WITHIN, "all")
        assert [sample.event for sample in tabs.samples].count("count") == 1


def test_all_that_is_recorded_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socketio_clients, "MAX_SAMPLES", 50)
    with serving(names) as url, tabs_at(url) as tabs:
        tabs.open(3)
        with pytest.raises(Flooded):
            tabs.wait(lambda: False, WITHIN, "all")
        assert 50 <= len(tabs.samples) < 70


def test_a_program_that_is_right_is_not_ended() -> None:
    with serving(nothing) as url, tabs_at(url) as tabs:
        tabs.open(3)
        tabs.wait(lambda: len(tabs.connected) == 3, WITHIN, "all")


def test_nonsense_ends_nothing_but_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "TABS_CLOSE", 2.0)
    with serving(nonsense) as url, tabs_at(url) as tabs:
        tabs.open(1)
        with pytest.raises((Flooded, socketio_clients.NotSeen)):
            tabs.wait(lambda: False, 2.0, "all")


PAGES: dict[str, Callable[[], web.StreamResponse]] = {
    "large": lambda: web.Response(body=b"x" * 4 * 2**20),
    "compressed": lambda: web.Response(
        body=gzip.compress(b"x" * 64 * 2**20), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_of_a_page_the_beginning_is_read(page: Callable[[], web.StreamResponse]) -> None:
    made = page()
    tracemalloc.reset_peak()
    with serving(nothing, lambda: made) as url, tabs_at(url) as tabs:
        tabs.open(1)
        tabs.wait(lambda: bool(tabs.connected), WITHIN, "all")
        [shown] = [sample.pod for sample in tabs.samples if sample.event == "page"]
    assert 0 < len(shown) <= MAX_PAGE


@pytest.mark.parametrize(
    ("data", "understood"),
    [
        ({"server": "a", "count": 3}, ("a", 3)),
        ({"server": "a\x1b\n", "count": 0}, ("a\N{REPLACEMENT CHARACTER}", 0)),
        ({"server": "a" * 999, "count": 3}, ("a" * MAX_NAME + "…", 3)),
        ({"server": "a", "count": MAX_COUNT + 1}, None),
        ({"server": "a", "count": -1}, None),
        ({"server": "a", "count": True}, None),
        ({"server": "a", "count": 3.0}, None),
        ({"server": None, "count": 3}, None),
        ({"count": 3}, None),
        (["a", 3], None),
    ],
)
def test_what_an_event_says(data: object, understood: tuple[str, int] | None) -> None:
    assert counted(data) == understood


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "ws_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with serving(nothing) as url, tabs_at(url) as tabs:
        tabs.open(1)
        tabs.wait(lambda: bool(tabs.connected), WITHIN, "all")


def test_a_loop_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "TABS_CLOSE", 0.5)
    go = threading.Event()
    with serving(nothing) as url:
        tabs = tabs_at(url)
        tabs.open(1)
        tabs.wait(lambda: bool(tabs.connected), WITHIN, "all")
        tabs._loop.call_soon_threadsafe(go.wait)
        tabs.close()
        go.set()
        tabs._thread.join(WITHIN)
        assert not tabs._thread.is_alive()
