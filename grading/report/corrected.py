"""The student's own file with a field as it should be, and the difference.

A field is written by changing lines, so that everything else stays as the student wrote it: indentation, ends
of lines, comments. Each change is read again, and counts only if the file then says the same but for that
field; what is written in another way, such as within an anchor or braces, is told in words instead.
"""

from __future__ import annotations

import copy
import difflib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from grading.errors import Correction
from grading.report.yaml_lines import Lines, block, nested
from grading.submission import yaml_reader

MAX_CORRECTIONS: Final = 20
"""Fields of a file that are corrected; the course fixes some 15 in one."""
CONTEXT: Final = 2
"""Lines before and after a changed one that are shown."""
MAX_SHOWN: Final = 60
"""Lines of a difference that are shown."""

Path = tuple[str | int, ...]
_BREAK: Final = re.compile("\r?\n")


@dataclass(frozen=True)
class DiffLine:
    """A line of a difference.

    Attributes:
        sign: ``-`` for one to take out, ``+`` for one to write, a space for one that stays, and ``@`` for
            lines that are not shown.
        number: of the line in the student's file; None for one to write.
        text: the line, which is the student's.
    """

    sign: str
    number: int | None
    text: str


@dataclass(frozen=True)
class Difference:
    """What to change in a file.

    Attributes:
        file: its path in the submission.
        lines: the lines about each change, the first `MAX_SHOWN`.
        more: how many more there are.
        unwritten: the corrections that no line shows.
    """

    file: str
    lines: tuple[DiffLine, ...]
    more: int = 0
    unwritten: tuple[Correction, ...] = ()


def difference(file: str, text: str, corrections: Iterable[Correction]) -> Difference:
    """Return what to change in a file.

    Args:
        file: its path in the submission.
        text: what the student wrote.
        corrections: the fields and what to write in them.
    """
    new, unwritten = corrected(text, corrections)
    lines = tuple(_compared(text, new))
    return Difference(file, lines[:MAX_SHOWN], len(lines[MAX_SHOWN:]), unwritten)


def corrected(text: str, corrections: Iterable[Correction]) -> tuple[str, tuple[Correction, ...]]:
    """Return a file with fields corrected, and the corrections that could not be made by changing lines.

    Args:
        text: what the student wrote, which the places of the corrections are in.
        corrections: the fields and what to write in them, of which the first `MAX_CORRECTIONS` count.
    """
    original = documents = yaml_reader.short(text)
    unwritten = []
    for correction in itertools.islice(corrections, MAX_CORRECTIONS):
        holder = _holder(original, correction)
        changed = _written(text, documents, holder, correction) if holder else None
        if changed is None:
            unwritten.append(correction)
        else:
            text, documents = changed
    return text, tuple(unwritten)


def _compared(old: str, new: str) -> Iterator[DiffLine]:
    """Yield the lines about each change."""
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT) if old != new else ()):
        if number:
            yield DiffLine("@", None, "")
        for tag, first, last, begin, end in group:
            for at in range(first, last):
                yield DiffLine(" " if tag == "equal" else "-", at + 1, before[at])
            for line in after[begin:end] if tag != "equal" else ():
                yield DiffLine("+", None, line)


def _lines(text: str) -> list[str]:
    lines = _BREAK.split(text)
    return lines if lines[-1] else lines[:-1]


def _written(
    text: str, documents: tuple[yaml_reader.Document, ...], holder: tuple[int, Path], correction: Correction
) -> tuple[str, tuple[yaml_reader.Document, ...]] | None:
    """Return a text with one field corrected, and its documents.

    Args:
        text: the file, in which other fields may be corrected already.
        documents: of the file.
        holder: the number of the document and the path of the object in it.
        correction: the field.

    Returns:
        None if it cannot be corrected by changing lines.
    """
    number, prefix = holder
    path = (*prefix, *correction.location.field)
    for wanted, changed in _candidates(text, documents[number], path, correction.value):
        expected = [wanted if at == number else item.data for at, item in enumerate(documents)]
        found = yaml_reader.short(changed)
        if found and _same([item.data for item in found], expected):
            return changed, found
    return None


def _same(found: list[Any], expected: list[Any]) -> bool:
    return json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


def _holder(documents: tuple[yaml_reader.Document, ...], correction: Correction) -> tuple[int, Path] | None:
    """Return the number of the document that a correction is about, and the path of its object in it."""
    if not correction.location.field:
        return None
    found: list[tuple[int, Path]] = []
    for number, document in enumerate(documents):
        data = document.data if isinstance(document.data, dict) else {}
        items = data.get("items")
        objects: list[tuple[Path, Any]] = [((), data)]
        if isinstance(items, list):
            objects += [(("items", at), item) for at, item in enumerate(items)]
        for place, item in objects:
            if isinstance(item, dict) and item.get("kind") == correction.kind:
                found.append((number, place))
    line, field = correction.location.line, correction.location.field
    placed = [at for at in found if documents[at[0]].line(*at[1], *field) == line]
    return next(iter(placed or found), None)


def _candidates(
    text: str, document: yaml_reader.Document, path: Path, value: Any
) -> Iterator[tuple[Any, str]]:
    """Yield ways to write a value: what the document should hold then, and the text."""
    lines, data = Lines.of(text), document.data
    depth = _depth(data, path)
    if depth == len(path):
        line = document.lines.get(path)
        if line is not None and isinstance(path[-1], int) and value is None:
            yield _with(data, path, value), lines.without_item(line)
        elif line is not None and isinstance(path[-1], str):
            yield (
                _with(data, path, value),
                lines.without(line) if value is None else lines.with_value(line, value),
            )
        return
    if value is None:
        return
    above, rest = path[:depth], path[depth:]
    holder, line = _at(data, above), document.lines.get(above)
    wanted = _with(data, above, _merged(holder, rest, value))
    if not holder:  # nothing, or an empty collection, in its place
        if line is not None:
            yield wanted, lines.with_value(line, nested(rest, value))
    elif isinstance(holder, dict) and isinstance(rest[0], str):
        for key in holder:
            if len(rest) == 1 and str(key).lower() == rest[0].lower():
                at = document.lines[(*above, key)]
                fewer = {name: item for name, item in holder.items() if name != key} | {rest[0]: value}
                yield _with(data, above, fewer), lines.with_value(at, value, key=rest[0])
        places = [document.lines[(*above, key)] for key in holder if (*above, key) in document.lines]
        if places:
            yield wanted, lines.with_more(places, block({rest[0]: nested(rest[1:], value)}, lines.unit))


def _depth(data: Any, path: Path) -> int:
    """Return how many parts of a path exist, down to one that is null."""
    for depth, part in enumerate(path):
        holds = isinstance(data, dict) and part in data
        holds = holds or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        if not holds:
            return depth
        data = data[part]
        if data is None:
            return depth + 1
    return len(path)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _merged(holder: Any, rest: Path, value: Any) -> Any:
    made = nested(rest, value)
    return {**holder, **made} if isinstance(holder, dict) and isinstance(made, dict) else made


def _with(data: Any, path: Path, value: Any) -> Any:
    """Return a copy of data with a value at a path, or without it if the value is None."""
    if not path:
        return value
    made = copy.deepcopy(data)
    above = _at(made, path[:-1])
    if value is None:
        del above[path[-1]]
    else:
        above[path[-1]] = value
    return made
