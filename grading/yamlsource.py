"""Read YAML of unknown origin: bounded, without alias bombs, and with the line of every value."""

from __future__ import annotations

import codecs
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from grading.i18n import _

MAX_BYTES: Final = 256 * 1024
"""A manifest of the course is below 2 KiB."""
MAX_DEPTH: Final = 32
MAX_NODES: Final = 10_000
MAX_DOCUMENTS: Final = 20

Path = tuple[str | int, ...]


class YamlProblem(Exception):
    """The text is not usable YAML; `line` and `column` count from 1 and are 0 where unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and the line of every key and item in it.

    `repeated` names each key that stands in its mapping once more further down, with its line.
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


class _Loader(yaml.CSafeLoader):
    """libyaml, whose scanner is kubectl's; its scalars are made as kubectl makes them.

    Dates and base-60 numbers (``1:20``) stay text. Python's own scanner would refuse a tab after a
    colon, which kubectl accepts, and takes ten seconds for the largest file allowed.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_MAX_INTEGER: Final = 2**64


def parse(raw: bytes) -> list[Document]:
    """Parse the bytes of a file into its documents; empty documents are left out.

    Args:
        raw: the file's bytes: UTF-8 with or without a byte order mark, or UTF-16 with one. As kubectl
            does it, other bytes become U+FFFD, such as a letter of another encoding in a comment.

    Raises:
        YamlProblem: with line and column, when the bytes are no usable YAML or exceed the limits.
    """
    if len(raw) > MAX_BYTES:
        raise YamlProblem(_("the file is larger than {size} KiB", size=MAX_BYTES // 1024))
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    try:
        _bound(text)
        return [_document(node) for node in yaml.compose_all(text, _Loader) if not _is_empty(node)]
    except yaml.MarkedYAMLError as error:
        raise _problem(error, text) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise YamlProblem(
            _("the character #x{character:04x} is not allowed", character=error.character), line, column
        ) from error
    except yaml.YAMLError as error:
        raise YamlProblem(str(error).splitlines()[0]) from error


def _bound(text: str) -> None:
    """Look through the events for the limits, before anything is built (which recurses)."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
        excess = _excess(documents, nodes, depth)
        if excess:
            mark = event.start_mark
            raise YamlProblem(excess, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0)


def _excess(documents: int, nodes: int, depth: int) -> str:
    if documents > MAX_DOCUMENTS:
        return _("the file holds more than {number} documents", number=MAX_DOCUMENTS)
    if nodes > 2 * MAX_NODES:
        return _("the file holds more than {number} values", number=MAX_NODES)
    return (
        _("the file is nested deeper than {depth} levels", depth=MAX_DEPTH) if depth > MAX_DEPTH + 1 else ""
    )


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _problem(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or _("not valid YAML")
    at = text[mark.index : mark.index + 1] if mark else ""
    if mark and (at == "\t" or "tab character" in message):
        return YamlProblem(_("a tab is used where YAML allows spaces only"), mark.line + 1, mark.column + 1)
    if "nesting depth" in message:  # libyaml has a limit of its own, which it may meet before `_bound` does
        message = _("the file is nested deeper than {depth} levels", depth=MAX_DEPTH)
    elif error.context:
        message = f"{message} ({error.context})"
    return YamlProblem(message, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0)


def _document(root: yaml.Node) -> Document:
    walker = _Walker()
    data = walker.build(root, (), 0)
    return Document(data, walker.lines, walker.repeated)


class _Walker:
    """Builds plain data from nodes; every expansion of an alias counts, so a bomb meets the limit."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.repeated: list[tuple[str, int]] = []
        self._nodes = 0
        self._scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: Path, depth: int) -> Any:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlProblem(_("the file holds more than {number} values", number=MAX_NODES), line, column)
        if depth > MAX_DEPTH:
            raise YamlProblem(
                _("the file is nested deeper than {depth} levels", depth=MAX_DEPTH), line, column
            )
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return self._scalar(node, line, column)

    def _scalar(self, node: yaml.Node, line: int, column: int) -> Any:
        if node.tag == "tag:yaml.org,2002:value" or _BASE_60.fullmatch(node.value):
            return node.value
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
            raise YamlProblem(_("the value cannot be read: {tag}", tag=node.tag), line, column) from error
        if isinstance(value, bytes) or (isinstance(value, int) and abs(value) > _MAX_INTEGER):
            raise YamlProblem(_("the value is neither text nor a number of ordinary size"), line, column)
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[Hashable, Any]:
        """Build a mapping as kubectl does: in order, so that of a key that stands twice the last counts."""
        names = [self._name(key_node) for key_node, _value in node.value]
        last = {name: index for index, name in enumerate(names)}
        result: dict[Hashable, Any] = {}
        for index, (name, (key_node, value_node)) in enumerate(zip(names, node.value, strict=True)):
            if name is None:
                result |= self._merged(value_node, path, depth + 1)
            elif last[name] == index:
                self.lines[(*path, name)] = key_node.start_mark.line + 1
                result[name] = self.build(value_node, (*path, name), depth + 1)
            else:
                self.repeated.append((name, key_node.start_mark.line + 1))
        return result

    def _name(self, node: yaml.Node) -> str | None:
        """Return a key as text, None for a merge key."""
        if node.tag == "tag:yaml.org,2002:merge":
            return None
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        key = self._scalar(node, line, column) if isinstance(node, yaml.ScalarNode) else None
        if not isinstance(key, str | int | bool):
            raise YamlProblem(_("a key must be plain text"), line, column)
        return str(key).lower() if isinstance(key, bool) else str(key)

    def _merged(self, node: yaml.Node, path: Path, depth: int) -> dict[Hashable, Any]:
        """Build what a merge key (``<<``) puts into a mapping: of several mappings the first counts."""
        result: dict[Hashable, Any] = {}
        for item in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(item, yaml.MappingNode):
                mark = item.start_mark
                raise YamlProblem(_("a merge key (<<) needs a mapping"), mark.line + 1, mark.column + 1)
            merged = self.build(item, path, depth)
            result |= merged
        return result
