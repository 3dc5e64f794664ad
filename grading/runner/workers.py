"""Threads that work beside each other, and that keep no process alive.

Python waits at its end for every thread of a `ThreadPoolExecutor`: one that hangs, on a program of a
student's say, would keep a graded run from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Workers(Generic[T]):
    """A number of daemon threads, and what they are to do, in order.

    Args:
        count: how many.
        name: theirs.
    """

    def __init__(self, count: int, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Future[T], Callable[..., T], tuple[Any, ...]]] = SimpleQueue()
        for _number in range(count):
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Let the next free thread call a function.

        A future that is cancelled before is left out.

        Returns:
            The future of its result.
        """
        future: Future[T] = Future()
        self._tasks.put((future, task, arguments))
        return future

    def _work(self) -> None:
        while True:
            future, task, arguments = self._tasks.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = task(*arguments)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
