"""The student's manifests, line by line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grading.text.sanitize import visible

AROUND: Final = 4
"""Lines that are shown before and after a marked one."""
MAX_LINES: Final = 1000
"""Lines of one file that are shown; a manifest of the course has some 30."""
MAX_WIDTH: Final = 300
"""Characters of a line that are shown."""
# What YAML takes for the end of a line, so that the numbers are those of the messages (YAML 1.1, 4.2).
_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TAB: Final = "⇥   "


@dataclass(frozen=True)
class Line:
    """One line of a manifest, as it is shown; `marked` if a criterion points at it."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True)
class Manifest:
    """A file of the submission: its first lines, and how many more it has."""

    file: str
    lines: tuple[Line, ...]
    more: int


def whole(file: str, text: str, marked: Iterable[int]) -> Manifest:
    """Return a file of the submission as it is shown, cut if it is too long.

    Args:
        file: its path in the submission.
        text: what is in it.
        marked: the numbers of the lines that criteria point at, counted from 1.
    """
    numbers = set(marked)
    lines = _split(text)
    first = enumerate(itertools.islice(lines, MAX_LINES), 1)
    return Manifest(
        file,
        tuple(Line(number, shown(line), number in numbers) for number, line in first),
        max(0, len(lines) - MAX_LINES),
    )


def around(text: str, marked: int) -> tuple[Line, ...]:
    """Return the lines about a marked one, none if the text has no such line."""
    lines = _split(text)
    if not 1 <= marked <= len(lines):
        return ()
    first = max(1, marked - AROUND)
    window = enumerate(lines[first - 1 : marked + AROUND], first)
    return tuple(Line(number, shown(line), number == marked) for number, line in window)


def _split(text: str) -> list[str]:
    lines = _BREAK.split(text)
    return lines if lines[-1] else lines[:-1]


def shown(line: str) -> str:
    """Return a line with its tabs to be seen, which YAML does not allow."""
    return visible(line[: MAX_WIDTH + 1].replace("\t", _TAB), limit=MAX_WIDTH)
