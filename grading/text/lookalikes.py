"""Characters that are not seen, or look like one of a keyboard: what they are, and what to type instead.

They come out of word processors, chat programs and web pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from grading.text.i18n import _

Path = tuple[str | int, ...]

_SPACES: Final = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_UNSEEN: Final = "\u00ad\u034f\u061c\u180e\ufeff" + "".join(
    map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)])
)
_HIDDEN: Final = {**dict.fromkeys(_SPACES, " "), **dict.fromkeys(_UNSEEN, "")}
_PLAIN: Final = _HIDDEN | {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\ua789\u02d0\ufe55\uff1a", ":"),
}
"""By character, what a keyboard has in its place."""
_ODD: Final = re.compile(f"[{''.join(map(re.escape, _PLAIN))}]")
_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MOST: Final = 20
"""Places of an object that are looked at."""


class _Place(NamedTuple):
    """A name or a text in an object that holds such a character."""

    path: Path
    text: str
    is_name: bool


def readings(text: str) -> list[str]:
    """Return a text with ordinary spaces, then also ordinary quotes and dashes."""
    return [
        _ODD.sub(lambda found: _HIDDEN.get(found[0], found[0]), text),
        _ODD.sub(lambda found: _PLAIN[found[0]], text),
    ]


def last_place(text: str, line: int) -> tuple[int, int] | None:
    """Return the place of such a character in the last line that has one.

    Line and column, outside comments.

    Args:
        text: the file.
        line: the last one to look at, counted from 1 as the results are.
    """
    lines = _LINE_END.split(text)[:line]
    found = {
        number: odd.start() + 1
        for number, line in enumerate(lines, 1)
        if (odd := _ODD.search(line)) and line.lstrip()[:1] != "#"
    }
    return max(found.items(), default=None)


def cause(data: Any, heals: Callable[[Any], bool]) -> Path | None:
    """Return the path of the text whose characters make an object wrong.

    None if that is not the cause.

    A name with such a character is always wrong: Kubernetes has none.

    Args:
        data: the object.
        heals: whether an object is right.
    """
    places = list(islice(_places(data, ()), _MOST))

    def decides(place: _Place) -> bool:
        # Quotes that YAML does not know are a part of the text.
        texts = (*readings(place.text), readings(place.text)[-1].strip("\"'"))
        return any(heals(_with(data, place.path, text)) for text in texts)

    return _first(places, decides)


def mentioned(data: Any, words: str) -> Path | None:
    """Return the path of a text with such a character that a message shows.

    Or of a name.
    """
    places = list(islice(_places(data, ()), _MOST))
    return _first(places, lambda place: any(_is_shown(found, words) for found in _ODD.findall(place.text)))


def told(text: str, line: int | None) -> str:
    """Return what to type in place of a line's first such character, if any.

    Args:
        text: the file.
        line: counted from 1.
    """
    lines = _LINE_END.split(text)
    found = _ODD.search(lines[line - 1]) if line and line <= len(lines) else None
    if found is None:
        return ""
    column = found.start() + 1
    name = f"{unicodedata.name(found[0])} (U+{ord(found[0]):04X})"
    instead = _PLAIN[found[0]]
    if not instead:
        return _(
            "Line {line}, column {column} holds {name}, which is invisible. Delete it.",
            line=line,
            column=column,
            name=name,
        )
    if instead == " ":
        return _(
            "Line {line}, column {column} holds {name}. Type an ordinary space instead.",
            line=line,
            column=column,
            name=name,
        )
    return _(
        "Line {line}, column {column} holds {name}. Type {instead} instead.",
        line=line,
        column=column,
        name=name,
        instead=instead,
    )


def _first(places: list[_Place], chosen: Callable[[_Place], bool]) -> Path | None:
    names = (place for place in places if place.is_name)
    texts = (place for place in places if not place.is_name and chosen(place))
    found = next(names, None) or next(texts, None)
    return found.path if found else None


def _is_shown(character: str, words: str) -> bool:
    """Return whether words hold a character, or the escape that Go prints for it."""
    return character in words or f"\\u{ord(character):04x}" in words


def _places(value: Any, at: Path) -> Iterator[_Place]:
    if isinstance(value, str) and _ODD.search(value):
        yield _Place(at, value, is_name=False)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*at, index))
    if isinstance(value, dict):
        for name, item in value.items():
            if _ODD.search(name):
                yield _Place((*at, name), name, is_name=True)
            yield from _places(item, (*at, name))


def _with(value: Any, path: Path, text: str) -> Any:
    """Return a value with another text at a place."""
    if not path:
        return text
    if isinstance(value, list):
        return [_with(item, path[1:], text) if index == path[0] else item for index, item in enumerate(value)]
    return {key: _with(item, path[1:], text) if key == path[0] else item for key, item in value.items()}
