"""Records of `logging` hold text of unknown origin: messages of errors, what a server sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from grading.text.sanitize import printable


def keep_printable() -> Callable[[], None]:
    """Make every log record printable from now on.

    Every logger makes its records by one function (Python: `logging.setLogRecordFactory`), those of libraries
    too.

    Returns:
        A function that undoes it.
    """
    make = logging.getLogRecordFactory()

    def printable_record(*values: Any, **more: Any) -> logging.LogRecord:
        record = make(*values, **more)
        try:
            record.msg, record.args = printable(record.getMessage()), None
        except (TypeError, ValueError, KeyError):
            return record  # its arguments do not fit: whoever shows it says so
        if record.exc_info:
            record.exc_text = printable(logging.Formatter().formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(printable_record)
    return lambda: logging.setLogRecordFactory(make)
