"""Read YAML of unknown origin: bounded, without alias bombs, and with the line of every value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

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
    """One YAML document: its data, and the line of every key and item in it."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int | None:
        """Return the line of ``path``, or of the nearest part of it that exists."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


class _Loader(yaml.SafeLoader):
    """A SafeLoader whose scalars are made as kubectl makes them: dates stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(raw: bytes) -> list[Document]:
    """Parse the bytes of a file into its documents; empty documents are left out.

    Args:
        raw: the file's bytes, UTF-8 with or without a byte order mark.

    Raises:
        YamlProblem: with line and column, when the bytes are no usable YAML or exceed the limits.
    """
    if len(raw) > MAX_BYTES:
        raise YamlProblem(f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem("the file is not UTF-8 text", line, 1) from error
    try:
        return [_document(node) for node in _compose(text) if not _is_empty(node)]
    except yaml.MarkedYAMLError as error:
        raise _problem(error) from error
    except yaml.YAMLError as error:
        raise YamlProblem(str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise YamlProblem(f"the file is nested deeper than {MAX_DEPTH} levels") from error


def _compose(text: str) -> Iterator[yaml.Node]:
    loader = _Loader(text)
    try:
        count = 0
        while loader.check_node():
            count += 1
            if count > MAX_DOCUMENTS:
                raise YamlProblem(f"the file holds more than {MAX_DOCUMENTS} documents")
            node = loader.get_node()
            if node is not None:
                yield node
    finally:
        loader.dispose()


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _problem(error: yaml.MarkedYAMLError) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or "not valid YAML"
    if "\\t" in message or "'\t'" in message:
        message = "a tab is used for indentation; YAML allows spaces only"
    if error.context:
        message = f"{message} ({error.context})"
    return YamlProblem(message, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0)


def _document(root: yaml.Node) -> Document:
    walker = _Walker()
    data = walker.build(root, (), 0)
    return Document(data, walker.lines)


class _Walker:
    """Builds plain data from nodes; every expansion of an alias counts, so a bomb meets the limit."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._nodes = 0
        self._scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: Path, depth: int) -> Any:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlProblem(f"the file holds more than {MAX_NODES} values", line, column)
        if depth > MAX_DEPTH:
            raise YamlProblem(f"the file is nested deeper than {MAX_DEPTH} levels", line, column)
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return self._scalar(node, line, column)

    def _scalar(self, node: yaml.Node, line: int, column: int) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise YamlProblem(f"the value cannot be read: {node.tag}", line, column) from error

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[Hashable, Any]:
        result: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if key_node.tag == "tag:yaml.org,2002:merge":
                raise YamlProblem("merge keys (<<) are not supported", line, column)
            key = self._scalar(key_node, line, column) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str | int | bool):
                raise YamlProblem("a key must be plain text", line, column)
            name = str(key).lower() if isinstance(key, bool) else str(key)
            if name in result:
                raise YamlProblem(f"the key {name[:60]!r} stands here a second time", line, column)
            self.lines[(*path, name)] = line
            result[name] = self.build(value_node, (*path, name), depth + 1)
        return result
