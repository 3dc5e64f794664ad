"""Ask again until the answer is right, or while a block runs, if Kubernetes has no watch for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import tenacity

T = TypeVar("T")

_EVERY: Final = 0.5
"""Seconds between two questions."""


def until(
    ask: Callable[[], T],
    right: Callable[[T], bool],
    limit: float,
    *,
    every: float = _EVERY,
    cancelled: threading.Event | None = None,
) -> T:
    """Ask until the answer is right.

    Args:
        ask: asks once; what it raises ends the wait.
        right: judges an answer.
        limit: seconds after which no more is asked; with 0 it is asked once.
        every: seconds between two questions.
        cancelled: ends the wait when it is set.

    Returns:
        The last answer, right or not.
    """
    event = cancelled or threading.Event()
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda answer: not right(answer)),
        stop=tenacity.stop_after_delay(limit) | tenacity.stop_when_event_set(event),
        wait=tenacity.wait_fixed(every),
        sleep=tenacity.sleep_using_event(event),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return retrying(ask)


@contextmanager
def meanwhile(ask: Callable[[threading.Event], T | None], every: float, name: str) -> Iterator[list[T]]:
    """Ask again and again in a thread while the body runs.

    Args:
        ask: asks once, and is given what is set when the body ends; None is no answer.
        every: seconds between two questions.
        name: of the thread.

    Yields:
        The answers so far.
    """
    answers: list[T] = []
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            answer = ask(ended)
            if answer is not None:
                answers.append(answer)
            ended.wait(every)

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()
