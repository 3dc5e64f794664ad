"""Limits on the content of an archive, and the messages about one that exceeds them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from grading import timeouts
from grading.text.i18n import Message, _

MIB: Final = 2**20
"""Bytes."""


class Unreadable(Exception):
    """An archive cannot be unpacked, or not whole.

    Args:
        reason: why, as a sentence without a full stop.
        help: what to do about it, as sentences.

    Attributes:
        reason: as given.
        help: as given.
    """

    def __init__(self, reason: str, help: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help or pack_again()


def pack_again() -> Message:
    """Return what helps for most archives that cannot be read."""
    return _("Pack the manifests again, as an ordinary zip file.")


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold, with all archives in it.

    Attributes:
        size: bytes of everything in it, unpacked.
        ratio: how many times as large as the archive that may be.
        small: bytes up to which the ratio does not matter: a few manifests may be very alike.
        entries: files and folders that it lists.
        files: those that are unpacked.
        depth: archives that are in one another.
        archives: archives in it.
        stretch: by how much `timeouts.UNPACKED` is longer.
    """

    size: int = 512 * MIB
    ratio: int = 100
    small: int = 32 * MIB
    entries: int = 100_000
    files: int = 5_000
    depth: int = 3
    archives: int = 50
    stretch: int = 1


SUBMISSION: Final = Limits()
"""For what one student hands in."""
DOWNLOAD: Final = Limits(
    size=50_000 * MIB, small=1_000 * MIB, entries=2_000_000, files=500_000, depth=0, stretch=60
)
"""For a platform's archive with the submissions of a class, which are not unpacked further by that."""


@dataclass
class Budget:
    """What is left of the limits for an archive, and for those in it.

    Attributes:
        limits: for it.
        packed: bytes of the archive itself.
    """

    limits: Limits
    packed: int
    _size: int = 0
    _entries: int = 0
    _files: int = 0
    _archives: int = 0
    _begun: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float:
        """Time left, in seconds."""
        return timeouts.UNPACKED * self.limits.stretch - (time.monotonic() - self._begun)

    def take_bytes(self, number: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            Unreadable: they are too many, or took too long.
        """
        self._size += number
        if self._size > self.limits.size:
            raise self.too_large()
        if self._size > max(self.limits.small, self.limits.ratio * self.packed):
            raise Unreadable(
                _("unpacked, it is more than {n} times as large", n=self.limits.ratio),
                _only_what_is_asked_for(),
            )
        self.check_time()

    def check_time(self) -> None:
        """Check that unpacking has not taken too long.

        Raises:
            Unreadable: it has.
        """
        if self.seconds_left <= 0:
            raise Unreadable(
                _("unpacking it took longer than {n} s", n=round(timeouts.UNPACKED * self.limits.stretch)),
                _only_what_is_asked_for(),
            )

    def take_entry(self) -> None:
        """Count a file or folder that the archive lists.

        Raises:
            Unreadable: they are too many.
        """
        self._entries += 1
        if self._entries > self.limits.entries:
            raise self.too_many(self.limits.entries)
        self.check_time()

    def take_file(self) -> None:
        """Count a file that is unpacked.

        Raises:
            Unreadable: they are too many.
        """
        self._files += 1
        if self._files > self.limits.files:
            raise self.too_many(self.limits.files)

    def take_archive(self, depth: int) -> None:
        """Count an archive in the archive.

        Args:
            depth: archives that it is in.

        Raises:
            Unreadable: they are too many, or too deep in one another.
        """
        self._archives += 1
        if depth > self.limits.depth:
            raise Unreadable(
                _("it contains archives within archives, more than {n} levels deep", n=self.limits.depth)
            )
        if self._archives > self.limits.archives:
            raise Unreadable(
                _("it contains more than {n} archives", n=self.limits.archives), _only_what_is_asked_for()
            )

    def too_large(self) -> Unreadable:
        """Return the error for more bytes than the limit."""
        return Unreadable(
            _("unpacked, it is larger than {n} MiB", n=self.limits.size // MIB), _only_what_is_asked_for()
        )

    def too_many(self, number: int) -> Unreadable:
        """Return the error for more entries than a limit."""
        return Unreadable(
            _("it contains more than {n} files and folders", n=number), _only_what_is_asked_for()
        )


def _only_what_is_asked_for() -> Message:
    return _("Pack only the manifests, without programs and their libraries.")
