"""Read a program's output within a limit: keep its beginning and its end, and count the rest.

The last lines tell how a program ended; a flood before them must not push them out of sight.
"""

from __future__ import annotations

import os
import selectors
import time
from dataclasses import dataclass, field
from typing import IO, Final

TAIL: Final = 8 * 1024
"""Bytes of the end of an output that are kept beside its beginning."""
GAP: Final = b"\n\xe2\x80\xa6\n"
"""Stands for what is left out between the two."""
_PIECE: Final = 64 * 1024
"""Bytes that are read at once."""


class TooMuch(Exception):
    """More was printed than is read."""


@dataclass
class Kept:
    """The beginning and the end of an output.

    Attributes:
        most: bytes of the beginning.
    """

    most: int
    _head: bytearray = field(default_factory=bytearray)
    _tail: bytearray = field(default_factory=bytearray)
    _left_out: int = 0

    def add(self, piece: bytes) -> None:
        """Add what was printed next."""
        room = max(0, self.most - len(self._head))
        self._head += piece[:room]
        self._tail += piece[room:]
        excess = max(0, len(self._tail) - TAIL)
        del self._tail[:excess]
        self._left_out += excess

    @property
    def data(self) -> bytes:
        """The part of it that is kept."""
        return bytes(self._head) + (GAP if self._left_out else b"") + bytes(self._tail)


def capture(streams: dict[IO[bytes], Kept], timeout: float, printed: int) -> None:
    """Read streams to their ends.

    Args:
        streams: pipes, each with what is kept of it.
        timeout: in seconds.
        printed: bytes of all of them together that are read.

    Raises:
        TimeoutError: one of them did not end in time.
        TooMuch: more was printed.
    """
    deadline, left = time.monotonic() + timeout, printed
    with selectors.DefaultSelector() as selector:
        for stream, kept in streams.items():
            selector.register(stream, selectors.EVENT_READ, kept)
        while selector.get_map():
            wait = deadline - time.monotonic()
            if wait <= 0:
                raise TimeoutError
            for key, _events in selector.select(wait):
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    selector.unregister(key.fileobj)
                key.data.add(piece)
                left -= len(piece)
            if left < 0:
                raise TooMuch
