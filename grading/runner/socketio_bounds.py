"""Limits on what a program may send over Socket.IO: it may be a student's own, and never stop.

Import this module only if it is needed, as `socketio_clients`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import aiohttp

from grading import timeouts
from grading.errors import InfrastructureError
from grading.text.i18n import _
from grading.text.sanitize import one_line

MAX_FRAMES: Final = 6000
"""Messages that are read of one connection, over all times that it is opened again: 40 a second for as long
as connections are waited for. The course's program sends some 500 to 40 connections, a ping every 25 s."""

MAX_SAMPLES: Final = 20_000
"""What is recorded at most of all connections together; a count that is told again is recorded once."""

MAX_PAGE: Final = 32 * 1024
"""Bytes of a page that are read, as by `http_get`."""

MAX_COUNT: Final = 10**6
"""What a Pod may count; 40 connections are opened."""

MAX_NAME: Final = 253
"""Characters of the name of a Pod (Kubernetes: Object Names and IDs)."""

WEBSOCKET: Final = {"max_msg_size": 16 * 1024, "autoping": False}
"""Options of aiohttp: an event of the course's program has some 60 bytes; for the pings see `_counting`."""


class Redirected(aiohttp.ClientError):
    """A request was answered with a redirect, which is not followed."""


class Flooded(InfrastructureError):
    """A program sent more than is read, so that its connections are unknown."""


async def stay_here(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request and refuse a redirect.

    It would send the grader wherever a student's program says.

    A middleware of aiohttp: the client of Socket.IO opens its WebSocket with redirects allowed.

    Returns:
        The answer.

    Raises:
        Redirected: the answer is a redirect.
    """
    response = await send(request)
    if 300 <= response.status < 400:
        response.close()
        raise Redirected(
            _("{url} answered with a redirect, {status}", url=request.url, status=response.status)
        )
    return response


def bounded_session(spend: Callable[[], None]) -> aiohttp.ClientSession:
    """Return a session of one connection, without proxy, redirects or compression.

    Args:
        spend: called for each message over a WebSocket; what it raises ends the WebSocket.
    """
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=timeouts.TAB_CONNECT),
        middlewares=(stay_here,),
        ws_response_class=_counting(spend),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
    )


def _counting(spend: Callable[[], None]) -> type[aiohttp.ClientWebSocketResponse]:
    """Return a WebSocket that calls ``spend`` for all it is sent, pings too.

    Without `autoping`, in which aiohttp answers pings without telling anybody.
    """

    class Counting(aiohttp.ClientWebSocketResponse):
        async def receive(self, timeout: float | None = None) -> Any:
            while True:
                message = await super().receive(timeout)
                spend()
                if message.type is aiohttp.WSMsgType.PING:
                    await self.pong(message.data)
                elif message.type is not aiohttp.WSMsgType.PONG:
                    return message

    return Counting


async def beginning(answer: aiohttp.ClientResponse) -> bytes:
    """Return the first `MAX_PAGE` bytes of a page."""
    body = b""
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= MAX_PAGE:
            break
    return body[:MAX_PAGE]


def counted(data: Any) -> tuple[str, int] | None:
    """Return the Pod and its count of connections, None if an event has none."""
    if not isinstance(data, dict) or type(data.get("count")) is not int:
        return None
    name, count = data.get("server"), data["count"]
    if not isinstance(name, str) or not 0 <= count <= MAX_COUNT:
        return None
    return one_line(name, limit=MAX_NAME), count
