"""Names that a student gave to programs: ``alias`` of sh, ``Set-Alias`` of PowerShell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from grading.commands.dialects import Dialect
from grading.commands.programs import load_table
from grading.commands.words import Part, Unreadable, split

_OF_POWERSHELL: Final = frozenset({"set-alias", "new-alias", "sal", "nal"})


def aliases(part: Part, dialect: Dialect) -> dict[str, tuple[str, ...]]:
    """Return the aliases that a command sets for programs, with their words."""
    words = [word.text for word in part.words if not word.expands]
    if words[:1] == ["alias"]:
        pairs = [(name, value) for name, _equals, value in (word.partition("=") for word in words[1:])]
    elif words and words[0].casefold() in _OF_POWERSHELL:
        named = [word for word in words[1:] if not word.startswith("-")]
        pairs = [(named[0], named[1])] if len(named) == 2 else []
    else:
        return {}
    return dict(_played(pairs, dialect))


def _played(pairs: Sequence[tuple[str, str]], dialect: Dialect) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in pairs:
        try:
            parts = split(value, dialect)
        except Unreadable:
            continue
        words = tuple(word.text for part in parts for word in part.words)
        is_plain = len(parts) == 1 and not parts[0].redirections
        is_plain = is_plain and not any(word.expands for word in parts[0].words)
        # A name of the table stays what it is, so that every line reads as it does without the alias.
        if is_plain and load_table().program(words[0]) and not load_table().knows(name):
            yield name, words
