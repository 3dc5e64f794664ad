"""Clean up after a block, whose own failure is the one that is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)


@contextmanager
def afterwards(clean: Callable[[], object]) -> Iterator[None]:
    """Clean up when the block ends; if both fail, raise what the block raised, and log the other.

    In a ``finally`` the error of the clean-up would take the place of the verdict that the block came to.

    Args:
        clean: cleans up; what it raises after a block that succeeded is raised.
    """
    try:
        yield
    except BaseException:
        try:
            clean()
        except Exception:
            _log.warning("cleaning up failed too", exc_info=True)
        raise
    clean()
