"""The ways in which a registry, or the line to it, can be ill."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.selfcheck.hub.hosts import HUB

ALWAYS: Final = sys.maxsize


@dataclass(frozen=True)
class Ill:
    """What is wrong with a hub; by default nothing.

    Attributes:
        manifests: how many manifests Docker Hub gives out before its limit is reached; None is no limit.
        errors: how many requests for manifests and blobs are answered by a status 500 first.
        resets: how often each blob breaks off in its middle first.
        portal: the scheme of the page that everybody is sent to, http or https; empty for none.
        trusted: whether the hub's authority is among those that the machine trusts.
        bytes_per_second: of all connections together; None is no limit.
        delay: seconds before each answer.
        proxy: the address of the proxy that alone leads to the registries; empty for none.
    """

    manifests: int | None = None
    errors: int = 0
    resets: int = 0
    portal: str = ""
    trusted: bool = True
    bytes_per_second: int | None = None
    delay: float = 0.0
    proxy: str = ""

    def to_json(self) -> str:
        """Return it as an argument for a program."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Ill:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


WELL: Final = Ill()
ILLS: Final = {
    "limit": Ill(manifests=1),
    "error": Ill(errors=ALWAYS),
    "error-twice": Ill(errors=2),
    "reset": Ill(resets=ALWAYS),
    "reset-once": Ill(resets=1),
    "portal": Ill(portal="http"),
    "portal-tls": Ill(portal="https"),
    "unknown-authority": Ill(trusted=False),
    "proxy": Ill(proxy=HUB),
    "proxy-here": Ill(proxy="127.0.0.1"),
    "slow": Ill(bytes_per_second=1_250_000, delay=0.3),
}
"""By the name that `python -m tests.selfcheck.hub --ill` takes; slow is 10 Mbit/s and 300 ms."""


class Line:
    """What all connections share: so many bytes a second.

    Args:
        bytes_per_second: None is no limit.
    """

    CHUNK: Final = 16 << 10

    def __init__(self, bytes_per_second: int | None) -> None:
        self._rate = bytes_per_second
        self._free = 0.0

    async def pass_on(self, size: int) -> None:
        """Wait until a piece of this many bytes has gone through the line."""
        if self._rate is None:
            return
        now = asyncio.get_running_loop().time()
        self._free = max(now, self._free) + size / self._rate
        await asyncio.sleep(self._free - now)


class Firsts:
    """Counts what goes wrong at first."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._seen: Counter[str] = Counter()

    def strikes(self, path: str = "") -> bool:
        """Count one request, of a path or of all; return whether it is one of the first."""
        self._seen[path] += 1
        return self._seen[path] <= self._times
