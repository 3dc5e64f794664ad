"""Does the proxy connect to the registries, and to nothing else?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.selfcheck.hub import proxy
from tests.selfcheck.hub.hosts import DOCKER_HUB
from tests.selfcheck.hub.journal import Journal, read

SAID = b"one\n"


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.readline())
    writer.close()


async def _asked(request: str, book: Journal) -> bytes:
    """Return all that the proxy answers to a request with a line behind it."""
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as hub:
        port = hub.sockets[0].getsockname()[1]
        async with await proxy.serve("127.0.0.1", [DOCKER_HUB], ("127.0.0.1", port), book, port=0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(f"{request} HTTP/1.1\r\n\r\n".encode() + SAID)
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_line", "status", "passed"),
    [
        (f"CONNECT {DOCKER_HUB}:443", 200, SAID),
        (f"CONNECT {DOCKER_HUB}:22", 403, b""),
        ("CONNECT example.org:443", 403, b""),
        (f"GET http://{DOCKER_HUB}/v2/", 403, b""),
    ],
)
def test_only_the_registries_are_reached(
    tmp_path: Path, request_line: str, status: int, passed: bytes
) -> None:
    book = Journal(tmp_path / "requests.jsonl")
    head, _end, rest = asyncio.run(_asked(request_line, book)).partition(b"\r\n\r\n")
    book.close()
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert rest == passed
    [written] = read(tmp_path / "requests.jsonl")
    assert (written.method, written.status) == (request_line.split()[0], status)
