"""Limits on what reading a submission may cost: values and text, for a file and for all files.

Everything that a file multiplies is counted each time that it is built: aliases, merge keys, keys, also
equal ones, and the path of each value, which evidence stores with its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grading.text.i18n import _

MAX_VALUES: Final = 10_000
"""Of one file. A manifest of the course has below 100, one from ``kubectl get -o yaml`` below 500."""
MAX_TEXT: Final = 2**20
"""Bytes of one file: its values, and for each value the path of it. etcd stores objects of 1.5 MiB."""
ALWAYS: Final = 1000
"""Values that each file may hold, however many the other files hold."""
SHARED: Final = 20_000
"""Values that all files of a submission may hold together beyond those of `ALWAYS`."""


class Excess(Exception):
    """A limit is exceeded; `message` says which one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class Allowance:
    """What one file may still cost.

    Attributes:
        values: how many values it may hold.
        text: how many bytes its values and their paths may have.
    """

    values: int = MAX_VALUES
    text: int = MAX_TEXT
    _nodes: int = 0
    _built: int = 0
    _written: int = 0

    @property
    def used(self) -> int:
        """The values that were built, or read if reading ended before."""
        return min(self.values, max(self._built, self._nodes // 2))

    def read_node(self) -> None:
        """Count a node as it is read, a key or a value.

        Raises:
            Excess: it is one too many.
        """
        self._nodes += 1
        if self._nodes > 2 * self.values:
            raise Excess(self._too_many())

    def build(self, text: int) -> None:
        """Count a value as it is built, once for each alias of it.

        Args:
            text: bytes of the value and of its path.

        Raises:
            Excess: it is one too many, or one too long.
        """
        self._built += 1
        self._written += text
        if self._built > self.values:
            raise Excess(self._too_many())
        if self._written > self.text:
            raise Excess(
                _(
                    "the file would have more than {size} KiB of text with its aliases and the path of each "
                    "value written out",
                    size=self.text // 1024,
                )
            )

    def _too_many(self) -> str:
        if self.values == MAX_VALUES:
            return _("the file holds more than {number} values", number=MAX_VALUES)
        return _(
            "the files of the submission contain too many values in total; at most {number} remain for this "
            "file",
            number=self.values,
        )


@dataclass
class Pool:
    """What all files of a submission may cost, the smallest file first.

    A file of ordinary size is read whatever the others hold.
    """

    values: int = SHARED

    def allowance(self) -> Allowance:
        """Return what the next file may cost."""
        return Allowance(min(MAX_VALUES, ALWAYS + self.values))

    def settle(self, allowance: Allowance) -> None:
        """Take what a file has cost out of the pool."""
        self.values -= max(0, allowance.used - ALWAYS)
