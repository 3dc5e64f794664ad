"""Nodes of YAML documents as libyaml finds them, within limits, with the line of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from grading.k8s.yaml_scalars import Scalar, UnreadableScalar, read_scalar
from grading.submission.yaml_allowance import Allowance, Excess
from grading.text.i18n import _, joined

MAX_DEPTH: Final = 32
MAX_DOCUMENTS: Final = 20
MAX_DIRECTIVES: Final = 10
"""Lines that start with ``%``: libyaml compares each ``%TAG`` with all others."""
MAX_DIRECTIVE: Final = 200
"""Characters of such a line: libyaml writes the prefix of a ``%TAG`` before each tag that uses it."""

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


def compose(text: str, allowance: Allowance) -> list[Node]:
    """Return the root of each document of a text; empty documents are left out.

    Args:
        text: the YAML.
        allowance: what it may cost.

    Raises:
        YamlProblem: with line and column, if the text is no YAML or exceeds the limits.
    """
    _check_directives(text)
    try:
        return [root for root in _roots(text, allowance) if not root.is_empty]
    except yaml.MarkedYAMLError as error:
        joined = _SURROGATES.sub(_joined, text)
        if "escape code" not in str(error.problem) or joined == text:
            raise _problem(error, text) from error
        # JSON has no other escape for an emoji; libyaml, which has one, rejects JSON's.
        allowance.read_again()
        return compose(joined, allowance)
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode("utf-8", "ignore")
        raise YamlProblem(
            _("the character #x{character:04x} is not allowed", character=error.character),
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
        ) from error
    except yaml.YAMLError as error:
        raise YamlProblem(str(error).splitlines()[0]) from error


def too_large() -> str:
    """Return what to do about a file that exceeds the limits."""
    return _("Hand in the manifests of the course, with each value written once: they are much smaller.")


def _joined(halves: re.Match[str]) -> str:
    high, low = int(halves[2], 16), int(halves[3], 16)
    return f"{halves[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _check_directives(text: str) -> None:
    for number, found in enumerate(_DIRECTIVE.finditer(text)):
        if number >= MAX_DIRECTIVES or len(found[0]) > MAX_DIRECTIVE:
            raise YamlProblem(
                _("the file has too many or too long YAML directives, lines that start with %"),
                text.count("\n", 0, found.start()) + 1,
                1,
                _("Remove these lines: a manifest needs no directives."),
            )


def _problem(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    message = error.problem or _("not valid YAML")
    at = text[mark.index : mark.index + 1] if mark else ""
    if mark and (at == "\t" or "tab character" in message):
        return YamlProblem(_("a tab is used where YAML allows spaces only"), line, column)
    if "nesting depth" in message:  # libyaml's own limit, which it may meet before `_Composer` does
        return too_deep(line, column)
    if error.context:
        message = joined("", [message, f" ({error.context})"])
    return YamlProblem(message, line, column)


def too_deep(line: int, column: int) -> YamlProblem:
    """Return the problem of a node that is nested too deep."""
    return YamlProblem(_("the file is nested deeper than {depth} levels", depth=MAX_DEPTH), line, column)


@dataclass(slots=True)
class Node:
    """A node of a document; of a scalar `items` and `pairs` are None, and of a collection one of them."""

    line: int
    column: int
    text: str = ""
    tag: str | None = None
    plain: bool = False
    items: list[Node] | None = None
    pairs: list[tuple[Node, Node]] | None = None

    @property
    def is_scalar(self) -> bool:
        """True for a scalar."""
        return self.items is None and self.pairs is None

    @property
    def is_empty(self) -> bool:
        """True for nothing, or null."""
        return self.is_scalar and self.scalar() is None

    def scalar(self) -> Scalar:
        """Return the value of a scalar."""
        try:
            return read_scalar(self.text, self.tag, plain=self.plain)
        except UnreadableScalar as error:
            raise YamlProblem(error.message, self.line, self.column) from error


def _roots(text: str, allowance: Allowance) -> Iterator[Node]:
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
        self._anchors: dict[str, Node] = {}

    def node(self, event: yaml.Event, depth: int) -> Node:
        """Return the node that starts with an event."""
        line, column = _place(event)
        if depth > MAX_DEPTH:
            raise too_deep(line, column)
        try:
            self._allowance.read_node()
        except Excess as excess:
            raise YamlProblem(excess.message, line, column, too_large()) from excess
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise YamlProblem(_("found undefined alias {name:.60}", name=event.anchor), line, column)
            return self._anchors[event.anchor]
        node = Node(line, column)
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
