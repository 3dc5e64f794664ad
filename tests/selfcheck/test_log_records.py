"""A log shows text of a submission as text, whoever writes it and whoever shows it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from grading.text.log_records import keep_printable

HOSTILE = "a\x1b[31mb\n::error::c ##[warning]d \u202ee"
SAFE = "a\N{REPLACEMENT CHARACTER}[31mb\n:\N{MODIFIER LETTER COLON}error:\N{MODIFIER LETTER COLON}c"


@pytest.fixture
def shown() -> Iterator[io.StringIO]:
    undo = keep_printable()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("somebody.else")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    undo()


def test_a_message_and_its_arguments(shown: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("100 %% of %s", HOSTILE)
    assert shown.getvalue().startswith(f"100 % of {SAFE}")
    assert not {"\x1b", "\u202e"} & set(shown.getvalue())
    assert "##[" not in shown.getvalue()


def fail() -> None:
    raise ValueError(HOSTILE)


def test_a_traceback(shown: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("somebody.else").exception("it was cut short")
    assert "Traceback" in shown.getvalue()
    assert SAFE in shown.getvalue()
    assert "##[" not in shown.getvalue()


def test_a_message_whose_arguments_do_not_fit_is_not_lost(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("somebody.else").warning("%d", "no number")
    logging.getLogger("somebody.else").warning("the next one")
    assert shown.getvalue().endswith("the next one\n")


def test_it_is_undone() -> None:
    before = logging.getLogRecordFactory()
    keep_printable()()
    assert logging.getLogRecordFactory() is before
