"""Threads that keep no process alive."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import CancelledError

import pytest

from grading.runner.workers import Workers


def test_they_work_in_order_and_beside_each_other() -> None:
    workers: Workers[int] = Workers(2, "some")
    both = threading.Barrier(2)
    first, second = (workers.submit(both.wait, 30) for _number in range(2))
    assert {first.result(30), second.result(30)} == {0, 1}
    assert workers.submit(pow, 2, 3).result(30) == 8


def test_what_is_raised_is_kept() -> None:
    workers: Workers[int] = Workers(1, "some")
    with pytest.raises(ValueError, match="invalid literal"):
        workers.submit(int, "x").result(30)
    assert workers.submit(int, "1").result(30) == 1


def test_what_is_cancelled_in_time_is_left_out() -> None:
    workers: Workers[bool] = Workers(1, "some")
    go = threading.Event()
    first, second = workers.submit(go.wait, 30), workers.submit(go.is_set)
    assert second.cancel()
    go.set()
    assert first.result(30)
    with pytest.raises(CancelledError):
        second.result(30)
    assert workers.submit(go.is_set).result(30)


def test_a_thread_that_hangs_keeps_no_process_alive() -> None:
    code = (
        "import threading\n"
        "from grading.runner.workers import Workers\n"
        "begun = threading.Event()\n"
        "def hang(): begun.set(); threading.Event().wait()\n"
        "Workers(1, 'some').submit(hang)\n"
        "begun.wait()\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
