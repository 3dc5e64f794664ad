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
"""Collections of a document that may be in one another."""
_NOT_OF_KUBECTL: Final = re.compile(r"(?:[^\\]|\\.)*?\\/", re.DOTALL)
"""A text in double quotes with an escape that libyaml took over from JSON, and kubectl has not."""
_TEXT_BY_TAG: Final = re.compile(r"(?:&\S+\s+)?!")
"""What a plain scalar with the tag ``!`` begins with; by it the value is text, and libyaml does not tell."""


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


def compose(text: str, line: int, allowance: Allowance) -> Node | None:
    """Return the root of the first document of a text; None if it is empty.

    Args:
        text: the YAML.
        line: of the file, where the text begins; counted from 1.
        allowance: what it may cost.

    Raises:
        YamlProblem: with line and column, if the text is no YAML or exceeds the limits.
    """
    placed = "\n" * (line - 1) + text
    try:
        root = _root(placed, allowance)
    except yaml.MarkedYAMLError as error:
        raise _problem(error, placed) from error
    except yaml.reader.ReaderError as error:
        before = placed.encode()[: error.position].decode("utf-8", "ignore")
        raise YamlProblem(
            _("the character #x{character:04x} is not allowed", character=error.character),
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
        ) from error
    except yaml.YAMLError as error:
        raise YamlProblem(str(error).splitlines()[0]) from error
    return None if root is None or root.is_empty else root


def too_large() -> str:
    """Return what to do about a file that exceeds the limits."""
    return _("Hand in the manifests of the course, with each value written once: they are much smaller.")


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
    """A node of a document: a scalar, or a collection of `items` or `pairs`."""

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
        """Return the value of a scalar.

        Raises:
            YamlProblem: kubectl does not read it.
        """
        try:
            return read_scalar(self.text, self.tag, plain=self.plain)
        except UnreadableScalar as error:
            raise YamlProblem(error.message, self.line, self.column) from error


def _root(text: str, allowance: Allowance) -> Node | None:
    """Return the root of the first document, None if there is none.

    By libyaml, whose scanner is kubectl's: Python's own rejects a tab after a colon, which kubectl
    accepts, and takes ten seconds for the largest file allowed.
    """
    events = iter(yaml.parse(text, yaml.CBaseLoader))
    next(events)
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    root = _Composer(text, events, allowance).node(next(events), 0)
    next(events)
    return root


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


class _Composer:
    """Makes the nodes of a document from libyaml's events.

    An alias is the node of its anchor.
    """

    def __init__(self, text: str, events: Iterator[yaml.Event], allowance: Allowance) -> None:
        self._text = text
        self._events = events
        self._allowance = allowance
        self._anchors: dict[str, Node] = {}
        self._flows = 0

    def node(self, event: yaml.Event, depth: int) -> Node:
        """Return the node that starts with an event.

        Raises:
            YamlProblem: it exceeds a limit, or is an alias of nothing.
        """
        line, column = _place(event)
        if depth > MAX_DEPTH:
            raise too_deep(line, column)
        try:
            self._allowance.read_node()
        except Excess as excess:
            raise YamlProblem(excess.message, line, column, too_large()) from excess
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise YamlProblem(_("the alias {name:.60} is not defined", name=event.anchor), line, column)
            return self._anchors[event.anchor]
        node = Node(line, column)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            self._check_scalar(event)
            node.text, node.tag = event.value, event.tag
            node.plain = event.implicit[0] and not _TEXT_BY_TAG.match(self._written(event))
            return node
        in_flow = isinstance(event, yaml.CollectionStartEvent) and bool(event.flow_style)
        self._flows += in_flow
        if isinstance(event, yaml.SequenceStartEvent):
            node.items = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                node.items.append(self.node(item, depth + 1))
        else:
            node.pairs = []
            while not isinstance(key := next(self._events), yaml.MappingEndEvent):
                node.pairs.append((self.node(key, depth + 1), self.node(next(self._events), depth + 1)))
        self._flows -= in_flow
        return node

    def _check_scalar(self, event: yaml.ScalarEvent) -> None:
        """Check that kubectl, with libyaml 0.1, reads what libyaml reads.

        Raises:
            YamlProblem: it does not.
        """
        line, column = _place(event)
        if self._flows and not event.style and "?" in event.value:
            raise YamlProblem(
                _("inside brackets or braces, a text with a question mark needs quotes"), line, column
            )
        if event.style == '"' and _NOT_OF_KUBECTL.match(self._written(event)):
            raise YamlProblem(_("unknown escape \\/: write / without a backslash"), line, column)

    def _written(self, event: yaml.ScalarEvent) -> str:
        """Return a scalar as it is written, with its tag and its anchor."""
        start, end = event.start_mark, event.end_mark
        return self._text[start.index : end.index] if start and end else ""
