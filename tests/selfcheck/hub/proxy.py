"""A proxy as networks have it that let nobody out otherwise: it connects to the registries on request."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from tests.selfcheck.hub.journal import Journal, Request

PORT: Final = 3128
_CHUNK: Final = 64 << 10


async def serve(
    address: str, known: Collection[str], hub: tuple[str, int], journal: Journal, port: int = PORT
) -> asyncio.Server:
    """Let a proxy listen at an address, until the server is closed.

    Args:
        address: an IPv4 address.
        known: the names that it connects to, with port 443; it refuses all others.
        hub: the address and port of all of them.
        journal: where each request is written down, with its method, which is CONNECT.
        port: where it listens.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, *_rest = head.split(" ", 2)
            host, _colon, wanted = target.rpartition(":")
            good = method == "CONNECT" and host in known and wanted == "443"
            status = 200 if good else 403
            client = writer.get_extra_info("peername")[0]
            journal.add(Request(method, host, "", status, 0, client))
            writer.write(f"HTTP/1.1 {status} {'Connected' if good else 'Forbidden'}\r\n\r\n".encode())
            if good:
                inner, outer = await asyncio.open_connection(*hub)
                await asyncio.gather(_pass_on(reader, outer), _pass_on(inner, writer))
        writer.close()

    return await asyncio.start_server(answer, address, port)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
    except OSError:
        pass  # one side has gone: the other is told
    finally:
        target.close()
