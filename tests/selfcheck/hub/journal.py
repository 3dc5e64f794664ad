"""Every request that the hub answered, as lines of JSON: for tests that count."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """One request and what became of it.

    Attributes:
        bytes: of the body that was sent.
        client: the address that it came from.
        user: who had logged in; empty for nobody.
        time: when it ended, in seconds since 1970.
    """

    method: str
    host: str
    path: str
    status: int
    bytes: int
    client: str
    user: str = ""
    time: float = field(default_factory=time.time)


class Journal:
    """Writes requests to a file, each at once."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("a", encoding="utf-8")

    def add(self, request: Request) -> None:
        """Write down a request."""
        self._stream.write(json.dumps(asdict(request)) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def read(path: Path) -> list[Request]:
    """Return the requests of a journal, oldest first; empty if there is none."""
    if not path.exists():
        return []
    return [Request(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def downloads(requests: Iterable[Request]) -> Counter[str]:
    """Return how often each blob was sent, by digest."""
    return Counter(
        "sha256:" + request.path.rsplit("/", 2)[1]
        if request.path.endswith("/data")
        else request.path.rsplit("/", 1)[1]
        for request in requests
        if request.method == "GET" and request.status in (200, 206) and "/blobs/" in request.path
    )
