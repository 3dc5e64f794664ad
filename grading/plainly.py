"""Make text of unknown origin harmless for the place that it is shown in."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Everything that could move a cursor, change a colour, reorder or hide text: control characters but
# newline, and format characters (bidirectional overrides among them).
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@:$])")
MAX_LINE: Final = 2000


def visible(text: str, *, limit: int = MAX_LINE) -> str:
    """Return text without control and format characters but newlines, each line cut to ``limit``."""
    lines = []
    for line in text.expandtabs(4).replace("\r\n", "\n").split("\n"):
        shown = line if len(line) <= limit else line[:limit] + "…"
        lines.append("".join(_visible(character) for character in shown))
    return "\n".join(lines)


def one_line(text: str, *, limit: int = 300) -> str:
    """Return text as one line, for tables."""
    return visible(" ".join(text.split()), limit=limit)


def markdown(text: str) -> str:
    """Return text as one line of GitHub-flavoured Markdown that shows it literally."""
    return _MARKDOWN.sub(r"\\\1", one_line(text, limit=1000)).replace("\\<", "&lt;").replace("\\&", "&amp;")


def fenced(text: str) -> str:
    """Return text as a fenced code block of Markdown that it cannot leave."""
    shown = visible(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    return _REPLACEMENT if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else character
