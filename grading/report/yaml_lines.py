"""Change lines of YAML in block style, in the student's own indentation and ends of lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from grading.k8s.yaml_scalars import UnreadableScalar, read_scalar

_KEY: Final = re.compile(
    r"""(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>"[^"]*"|'[^']*'|[^\s"'#:-][^:]*?)"""
    r"""(?P<colon>[ ]*:)(?P<gap>[ \t]+|$)(?P<rest>.*)$"""
)
"""A line with a key, behind the hyphens of lists that begin there."""
_REST: Final = re.compile(r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|.*?)(?P<comment>[ \t]+\#.*)?$""")
_NOT_CONTENT: Final = re.compile(r"\s*(#.*)?$")
_PLAIN: Final = re.compile(r"[A-Za-z0-9/][\w./%@ -]*(:[\w./%@-][\w./%@ -]*)*")
"""A text that needs no quotes, if it is read as a text."""
_UNIT: Final = 2
"""Spaces of a level, where the file has none."""

Path = tuple[str | int, ...]


def nested(path: Path, value: Any) -> Any:
    """Return a value within the collections of a path; a number makes a list of one item."""
    for part in reversed(path):
        value = [value] if isinstance(part, int) else {part: value}
    return value


def scalar(value: Any) -> str:
    """Return a scalar as YAML that kubectl reads as the same."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        is_text = bool(_PLAIN.fullmatch(value)) and read_scalar(value, None, plain=True) == value
    except UnreadableScalar:
        is_text = False
    return value if is_text and value == value.strip() else json.dumps(value)


def block(value: Any, unit: int) -> list[str]:
    """Return a mapping or a list as lines without indentation, ``unit`` spaces a level."""
    return list(_block(value, unit))


def _block(value: Any, unit: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                yield f"{scalar(key)}:"
                yield from (f"{' ' * unit}{line}" for line in _block(item, unit))
            else:
                yield f"{scalar(key)}: {scalar(item)}"
        return
    for item in value:
        first, *others = _block(item, unit) if isinstance(item, dict | list) and item else [scalar(item)]
        yield f"- {first}"
        yield from (f"  {line}" for line in others)


@dataclass(frozen=True)
class Lines:
    """The lines of a file, without their ends.

    Attributes:
        lines: the lines.
        end: how lines end in the file, ``\\n`` or ``\\r\\n``.
    """

    lines: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        """Return the lines of a text."""
        pieces = text.split("\n")
        ends = ["\r\n" if piece.endswith("\r") else "\n" for piece in pieces[:-1]]
        return cls(tuple(piece.removesuffix("\r") for piece in pieces), (*ends, ""))

    @property
    def unit(self) -> int:
        """The spaces of a level of indentation: the fewest that a line begins with."""
        widths = (len(line) - len(line.lstrip(" ")) for line in self.lines if line.strip())
        return max(_UNIT, min((width for width in widths if width), default=_UNIT))

    def with_value(self, number: int, value: Any, key: str = "") -> str:
        """Return the text with another value of a key.

        Args:
            number: the line of the key, counted from 1.
            value: what to write.
            key: what to write instead of the key; the key stays if empty.
        """
        found = _KEY.match(self.lines[number - 1])
        if found is None:
            return ""
        head = f"{found['lead']}{key or found['key']}{found['colon']}"
        rest = _REST.match(found["rest"])
        old, comment = (rest["value"], rest["comment"] or "") if rest else ("", "")
        if not isinstance(value, dict | list) or not value:
            written = [f"{head}{found['gap'] or ' '}{scalar(value)}{comment}"]
        elif (
            old.startswith("[")
            and isinstance(value, list)
            and not any(isinstance(item, dict | list) for item in value)
        ):
            written = [f"{head}{found['gap']}[{', '.join(map(scalar, value))}]{comment}"]
        else:
            column = " " * (len(found["lead"]) + self.unit)
            written = [f"{head}{comment}", *(f"{column}{line}" for line in block(value, self.unit))]
        return self._replaced(number - 1, self._end(number - 1), written)

    def without(self, number: int) -> str:
        """Return the text without a key and its value."""
        return self._replaced(number - 1, self._end(number - 1), [])

    def without_item(self, number: int) -> str:
        """Return the text without an item of a list that begins on a line."""
        line = self.lines[number - 1]
        indent = len(line) - len(line.lstrip(" "))
        if not line[indent:].startswith("- "):
            return ""
        last = number
        for index, below in enumerate(self.lines[number:], number + 1):
            if _NOT_CONTENT.match(below):
                continue
            if len(below) - len(below.lstrip(" ")) <= indent:
                break
            last = index
        return self._replaced(number - 1, last, [])

    def with_more(self, siblings: Sequence[int], more: Sequence[str]) -> str:
        """Return the text with lines behind the last of some keys and its value.

        Args:
            siblings: the lines of the keys, counted from 1; the new lines are indented as these.
            more: the lines.
        """
        last = max(siblings)
        found = _KEY.match(self.lines[last - 1])
        if found is None:
            return ""
        column = " " * len(found["lead"])
        end = self._end(last - 1)
        return self._replaced(end, end, [f"{column}{line}" for line in more])

    def _end(self, index: int) -> int:
        """Return where the value of a key ends: the index of the line behind it."""
        found = _KEY.match(self.lines[index])
        if found is None:
            return index + 1
        column, is_open = len(found["lead"]), not found["rest"] or found["rest"].startswith("#")
        end = last = index + 1
        while end < len(self.lines):
            line = self.lines[end]
            indent = len(line) - len(line.lstrip(" "))
            if _NOT_CONTENT.match(line):
                end += 1
                continue
            is_item = is_open and indent == column and line[indent:].startswith("- ")
            if indent <= column and not is_item:
                break
            end += 1
            last = end
        return last

    def _replaced(self, first: int, last: int, written: Sequence[str]) -> str:
        """Return the text with other lines in place of some, which end as these or those before them."""
        replaced = self.ends[first] if first < last else ""
        usual = replaced or self.ends[max(0, first - 1)] or "\n"
        lines, ends = list(self.lines), list(self.ends)
        if first == len(lines) and ends[-1] == "":  # behind a last line without an end
            ends[-1] = usual
        made = [usual] * len(written)
        if made and last == len(lines):
            made[-1] = ""
        lines[first:last], ends[first:last] = written, made
        return "".join(line + end for line, end in zip(lines, ends, strict=True))
