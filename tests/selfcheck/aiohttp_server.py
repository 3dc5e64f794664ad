"""A server of aiohttp on loopback, in a thread, for tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

_WITHIN = 30


async def _nothing() -> None:
    pass


@contextmanager
def listening(
    application: Callable[[], web.Application],
    ended: Callable[[], Awaitable[None]] = _nothing,
    *,
    patience: float = 60.0,
) -> Iterator[str]:
    """Serve while the body runs; yield the address.

    Args:
        application: makes what is served, in the thread that serves it.
        ended: is awaited before the server ends.
        patience: seconds for which it lets connections end by themselves.
    """

    async def start() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(application(), shutdown_timeout=patience)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, runner.addresses[0][1]

    async def end(runner: web.AppRunner) -> None:
        await ended()
        await runner.cleanup()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(start(), loop).result(_WITHIN)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        asyncio.run_coroutine_threadsafe(end(runner), loop).result(_WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
