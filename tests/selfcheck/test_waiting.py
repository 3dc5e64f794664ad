"""One way to ask again until an answer is right."""

import threading
import time

import pytest

from grading.waiting import until


def test_the_right_answer_ends_it() -> None:
    answers = iter([1, 2, 3, 4])
    assert until(lambda: next(answers), lambda answer: answer == 3, 30, every=0) == 3
    assert next(answers) == 4


def test_the_last_answer_is_returned_when_time_is_up() -> None:
    begun = time.monotonic()
    assert until(lambda: "wrong", lambda answer: answer == "right", 0.3, every=0.1) == "wrong"
    assert 0.3 <= time.monotonic() - begun < 5


def test_without_time_it_is_asked_once() -> None:
    answers = iter([1, 2])
    assert until(lambda: next(answers), lambda answer: answer == 2, 0) == 1


def test_a_cancelled_run_waits_no_longer() -> None:
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    begun = time.monotonic()
    assert until(lambda: None, lambda answer: answer is not None, 60, every=30, cancelled=cancelled) is None
    assert time.monotonic() - begun < 20


def test_what_is_raised_ends_it() -> None:
    def ask() -> int:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        until(ask, lambda answer: answer == 1, 30)
