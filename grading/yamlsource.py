"""Read YAML of unknown origin within limits, as kubectl reads it, with the line of every value."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from grading.allowance import Allowance, Excess
from grading.i18n import _
from grading.scalars import Scalar, UnreadableScalar, is_merge_key, read_scalar

MAX_BYTES: Final = 256 * 1024
"""Of one file. A manifest of the course is below 2 KiB."""
MAX_DEPTH: Final = 32
MAX_DOCUMENTS: Final = 20
MAX_KEY: Final = 1000
"""Characters of a key. The longest that Kubernetes knows, that of a label, has 317."""
MAX_DIRECTIVES: Final = 10
"""Lines that start with ``%``: libyaml compares each ``%TAG`` with all others."""
MAX_DIRECTIVE: Final = 200
"""Characters of such a line: libyaml writes the prefix of a ``%TAG`` before each tag that uses it."""

Path = tuple[str | int, ...]

_DIRECTIVE: Final = re.compile("(?:^|(?<=[\n\r\x85\u2028\u2029]))%[^\n\r\x85\u2028\u2029]*")
_SURROGATES: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)
"""A character beyond U+FFFF as JSON escapes it: in two halves."""


class YamlProblem(Exception):
    """The text is no usable YAML.

    Attributes:
        message: what is wrong.
        line: counted from 1; 0 if unknown.
        column: counted from 1; 0 if unknown.
        help: what to do about it, if it is not to correct the YAML at that place.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.help = help


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and the line of every key and item in it.

    The data is what JSON has: dict with str as keys, list, str, int, finite float, bool and None.
    `repeated` names each key that appears in its mapping again further down, with its line.
    """

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)

    def line(self, *path: str | int) -> int | None:
        """Return the line of ``path``, or of the nearest part of it that exists."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def parse(raw: bytes, allowance: Allowance | None = None) -> list[Document]:
    """Parse the bytes of a file into its documents; empty documents are left out.

    Args:
        raw: the file's bytes: UTF-8 with or without a byte order mark, or UTF-16 with one. As kubectl
            does it, other bytes become U+FFFD, such as a letter of another encoding in a comment.
        allowance: what the file may cost; by default, what one file alone may.

    Raises:
        YamlProblem: with line and column, if the bytes are no usable YAML or exceed the limits.
    """
    if len(raw) > MAX_BYTES:
        raise YamlProblem(_("the file is larger than {size} KiB", size=MAX_BYTES // 1024), help=_too_large())
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    _check_directives(text)
    allowance = allowance or Allowance()
    try:
        roots = list(_compose(text, allowance))
    except yaml.MarkedYAMLError as error:
        joined = _SURROGATES.sub(_joined, text)
        if "escape code" not in str(error.problem) or joined == text:
            raise _problem(error, text) from error
        # JSON has no other escape for an emoji; libyaml, which has one, rejects JSON's.
        return parse(joined.encode(), allowance)
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode("utf-8", "ignore")
        raise YamlProblem(
            _("the character #x{character:04x} is not allowed", character=error.character),
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
        ) from error
    except yaml.YAMLError as error:
        raise YamlProblem(str(error).splitlines()[0]) from error
    return [_Builder(allowance).document(root) for root in roots if not _is_empty(root)]


def _too_large() -> str:
    return _("The manifests of the course are much smaller. Hand in those, each value written once.")


def _joined(halves: re.Match[str]) -> str:
    high, low = int(halves[2], 16), int(halves[3], 16)
    return f"{halves[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _check_directives(text: str) -> None:
    for number, found in enumerate(_DIRECTIVE.finditer(text)):
        if number >= MAX_DIRECTIVES or len(found[0]) > MAX_DIRECTIVE:
            raise YamlProblem(
                _("too many or too long lines that start with %, which are directives of YAML"),
                text.count("\n", 0, found.start()) + 1,
                1,
                _("Remove these lines: a manifest needs none."),
            )


def _problem(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    message = error.problem or _("not valid YAML")
    at = text[mark.index : mark.index + 1] if mark else ""
    if mark and (at == "\t" or "tab character" in message):
        return YamlProblem(_("a tab is used where YAML allows spaces only"), line, column)
    if "nesting depth" in message:  # libyaml's own limit, which it may meet before `_Composer` does
        return _too_deep(line, column)
    if error.context:
        message = f"{message} ({error.context})"
    return YamlProblem(message, line, column)


def _too_deep(line: int, column: int) -> YamlProblem:
    return YamlProblem(_("the file is nested deeper than {depth} levels", depth=MAX_DEPTH), line, column)


@dataclass(slots=True)
class _Node:
    """A node of a document; of a scalar `items` and `pairs` are None, and of a collection one of them."""

    line: int
    column: int
    text: str = ""
    tag: str | None = None
    plain: bool = False
    items: list[_Node] | None = None
    pairs: list[tuple[_Node, _Node]] | None = None

    def scalar(self) -> Scalar:
        """Return the value of a scalar."""
        try:
            return read_scalar(self.text, self.tag, plain=self.plain)
        except UnreadableScalar as error:
            raise YamlProblem(error.message, self.line, self.column) from error


def _is_empty(root: _Node) -> bool:
    return root.items is None and root.pairs is None and root.scalar() is None


def _compose(text: str, allowance: Allowance) -> Iterator[_Node]:
    """Yield the root of each document.

    By libyaml, whose scanner is kubectl's: Python's own rejects a tab after a colon, which kubectl
    accepts, and takes ten seconds for the largest file allowed.
    """
    events = iter(yaml.parse(text, yaml.CBaseLoader))
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            line, column = _place(event)
            if documents > MAX_DOCUMENTS:
                raise YamlProblem(
                    _("the file holds more than {number} documents", number=MAX_DOCUMENTS), line, column
                )
            if event.version not in {None, (1, 1)}:  # kubectl's words, which libyaml has for %YAML 2 only
                raise YamlProblem(_("found incompatible YAML document: kubectl reads YAML 1.1"), line, column)
            yield _Composer(events, allowance).node(next(events), 0)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


class _Composer:
    """Makes the nodes of one document from libyaml's events; an alias is the node of its anchor."""

    def __init__(self, events: Iterator[yaml.Event], allowance: Allowance) -> None:
        self._events = events
        self._allowance = allowance
        self._anchors: dict[str, _Node] = {}

    def node(self, event: yaml.Event, depth: int) -> _Node:
        """Return the node that starts with an event."""
        line, column = _place(event)
        if depth > MAX_DEPTH:
            raise _too_deep(line, column)
        try:
            self._allowance.read_node()
        except Excess as excess:
            raise YamlProblem(excess.message, line, column, _too_large()) from excess
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise YamlProblem(_("found undefined alias {name:.60}", name=event.anchor), line, column)
            return self._anchors[event.anchor]
        node = _Node(line, column)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            node.text, node.tag, node.plain = event.value, event.tag, event.implicit[0]
        elif isinstance(event, yaml.SequenceStartEvent):
            node.items = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                node.items.append(self.node(item, depth + 1))
        else:
            node.pairs = []
            while not isinstance(key := next(self._events), yaml.MappingEndEvent):
                node.pairs.append((self.node(key, depth + 1), self.node(next(self._events), depth + 1)))
        return node


class _Builder:
    """Builds plain data from nodes, and counts everything as often as it is built."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._lines: dict[Path, int] = {}
        self._repeated: list[tuple[str, int]] = []

    def document(self, root: _Node) -> Document:
        """Return a document."""
        return Document(self._build(root, (), 0, 0), self._lines, self._repeated)

    def _build(self, node: _Node, path: Path, depth: int, length: int) -> Any:
        """Build a value; ``length`` is that of its path as text."""
        if depth > MAX_DEPTH:
            raise _too_deep(node.line, node.column)
        self._count(node, length + len(node.text))
        self._lines.setdefault(path, node.line)
        if node.pairs is not None:
            return self._mapping(node.pairs, path, depth, length)
        if node.items is not None:
            return [
                self._build(item, (*path, index), depth + 1, length + 5)
                for index, item in enumerate(node.items)
            ]
        return node.scalar()

    def _count(self, node: _Node, characters: int) -> None:
        try:
            self._allowance.build(characters)
        except Excess as excess:
            raise YamlProblem(excess.message, node.line, node.column, _too_large()) from excess

    def _mapping(
        self, pairs: list[tuple[_Node, _Node]], path: Path, depth: int, length: int
    ) -> dict[str, Any]:
        """Build a mapping as kubectl does: in order, so that of a key that appears twice the last counts."""
        names = [_name(key) for key, _value in pairs]
        last = {name: index for index, name in enumerate(names)}
        result: dict[str, Any] = {}
        for index, (name, (key, value)) in enumerate(zip(names, pairs, strict=True)):
            if name is None:
                result |= self._merged(value, path, depth + 1, length)
            elif last[name] == index:
                self._lines[(*path, name)] = key.line
                result[name] = self._build(value, (*path, name), depth + 1, length + 1 + len(name))
            else:
                self._count(key, len(name))
                self._repeated.append((name, key.line))
        return result

    def _merged(self, node: _Node, path: Path, depth: int, length: int) -> dict[str, Any]:
        """Build what a merge key (``<<``) adds to a mapping: of several mappings the first counts."""
        result: dict[str, Any] = {}
        for item in [node] if node.items is None else reversed(node.items):
            if item.pairs is None:
                raise YamlProblem(_("a merge key (<<) needs a mapping"), item.line, item.column)
            result |= self._build(item, path, depth, length)
        return result


def _name(node: _Node) -> str | None:
    """Return a key as text; None for a merge key.

    Raises:
        YamlProblem: it is no text, number or boolean, or too long.
    """
    if node.items is None and node.pairs is None:
        if is_merge_key(node.text, node.tag, plain=node.plain):
            return None
        key = node.scalar()
        if len(node.text) > MAX_KEY:
            raise YamlProblem(
                _("the key is longer than {number} characters", number=MAX_KEY), node.line, node.column
            )
        if isinstance(key, str | int):
            return str(key).lower() if isinstance(key, bool) else str(key)
    raise YamlProblem(_("a key must be plain text"), node.line, node.column)
