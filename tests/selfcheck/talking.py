"""Servers on loopback that do what no honest server does, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat

Talk = Callable[[], Iterable[bytes]]

_AGAIN = 0.05
"""Seconds between two pieces of a server that drips."""


@contextlib.contextmanager
def talking(talk: Talk, *, drips: bool = False) -> Iterator[str]:
    """Serve on loopback: to each connection, whatever it asks, the pieces of ``talk`` until it is closed.

    Args:
        talk: returns the pieces for one connection.
        drips: whether it lets a moment go by between two pieces.

    Yields:
        its address.
    """
    stop = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            for piece in talk():
                connection.sendall(piece)
                if stop.wait(_AGAIN if drips else 0):
                    return

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = server.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()


def then_for_ever(begin: bytes, piece: bytes) -> Talk:
    """Return a talk that begins in one way and goes on with the same piece without end."""

    def talk() -> Iterator[bytes]:
        yield begin
        yield from repeat(piece)

    return talk


def once(*pieces: bytes) -> Talk:
    """Return a talk of these pieces."""
    return lambda: pieces
