"""Make text of unknown origin harmless for the place that it is shown in."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Everything that could move a cursor, change a colour, reorder or hide text: control characters but
# newline, and format characters (bidirectional overrides among them).
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@:$])")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_COMMAND: Final = re.compile(r"::(?=[A-Za-z])|##(?=\[)")
_LINE_COMMAND: Final = re.compile(r"^(\s*):(?=:[A-Za-z])", re.MULTILINE)
_LOOKALIKES: Final = {":": "\N{MODIFIER LETTER COLON}", "#": "\N{FULLWIDTH NUMBER SIGN}"}
_ENTITIES: Final = {"<": "&lt;", "&": "&amp;"}
_FORMULA: Final = ("=", "+", "-", "@")
MAX_LINE: Final = 2000
MAX_CELL: Final = 10_000
"""Characters of a cell in a table, in which all criteria of a course stand with what was decided on them."""
MAX_MARKS: Final = 6
"""Combining marks on one letter: no language needs more, and a pile of them does not stay in its column."""


def visible(text: str, *, limit: int = MAX_LINE) -> str:
    """Return text without control characters but newlines, lines cut to ``limit``.

    Nor format characters.
    """
    lines = []
    for line in text.expandtabs(4).replace("\r\n", "\n").split("\n"):
        shown = line if len(line) <= limit else line[:limit] + "…"
        # What Python calls printable holds nothing of what `_visible` replaces, and most lines are that.
        lines.append(shown if shown.isascii() and shown.isprintable() else "".join(_visible(shown)))
    return "\n".join(lines)


def encodable(text: str) -> str:
    """Return text without halves of surrogate pairs.

    The names of files that are not UTF-8 have them.
    """
    return _SURROGATES.sub(_REPLACEMENT, text)


def shown_path(path: Path | str) -> str:
    """Return a path as text: its bytes read as UTF-8, whatever Python read them as."""
    return os.fsencode(path).decode("utf-8", "replace")


def inert(text: str) -> str:
    """Return text whose workflow commands do nothing.

    GitHub's runner reads them off any output.

    It takes ``::name ...::`` at the start of a line, however far indented, and ``##[name]`` anywhere.
    """
    return _COMMAND.sub(lambda found: found[0][0] + _LOOKALIKES[found[0][1]], text)


def printable(text: str) -> str:
    """Return text as it may be printed to any terminal or log: `visible`, and `inert`."""
    return inert(visible(text))


def inert_json(text: str) -> str:
    """Return a JSON text that holds the same, without workflow commands.

    A log may show it too.

    None stands at the start of a line there, so that only ``##[name]`` is one.
    """
    return text.replace("##[", "##\\u005b")


def inert_html(page: str) -> str:
    """Return a page of HTML that shows the same, without workflow commands.

    A log may show it too.

    Its scripts and its style have no such line; everywhere else a character may be written by number.
    """
    return _LINE_COMMAND.sub(r"\1&#58;", page).replace("##[", "#&#35;[")


def one_line(text: str, *, limit: int = 300) -> str:
    """Return text as one line, for tables."""
    return visible(" ".join(text.split()), limit=limit)


def spreadsheet(text: str) -> str:
    """Return text as one line that no spreadsheet takes for a formula."""
    line = one_line(text, limit=MAX_CELL)
    return f"'{line}" if line.startswith(_FORMULA) else line


def markdown(text: str) -> str:
    """Return text as one line of GitHub-flavoured Markdown that shows it literally."""
    return _escaped(one_line(text, limit=1000))


def markdown_prose(text: str) -> str:
    """Return a message as a line of Markdown, with its backticks as code.

    Outside tables.
    """
    pieces = one_line(text, limit=1000).split("`")
    # Backticks without a partner, or next to each other, could be paired otherwise than they are here.
    if len(pieces) % 2 == 0 or not all(piece.strip() for piece in pieces[1:-1]):
        return markdown(text)
    return "".join(
        f"`{inert(piece)}`" if index % 2 else _escaped(piece) for index, piece in enumerate(pieces)
    )


def fenced(text: str, syntax: str = "text") -> str:
    """Return text as a fenced code block of Markdown that it cannot leave.

    Args:
        text: of any origin.
        syntax: the language that GitHub highlights it as.
    """
    shown = printable(text)  # a form may be printed too
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{syntax}\n{shown}\n{fence}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)


def _visible(line: str) -> Iterator[str]:
    marks = 0
    for character in line:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        hidden = category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or marks > MAX_MARKS
        yield _REPLACEMENT if hidden else character
