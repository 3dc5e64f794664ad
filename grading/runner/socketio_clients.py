"""Persistent Socket.IO connections, each what one browser tab is to a page of Socket.IO.

They live on an event loop in a thread of its own. Import this module only if it is needed: aiohttp and
the Socket.IO client take memory and time that runs without the lab need not spend.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import reprlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final

import aiohttp
import socketio
import tenacity

from grading import timeouts
from grading.errors import Cancelled, InfrastructureError
from grading.evidence.timeline import Arrival, ClientEvent, ClientSample, Connections
from grading.runner.socketio_bounds import (
    MAX_FRAMES,
    MAX_SAMPLES,
    WEBSOCKET,
    Flooded,
    beginning,
    bounded_session,
    counted,
)
from grading.text.i18n import _, joined
from grading.text.messages import changed
from grading.text.sanitize import one_line

_log = logging.getLogger(__name__)

_MOST_OF_EVENT: Final = 200
"""Characters of an event that was not understood, in a message."""

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 100

_AGAIN: Final = tenacity.wait_exponential_jitter(initial=1, max=5, jitter=1)
"""Seconds between attempts to connect, about those of the Socket.IO client in the course's page."""


Step = Callable[[int, aiohttp.ClientSession], Coroutine[Any, Any, None]]


class NotSeen(InfrastructureError):
    """A condition did not come true in time."""


class Tabs:
    """Connections that are kept open, and opened again, until `close`.

    Args:
        url: the address of the page.
        arrival: returns the time and the number of what arrives now.
        cancelled: is set when the run is stopped.
        shown_pod: returns the name of the Pod that a page shows, empty text if it shows none.
    """

    def __init__(
        self,
        url: str,
        arrival: Callable[[], Arrival],
        cancelled: threading.Event,
        shown_pod: Callable[[str], str],
    ) -> None:
        self.samples: list[ClientSample] = []
        self._url = url
        self._arrival = arrival
        self._cancelled = cancelled
        self._shown_pod = shown_pod
        self._changed = threading.Condition()
        self._count = 0
        self._connections = Connections()
        self._flooded = ""
        self._live: set[int] = set()
        self._frames: Counter[int] = Counter()
        self._clients: set[socketio.AsyncClient] = set()
        self._closing = False
        self._last_words = ""
        self._last_event = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tabs", daemon=True)
        self._thread.start()

    def __enter__(self) -> Tabs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, count: int) -> None:
        """Open further connections; `wait` tells when they stand."""
        for number in range(self._count, self._count + count):
            self._submit(self._start(number))
        self._count += count

    @property
    def opened(self) -> int:
        """How many connections were opened."""
        return self._count

    @property
    def connected(self) -> dict[int, ClientSample]:
        """By connection that stands and knows its Pod, the last count that it was told."""
        with self._changed:
            return self._connections.standing

    def wait(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until ``done`` returns true; it is asked after each event and every second.

        Args:
            done: the condition.
            timeout: in seconds.
            what: the condition, for messages.

        Raises:
            NotSeen: the time is over.
            Flooded: the connections were sent too much, and are not opened again.
            Cancelled: the run was stopped.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not done():
                if self._cancelled.is_set():
                    raise Cancelled(_("the run was stopped"))
                if self._flooded:
                    raise Flooded(self._flooded)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotSeen(
                        _(
                            "{what}: not seen within {seconds} s; {known} of {number} connections received "
                            "the name of their Pod; last failed attempt: {words}; last unknown event: "
                            "{event}",
                            what=what,
                            seconds=f"{timeout:.0f}",
                            known=len(self.connected),
                            number=self._count,
                            words=self._last_words or "-",
                            event=self._last_event or "-",
                        )
                    )
                self._changed.wait(min(left, 1.0))

    def close(self) -> None:
        """End all connections.

        A loop that does not end is left alone, as its thread is no reason to wait.
        """
        if self._tasks:
            with contextlib.suppress(TimeoutError):
                self._submit(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeouts.TABS_CLOSE)
        if self._thread.is_alive():
            _log.warning("the loop of the connections did not end")
        else:
            self._loop.close()

    def _submit(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * timeouts.TABS_CLOSE)

    async def _start(self, number: int) -> None:
        self._tasks.add(asyncio.create_task(self._stay(number), name=f"tab {number}"))

    async def _end(self) -> None:
        """End the tasks, asking twice.

        Asked to stop in some moments, the library goes on.
        """
        deadline = time.monotonic() + timeouts.TABS_CLOSE
        self._closing = True
        pending = self._tasks
        while pending and time.monotonic() < deadline:
            clients = list(self._clients)
            await asyncio.gather(*(client.disconnect() for client in clients), return_exceptions=True)
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=1)
        if pending:
            _log.warning("%d connections did not end", len(pending))

    def _record(self, number: int, event: ClientEvent, pod: str = "", count: int | None = None) -> None:
        now = self._arrival()  # not under this lock: it has one of its own, and calls nobody
        with self._changed:
            sample = ClientSample(t=now.t, seq=now.seq, client=number, event=event, pod=pod, count=count)
            self.samples.append(sample)
            self._connections.take(sample)
            self._changed.notify_all()

    def _told(self, number: int, data: object) -> None:
        """Take an event ``count``; it comes from a program that may be the student's own."""
        self._live.add(number)
        told = counted(data)
        if told is None:
            self._not_understood("count", data)
        elif not self._connections.knows(number, *told):
            self._record(number, "count", *told)

    def _not_understood(self, event: str, *data: object) -> None:
        """Keep the beginning of an event that is not understood."""
        self._last_event = one_line(joined(" ", [event, *map(_SHORT.repr, data)]), limit=_MOST_OF_EVENT)

    def _spend(self, number: int) -> None:
        """Take note that a connection was sent something.

        Raises:
            Flooded: it was the last that is read.
        """
        self._frames[number] += 1
        if self._frames[number] > MAX_FRAMES or len(self.samples) >= MAX_SAMPLES:
            words = _("more than {n} messages were received", n=self._frames.total() - 1)
            with self._changed:
                self._flooded = self._flooded or words
                self._changed.notify_all()
            raise Flooded(words)

    def _stands(self, number: int) -> None:
        self._live.add(number)
        self._record(number, "connect")

    def _ended(self, number: int) -> None:
        if number in self._live:
            self._live.remove(number)
            self._record(number, "disconnect")

    async def _stay(self, number: int) -> None:
        """Load the page, connect, and connect again whenever the connection ends.

        In a session of its own, with cookies and TCP connections of its own, as a browser that is new to
        the page.
        """
        async with bounded_session(lambda: self._spend(number)) as session:
            with contextlib.suppress(tenacity.RetryError):
                await self._attempt(self._load, number, session)
                while not self._closing and not self._flooded:
                    await self._attempt(self._connection, number, session)

    async def _attempt(self, step: Step, number: int, session: aiohttp.ClientSession) -> None:
        """Take a step until it succeeds.

        Raises:
            tenacity.RetryError: it did not, and some connection was sent too much.
        """
        async for attempt in tenacity.AsyncRetrying(wait=_AGAIN, stop=lambda _state: bool(self._flooded)):
            with attempt:
                try:
                    await step(number, session)
                except Exception as error:
                    self._last_words = changed(joined(": ", [type(error).__name__, error]), one_line)
                    raise

    async def _load(self, number: int, session: aiohttp.ClientSession) -> None:
        # Closed afterwards: a WebSocket on the same connection would reach the same Pod without fail.
        async with session.get(self._url, headers={"Connection": "close"}, allow_redirects=False) as answer:
            answer.raise_for_status()
            body = await beginning(answer)
        self._record(number, "page", self._shown_pod(body.decode("utf-8", "replace")))

    async def _connection(self, number: int, session: aiohttp.ClientSession) -> None:
        """Connect once, and return when the connection has ended.

        By a client object for this connection alone: the library's own reconnection gives up for good
        where the other side ends a connection in the middle of its handshake.
        """
        client = socketio.AsyncClient(
            reconnection=False,
            handle_sigint=False,
            http_session=session,
            websocket_extra_options=dict(WEBSOCKET),
        )
        client.on("connect", lambda: self._stands(number))
        client.on("disconnect", lambda *_: self._ended(number))
        client.on("count", lambda data=None, *_: self._told(number, data))
        client.on("*", self._not_understood)
        self._clients.add(client)
        try:
            async with asyncio.timeout(timeouts.TAB_CONNECT):
                await client.connect(self._url, transports=["websocket"], wait_timeout=timeouts.TAB_CONNECT)
            # Lets a second go by after the end, as the page does before it connects again.
            await client.wait()
        finally:
            self._clients.remove(client)
            self._ended(number)
            await client.disconnect()
