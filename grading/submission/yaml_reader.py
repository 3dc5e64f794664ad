"""Read YAML of unknown origin within limits, as kubectl reads it, with the line of every value."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from grading.k8s.yaml_scalars import UnreadableScalar, is_merge_key, read_key
from grading.submission.yaml_allowance import Allowance, Excess
from grading.submission.yaml_documents import split
from grading.submission.yaml_nodes import MAX_DEPTH, Node, YamlProblem, compose, too_deep, too_large
from grading.text import lookalikes
from grading.text.i18n import _

__all__ = ["Document", "YamlProblem", "parse", "read", "short"]

MAX_BYTES: Final = 256 * 1024
"""Of one file. A manifest of the course is below 2 KiB."""
SHORT: Final = 16 * 1024
"""Characters of a file that is corrected; a manifest of the course has some 800."""
SHORT_LINES: Final = 500
"""Lines of a file that is corrected."""
MAX_KEY: Final = 1000
"""Characters of a key. The longest that Kubernetes knows, that of a label, has 317."""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and the line of every key and item in it.

    The data is what JSON has: dict with str as keys, list, str, int, finite float, bool and None.
    `repeated` names each key that appears in its mapping again further down, with its line; `text` is all
    of the file.
    """

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    text: str = ""

    def line(self, *path: str | int) -> int | None:
        """Return the line of ``path``, or of the nearest part of it that exists."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def parse(raw: bytes, allowance: Allowance | None = None) -> list[Document]:
    """Parse the bytes of a file into its documents; see `read`."""
    return list(read(raw, allowance))


@lru_cache(maxsize=8)
def short(text: str) -> tuple[Document, ...]:
    """Return the documents of a text for what to write in it; nobody changes them.

    There are none if it is too long to be corrected, or no YAML.
    """
    if len(text) > SHORT or text.count("\n") > SHORT_LINES:
        return ()
    try:
        return tuple(parse(text.encode()))
    except (YamlProblem, UnicodeError):
        return ()


def read(raw: bytes, allowance: Allowance | None = None) -> Iterator[Document]:
    """Yield the documents of a file, up to one that cannot be read.

    Empty ones are left out.

    Args:
        raw: the file's bytes: UTF-8 with or without a byte order mark, or UTF-16 with one. As kubectl
            does it, other bytes become U+FFFD, such as a letter of another encoding in a comment.
        allowance: what the file may cost; by default, what one file alone may.

    Raises:
        YamlProblem: with line and column, if the bytes are no usable YAML or exceed the limits.
    """
    if len(raw) > MAX_BYTES:
        raise YamlProblem(_("the file is larger than {size} KiB", size=MAX_BYTES // 1024), help=too_large())
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    try:
        yield from _parsed(text, allowance or Allowance())
    except YamlProblem as problem:
        raise _explained(text, problem) from problem


def _parsed(text: str, allowance: Allowance) -> Iterator[Document]:
    for part in split(text):
        root = compose(part.text, part.line, allowance)
        if root is not None:
            yield _Builder(text, allowance).document(root)


def _explained(text: str, problem: YamlProblem) -> YamlProblem:
    """Return a problem that points at the character that is the cause, if any."""
    place = lookalikes.last_place(text, problem.line)
    if place is None:
        return problem
    for reading in lookalikes.readings(text):
        try:
            list(_parsed(reading, Allowance()))
        except YamlProblem as left:
            if left.line <= problem.line:
                continue
        return YamlProblem(problem.message, *place, lookalikes.told(text, place[0]))
    return problem


class _Builder:
    """Builds plain data from nodes, and counts everything as often as it is built."""

    def __init__(self, text: str, allowance: Allowance) -> None:
        self._text = text
        self._allowance = allowance
        self._lines: dict[Path, int] = {}
        self._repeated: list[tuple[str, int]] = []

    def document(self, root: Node) -> Document:
        """Return a document."""
        return Document(self._build(root, (), 0, 0), self._lines, self._repeated, self._text)

    def _build(self, node: Node, path: Path, depth: int, length: int) -> Any:
        """Return the value of a node; ``length`` is the bytes of its path as text.

        Raises:
            YamlProblem: it exceeds a limit.
        """
        if depth > MAX_DEPTH:
            raise too_deep(node.line, node.column)
        self._count(node, length + _size(node.text))
        self._lines.setdefault(path, node.line)
        if node.pairs is not None:
            return self._mapping(node.pairs, path, depth, length)
        if node.items is not None:
            return [
                self._build(item, (*path, index), depth + 1, length + 5)
                for index, item in enumerate(node.items)
            ]
        return node.scalar()

    def _count(self, node: Node, text: int) -> None:
        try:
            self._allowance.build(text)
        except Excess as excess:
            raise YamlProblem(excess.message, node.line, node.column, too_large()) from excess

    def _mapping(self, pairs: list[tuple[Node, Node]], path: Path, depth: int, length: int) -> dict[str, Any]:
        """Build a mapping as kubectl does: of a repeated key the last counts."""
        names = [_name(key) for key, _value in pairs]
        last = {name: index for index, name in enumerate(names)}
        result: dict[str, Any] = {}
        for index, (name, (key, value)) in enumerate(zip(names, pairs, strict=True)):
            if name is None:
                result |= self._merged(value, path, depth + 1, length)
            elif last[name] == index:
                self._lines[(*path, name)] = key.line
                result[name] = self._build(value, (*path, name), depth + 1, length + 1 + _size(name))
            else:
                self._count(key, _size(name))
                self._repeated.append((name, key.line))
        return result

    def _merged(self, node: Node, path: Path, depth: int, length: int) -> dict[str, Any]:
        """Return what a merge key (``<<``) adds: of several the first counts.

        Raises:
            YamlProblem: it has something else than mappings.
        """
        result: dict[str, Any] = {}
        for item in [node] if node.items is None else reversed(node.items):
            if item.pairs is None:
                raise YamlProblem(_("a merge key (<<) needs a mapping"), item.line, item.column)
            result |= self._build(item, path, depth, length)
        return result


def _size(text: str) -> int:
    """Return the bytes of a text."""
    return len(text) if text.isascii() else len(text.encode())


def _name(node: Node) -> str | None:
    """Return a key as text; None for a merge key.

    Raises:
        YamlProblem: it is no text, number or boolean, or too long.
    """
    if not node.is_scalar:
        raise YamlProblem(_("a key must be text, not a list or null"), node.line, node.column)
    if is_merge_key(node.text, node.tag, plain=node.plain):
        return None
    if len(node.text) > MAX_KEY:
        raise YamlProblem(
            _("the key is longer than {number} characters", number=MAX_KEY), node.line, node.column
        )
    try:
        return read_key(node.text, node.tag, plain=node.plain)
    except UnreadableScalar as error:
        raise YamlProblem(error.message, node.line, node.column) from error
