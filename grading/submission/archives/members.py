"""A file or folder in an archive, whatever the archive's kind."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from grading.submission.archives.limits import Budget


class Source(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most as many bytes, none at the end."""


class Type(Enum):
    """What a member of an archive is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"
    """A device, a pipe, or what else is no file."""


@dataclass(frozen=True)
class Member:
    """A file or folder in an archive.

    Attributes:
        name: as the archive has it: any text.
        type: what it is.
        open: opens a file; valid until the next member is asked for.
    """

    name: str
    type: Type
    open: Callable[[], AbstractContextManager[Source]]


class Counted(io.RawIOBase):
    """Passes bytes on, and counts them against a budget.

    Args:
        source: where they come from.
        budget: what they are counted against.
    """

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget

    def read(self, size: int = -1, /) -> bytes:
        """Return at most as many bytes, none at the end.

        Raises:
            Unreadable: there are too many.
        """
        data = self._source.read(size)
        self._budget.take_bytes(len(data))
        return data
