"""The lock on the folder of a class: whoever changes the folder holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from grading.gradebook.errors import FolderInUse
from grading.gradebook.model import LOCK
from grading.text.i18n import _


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder of a class.

    Args:
        out: the folder, which exists.

    Raises:
        FolderInUse: another program holds it.
        OSError: it cannot be written to.
    """
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        words = _(
            "Another run is writing its results to {out}. Wait until it has ended, then run again.", out=out
        )
        raise FolderInUse(words) from None
    try:
        yield
    finally:
        lock.release()
