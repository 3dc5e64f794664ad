"""Run the hub: in a thread for a test, or with its names as the program of a world."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import trustme
from aiohttp import web

from fixtures.airgap.kit import load_kit
from tests.selfcheck.hub import names, proxy, stock
from tests.selfcheck.hub.hosts import HUB, NAMES
from tests.selfcheck.hub.ills import Ill
from tests.selfcheck.hub.journal import Journal
from tests.selfcheck.hub.server import Hub
from tests.selfcheck.hub.shelf import Shelf

AUTHORITY, CERTIFICATE, JOURNAL = "authority.pem", "certificate.pem", "requests.jsonl"
_BEHIND: Final = 8443
"""The port of the registries where a proxy leads to them."""
PARTS: Final = "parts"
"""Of a world's folder: the parts that are served in the place of stand-ins, if it is there."""


def certify(folder: Path, *addresses: str) -> None:
    """Write a new authority, and a certificate of the registries by it, into a folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    certificate = authority.issue_cert(*NAMES, *addresses)
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / CERTIFICATE)


def tls(folder: Path) -> ssl.SSLContext:
    """Return the server's side of TLS with the certificate of a folder."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / CERTIFICATE)
    return context


@contextlib.asynccontextmanager
async def listening(hub: Hub, *sites: tuple[str, int, ssl.SSLContext | None]) -> AsyncIterator[int]:
    """Let a hub listen at addresses and ports, with TLS or without; give the port of the first one."""
    runner = web.AppRunner(hub.application(), access_log=None)
    await runner.setup()
    try:
        for address, port, context in sites:
            await web.TCPSite(runner, address, port, ssl_context=context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def in_thread(hub: Hub, context: ssl.SSLContext) -> Iterator[int]:
    """Run a hub at a free port of 127.0.0.1, with TLS, in a thread; give the port."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: list[int] = []
    ready = threading.Event()

    async def life() -> None:
        async with listening(hub, ("127.0.0.1", 0, context)) as port:
            started.append(port)
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(life())
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        ready.wait()
        yield started[0]
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(folder: Path, ill: Ill) -> None:
    shelf = Shelf()
    real = folder / PARTS
    stock.fill(shelf, load_kit(), (folder / AUTHORITY).read_bytes(), real if real.is_dir() else None)
    journal = Journal(folder / JOURNAL)
    # Behind a proxy nobody else knows the registries' names, or finds them at their ports.
    port, known = (_BEHIND, ()) if ill.proxy else (443, NAMES)
    async with listening(Hub(shelf, journal, ill), (HUB, port, tls(folder)), (HUB, 80, None)):
        await names.serve(known, HUB)
        if ill.proxy:
            await proxy.serve(ill.proxy, NAMES, (HUB, port), journal)
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Ill.from_json(sys.argv[2])))
