"""Socket.IO connections to a program whose events are others than those of the course's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import socketio
from aiohttp import web

from grading.evidence.timeline import Arrival
from grading.runner.socketio_clients import NotSeen, Tabs
from tests.selfcheck.aiohttp_server import listening

UNDERSTOOD = {"count": 3, "server": "flask-app-1-a"}


@contextmanager
def serving(event: str, data: object) -> Iterator[str]:
    """Serve on loopback, with an event for each connection."""
    server = socketio.AsyncServer(async_mode="aiohttp")

    async def connected(sid: str, *_: object) -> None:
        await server.emit(event, data, to=sid)

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    server.on("connect", connected)

    def application() -> web.Application:
        app = web.Application()
        app.router.add_get("/", page)
        server.attach(app)
        return app

    with listening(application, server.shutdown) as url:
        yield url


@pytest.mark.parametrize(("event", "told"), [("visitors", "visitors {'n': 1}"), ("count", "count {'n': 1}")])
def test_whatever_a_program_sends_is_told(event: str, told: str) -> None:
    with (
        serving(event, {"n": 1}) as url,
        Tabs(url, lambda: Arrival(t=0.0), threading.Event(), lambda body: body) as tabs,
    ):
        tabs.open(1)
        tabs.wait(lambda: bool(tabs._last_event), 30.0, "an event")
        assert message(tabs).endswith(f"last unknown event: {told}")
        assert [sample.pod for sample in tabs.samples if sample.event == "page"] == ["hello"]


@pytest.fixture
def tabs() -> Iterator[Tabs]:
    with Tabs("http://127.0.0.1:9/", lambda: Arrival(t=0.0), threading.Event(), lambda _body: "") as tabs:
        yield tabs


def message(tabs: Tabs) -> str:
    with pytest.raises(NotSeen) as caught:
        tabs.wait(lambda: False, 0.0, "all")
    return str(caught.value)


def test_an_event_that_is_understood_is_recorded(tabs: Tabs) -> None:
    tabs._told(0, UNDERSTOOD)
    assert [(sample.event, sample.pod, sample.count) for sample in tabs.samples] == [
        ("count", "flask-app-1-a", 3)
    ]
    assert message(tabs).endswith("last unknown event: -")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"count": 3}, "count {'count': 3}"),
        ({"count": "3", "server": "a"}, "count {'count': '3', 'server': 'a'}"),
        ({"clients": 3, "pod": "a"}, "count {'clients': 3, 'pod': 'a'}"),
        ({"count": True, "server": "a"}, "count {'count': True, 'server': 'a'}"),
        (7, "count 7"),
        (None, "count None"),
    ],
)
def test_an_event_whose_fields_are_missing_is_told(tabs: Tabs, data: object, told: str) -> None:
    tabs._told(0, data)
    assert tabs.samples == []
    assert message(tabs).endswith(f"last unknown event: {told}")


def test_an_event_of_another_name_is_told(tabs: Tabs) -> None:
    tabs._not_understood("visitors", {"n": 1}, "a\x1b[31m")
    told = message(tabs)
    assert "last unknown event: visitors {'n': 1} 'a" in told
    assert "\x1b" not in told


def test_an_event_without_end_is_told_in_part(tabs: Tabs) -> None:
    deep: list[object] = []
    deep.append(deep)
    for data in ({"a": "x" * 10**6}, deep, ["y" * 10**6] * 1000):
        tabs._told(0, data)
        assert len(message(tabs)) < 600
