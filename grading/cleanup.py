"""Clean up after a block, whose own failure is the one that is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)


@contextmanager
def afterwards(clean: Callable[[], object]) -> Iterator[None]:
    """Clean up when the block ends, without hiding the block's own failure.

    If both fail, the block's error is raised, and the other is logged: in a ``finally`` the error of the
    clean-up would replace the verdict of the block.

    Args:
        clean: cleans up; what it raises after a block that succeeded is raised.

    Raises:
        Exception: of the block; else that of the clean-up.
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
