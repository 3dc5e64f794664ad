"""Extractors for Babel (``babel.cfg``): of messages that stand elsewhere than in a call of ``_``.

A note on an image is data, and what ``--help`` shows of a command is the docstring of its function; both
are translated when they are shown.
"""

from __future__ import annotations

import ast
import inspect
import io
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any

import yaml
from babel.messages.extract import extract_python

Found = Iterator[tuple[Any, ...]]


def extract_commands(stream: IO[bytes], keywords: Any, tags: Any, options: Any) -> Found:
    """Yield messages from Python as Babel does, and docstrings of commands.

    And those in f-strings.

    Babel does not look into f-strings.
    """
    source = stream.read()
    yield from extract_python(io.BytesIO(source), keywords, tags, options)
    loaded = {
        entry.attr
        for entry in entry_points(group="kubegrade.commands")
        if entry.module.rpartition(".")[2] == Path(stream.name).stem
    }
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from _calls(node, set(keywords))
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        decorated = any(ast.unparse(item).startswith("app.command(") for item in function.decorator_list)
        text = ast.get_docstring(function, clean=False)
        if text and (decorated or function.name in loaded):
            yield function.lineno, None, inspect.cleandoc(text), []


def _calls(text: ast.JoinedStr, names: set[str]) -> Found:
    for call in ast.walk(text):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names:
            words = tuple(_literal(part) for part in call.args)
            if any(words):
                yield call.lineno, call.func.id, words if len(words) > 1 else words[0], []


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def extract_yaml(stream: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Found:
    """Extract the values of the keys in the option ``keys``, at any depth."""
    wanted = set(str(options["keys"]).split())
    yield from _values(yaml.compose(stream, yaml.CSafeLoader), wanted)


def _values(node: yaml.Node | None, wanted: set[str]) -> Found:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _values(item, wanted)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in wanted and isinstance(value, yaml.ScalarNode):
                yield value.start_mark.line + 1, None, value.value, []
            else:
                yield from _values(value, wanted)
