"""One HTTP GET with a total deadline and a total size, to a server that may do anything.

`requests` has limits for a connection and for each wait; it has none for how long an answer takes in all, for
how many ``100 Continue`` come before it, or for what stands between the pieces of a body. So every byte
comes through a socket that counts them and watches the clock. No proxy, no ``.netrc``, no redirect, and no
compression: the body is what came, so that it cannot grow.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from functools import partial
from http.client import BadStatusLine, HTTPException, IncompleteRead
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from grading.text.i18n import _

MAX_BODY: Final = 32 * 1024
"""Bytes of a page that are kept: what a check looks for may stand below a style sheet."""
MAX_RECEIVED: Final = 8 * MAX_BODY
"""Bytes of an answer that are read, headers and the sizes of pieces among them."""
_PIECE: Final = 4096
"""Bytes that are read at once."""
_LIBRARIES: Final = ("requests.", "urllib3.")
_HEADERS: Final = {"Accept-Encoding": "identity", "Connection": "close"}


class NoAnswer(Exception):
    """A server gave no answer that can be used; the message says why."""


class NotHttp(NoAnswer):
    """A server sent no HTTP, or more headers than are read.

    The message says why.
    """


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


class _Bounded(socket.socket):
    """A socket that receives up to `MAX_RECEIVED` bytes, and until a time.

    Attributes:
        deadline: by `time.monotonic`.
        left: bytes that may come still.
    """

    deadline = 0.0
    left = MAX_RECEIVED

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive some bytes.

        Returns:
            Their number.

        Raises:
            TimeoutError: the time is over.
            _TooMuch: the bytes are.
        """
        wait = self.deadline - time.monotonic()
        if wait <= 0:
            raise TimeoutError("timed out")
        if self.left <= 0:
            raise _TooMuch(_("it kept sending after {n} bytes", n=MAX_RECEIVED))
        self.settimeout(wait)
        number = super().recv_into(buffer, min(nbytes or len(buffer), self.left), flags)
        self.left -= number
        return number


class _Connection(HTTPConnection):
    """A connection whose socket is bounded; see `_Bounded`."""

    def __init__(self, deadline: float, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        bounded = _Bounded(made.family, made.type, made.proto, made.detach())
        bounded.deadline = self._deadline
        return bounded


class _Adapter(HTTPAdapter):
    """Connects by `_Connection`."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        pool = type("Pool", (HTTPConnectionPool,), {"ConnectionCls": partial(_Connection, deadline)})
        self.poolmanager.pool_classes_by_scheme = {"http": pool}


def get(url: str, *, connect: float, total: float) -> Page:
    """Ask for a page once.

    Args:
        url: with the scheme http, and a host that the suite chose.
        connect: seconds until the connection stands, at each address that the host has.
        total: seconds until the answer is there; of a body that takes longer, the beginning is returned.

    Returns:
        The page.

    Raises:
        NotHttp: what came is no answer.
        NoAnswer: nothing listens, nothing came in time, or the connection ended before the page did.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", _Adapter(time.monotonic() + total))
        limits = (min(connect, total), total)
        try:
            answer = session.get(url, headers=_HEADERS, timeout=limits, stream=True, allow_redirects=False)
            return Page(answer.status_code, answer.headers.get("Server", ""), _beginning(answer))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            cause = _cause(error)
            if isinstance(cause, IncompleteRead):  # its own words count bytes
                raise NoAnswer(_("the connection was closed before the whole page was received")) from cause
            words = str(cause) or type(cause).__name__
            if _is_nonsense(cause):
                raise NotHttp(_("no HTTP response: {words}", words=words)) from cause
            raise NoAnswer(words) from cause


def _is_nonsense(cause: BaseException) -> bool:
    """Return whether what came cannot be an answer.

    Not if it is late, cut short, or not there at all.
    """
    if isinstance(cause, BadStatusLine):
        return str(cause.args[0]).endswith("\n")
    return isinstance(cause, HTTPException | _TooMuch)


def _beginning(answer: requests.Response) -> bytes:
    """Return the body up to `MAX_BODY`, or as much of it as came before a limit.

    Raises:
        OSError: nothing of it came in time, or the connection ended before the body did.
        HTTPError: it is no body of HTTP.
    """
    body = b""
    try:
        while len(body) < MAX_BODY and (piece := answer.raw.read1(_PIECE, decode_content=False)):
            body += piece
    except (HTTPError, OSError) as error:
        if not body or not isinstance(_cause(error), TimeoutError | _TooMuch):
            raise
    return body[:MAX_BODY]


def _cause(error: BaseException) -> BaseException:
    """Return what went wrong below the libraries' own errors."""
    cause = error.__cause__ or error.__context__
    return _cause(cause) if cause and type(error).__module__.startswith(_LIBRARIES) else error
