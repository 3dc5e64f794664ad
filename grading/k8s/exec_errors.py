"""Tell kubectl's own trouble from that of a command which it ran in a container, by its error output."""

from __future__ import annotations

import re
from typing import Final

_CONTAINER_GONE: Final = "container not found"
"""What kubectl says if a container ended between two looks at it."""

RAN: Final = re.compile(r"command terminated with exit code \d+\s*\Z")
"""What kubectl says last if a command ran and failed; before it stands what the command printed."""
_NO_PROGRAM: Final = ("executable file not found", "unable to start container process: exec:")
"""What kubectl passes on if a container has no such program."""

_OF_KUBECTL: Final = (
    "error:",
    "error from server",
    "the connection to the server",
    "unable to connect to the server",
)
"""How kubectl begins its own error messages; what a command prints stands beside them."""
_UNREACHED: Final = re.compile(
    r"error dialing backend"
    r"|\b502 Bad Gateway|\b503 Service Unavailable|\bcode:? 50[23]\b"
    r"|\(ServiceUnavailable\)"
    r"|dial tcp \S+:10250: "
    r"|^The connection to the server \S+ was refused"
    r"|^Unable to connect to the server: "
    r".*(?:connection refused|TLS handshake timeout|i/o timeout|no route to host)"
)
"""What the API server says if it could not open the connection to a kubelet, which listens on port 10250, and
kubectl if it has none to the API server. k3s goes to a kubelet through a tunnel, which breaks for a moment if
an agent joins or connects again."""


def has_run(status: int, stderr: str) -> bool:
    """Return whether a command ran in its container to its end.

    Args:
        status: kubectl's exit status.
        stderr: its error output, in which that of the command stands too.
    """
    return status == 0 or bool(RAN.search(stderr))


def has_reached_container(status: int, stderr: str) -> bool:
    """Return whether a command reached its container; False if kubectl failed."""
    return has_run(status, stderr) or lacks_program(stderr) or is_gone(stderr)


def lacks_program(stderr: str) -> bool:
    """Return whether a command failed because the container has no such program."""
    return any(words in line for words in _NO_PROGRAM for line in _own_lines(stderr))


def is_gone(stderr: str) -> bool:
    """Return whether a container ended between two looks that kubectl took at it."""
    return any(_CONTAINER_GONE in line for line in _own_lines(stderr))


def _own_lines(stderr: str) -> list[str]:
    """Return the lines that kubectl begins; what a command prints stands beside them."""
    return [line for line in stderr.splitlines() if line.lower().startswith(_OF_KUBECTL)]


def is_unreached(words: str) -> bool:
    """Return whether the API server says that it could not reach a kubelet."""
    return bool(_UNREACHED.search(words))


def was_not_tried(status: int, stdout: str, stderr: str) -> bool:
    """Return whether a command was never started, as the kubelet was not reached.

    Then it may be tried again, whatever it does.

    Args:
        status: kubectl's exit status.
        stdout: its output.
        stderr: its error output.
    """
    if has_run(status, stderr) or stdout:
        return False
    return any(map(is_unreached, _own_lines(stderr)))
