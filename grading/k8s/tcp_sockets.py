"""Read the kernel's table of TCP sockets (`/proc/net/tcp`; Linux: proc_net_tcp)."""

from __future__ import annotations

import re
from typing import Final

_ROW: Final = re.compile(r"^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):[0-9A-F]{4} 01 ", re.MULTILINE)
"""A row in state 01, established: own address and port, and the other side's address."""


def established(table: str, port: int) -> int:
    """Return how many connections from elsewhere stand at a port.

    Those of the Pod with itself do not count: it may open as many as it likes.

    Source: Linux: proc_net_tcp.

    Args:
        table: `/proc/net/tcp` and `/proc/net/tcp6`, one after the other.
        port: that a program listens on.
    """
    return sum(
        int(own_port, 16) == port and own != other for own, own_port, other in _ROW.findall(table.upper())
    )
