"""One HTTP GET with a total deadline and a total size, to a server that may do anything.

`http.client` has limits for a line and for the number of headers; it has none for how long they take, for how
many ``100 Continue`` come before the answer, or for what stands between the pieces of a body. Here every
byte comes through `_Bounded`, which counts them and watches the clock. No proxy, no ``.netrc``, no redirect,
and no compression: the body is what came, so that it cannot grow.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from grading.text.i18n import _

MAX_BODY: Final = 32 * 1024
"""Bytes of a page that are kept: what a check looks for may stand below a style sheet."""
MAX_RECEIVED: Final = 8 * MAX_BODY
"""Bytes of an answer that are read, headers and the sizes of pieces among them."""
_PIECE: Final = 4096


class NoAnswer(Exception):
    """A server gave no answer that can be used; the message says why."""


@dataclass(frozen=True)
class Page:
    """The beginning of an answer.

    Attributes:
        status: of the answer.
        server: its header Server, empty if there is none.
        body: the first `MAX_BODY` bytes, or those that came in time.
    """

    status: int
    server: str
    body: bytes


class _TooMuch(OSError):
    """More bytes came than are read."""


class _Bounded(io.RawIOBase):
    """What is received from a socket, up to a number of bytes and until a time.

    Args:
        connection: the socket.
        deadline: by `time.monotonic`.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = MAX_RECEIVED

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive some bytes.

        Raises:
            TimeoutError: the time is over.
            _TooMuch: the bytes are.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if self._left <= 0:
            raise _TooMuch(_("it sent more than {n} bytes without end", n=MAX_RECEIVED))
        self._connection.settimeout(left)
        number = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= number
        return number


class _Socket:
    """As much of a socket as `http.client` uses, with reading that is bounded."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send a request, which is shorter than any socket's buffer."""
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> BinaryIO:
        """Return what is received, to be read."""
        return io.BufferedReader(_Bounded(self._connection, self._deadline), _PIECE)

    def close(self) -> None:
        """Leave the socket open: `_connected` closes it."""


def get(url: str, *, connect: float, total: float) -> Page:
    """Ask for a page once.

    Args:
        url: with the scheme http, and a host that the suite chose.
        connect: seconds until the connection stands, at each address that the host has.
        total: seconds until the answer is there; of a body that takes longer, the beginning is returned.

    Raises:
        NoAnswer: nothing listens, what came is no answer, or the connection ended before its page did.
    """
    deadline = time.monotonic() + total
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or http.client.HTTP_PORT
    try:
        with socket.create_connection((host, port), timeout=min(connect, total)) as connection:
            client = http.client.HTTPConnection(host, port)
            client.sock = _Socket(connection, deadline)
            client.request("GET", parts.path or "/", headers={"Connection": "close"})
            answer = client.getresponse()
            return Page(answer.status, answer.headers.get("Server", ""), _beginning(answer))
    except http.client.IncompleteRead as error:  # its own words are the address of an object
        raise NoAnswer(_("the connection ended before the page did")) from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """Return the body up to `MAX_BODY`, or as much of it as came before a limit.

    Raises:
        HTTPException: the connection ended before the body did.
    """
    body = b""
    try:
        while len(body) < MAX_BODY and (piece := answer.read1(_PIECE)):
            body += piece
    except (TimeoutError, _TooMuch):
        return body[:MAX_BODY]
    if len(body) < MAX_BODY and answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    return body[:MAX_BODY]
