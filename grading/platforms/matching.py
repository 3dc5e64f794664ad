"""Match the students of a class with the rows of a file, beyond doubt or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, joined

_APOSTROPHES: Final = "['`\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]"
_PARTICLES: Final = frozenset(
    {"da", "de", "del", "den", "der", "di", "dos", "du", "el", "het", "la", "le", "op", "te", "ten", "ter"}
    | {"van", "vande", "vanden", "vander", "von", "zu"}
)
"""Words that many family names begin with."""
_SHORTEST: Final = 3
"""Letters of a word that is looked for in a name without blanks."""

_Key = tuple[str, str]
"""What identifies somebody: of which kind, and its value in a form that can be compared."""


@dataclass(frozen=True)
class Matching:
    """Who is who.

    Attributes:
        found: the number of the row, by the number of the person.
        unsure: why there is no row for a person, by their number.
        candidates: the numbers of the rows that may be about one of those.
    """

    found: dict[int, int] = field(default_factory=dict)
    unsure: dict[int, str] = field(default_factory=dict)
    candidates: set[int] = field(default_factory=set)


def match(persons: Sequence[Person], rows: Sequence[Person]) -> Matching:
    """Return which row is about which person.

    Ids decide, then user names, e-mail addresses, names of folders as user names, and full names. A weaker
    key decides only if both sides agree in every stronger one that both have, and if it is nobody else's on
    either side. Names that have nothing in common are two persons, whatever else is the same.

    Args:
        persons: the class.
        rows: the persons that the rows of a file are about.
    """
    theirs, others = [_keys(person) for person in persons], [_keys(row) for row in rows]
    holders, places = _by_key(theirs), _by_key(_with_folders(others))
    result = Matching()
    for number, keys in enumerate(theirs):
        fitting, doubt = _rows(keys, holders, places, others)
        if doubt:
            result.unsure[number] = doubt
            result.candidates.update(fitting)
        else:
            result.found[number] = fitting[0]
    _part(result)
    return result


def why_nobody(persons: Sequence[Person], rows: Sequence[Person]) -> str:
    """Return why a file can be about nobody of a class; empty if it has what the class is known by.

    Args:
        persons: the class.
        rows: the persons that the rows of the file are about.
    """
    known = {kind for person in persons for kind, _value in _keys(person)}
    told = {kind for keys in _with_folders([_keys(row) for row in rows]) for kind, _value in keys}
    if known & told or _NAME in told or _NAME not in known:
        return ""
    return _(
        "the file has no names, and the class is known by {kinds} only: export the file again, with last and "
        "first names",
        kinds=joined(", ", sorted(known)),
    )


def _rows(
    keys: Sequence[_Key],
    holders: dict[_Key, list[int]],
    places: dict[_Key, list[int]],
    others: Sequence[Sequence[_Key]],
) -> tuple[Sequence[int], str]:
    """Return the row of a person, or possible rows, and why none is certain."""
    doubt = _("not in the file")
    for key in keys:
        shared = places.get(key, [])
        rows = [row for row in shared if not _contradicts(keys, others[row], key)]
        if not rows:
            if shared:
                doubt = _(
                    "the file contains the same {kind}, but its other data belong to another student",
                    kind=key[0],
                )
            continue
        if len(rows) > 1 or len(holders[key]) > 1:
            if key[0] != _NAME:
                return rows, _("more than one student has the {kind} {value}", kind=key[0], value=key[1])
            return rows, _("more than one student in the file has this name")
        if key[0] == IdKind.FOLDER and (
            named := {row for row in places.get((_NAME, comparable_name(key[1])), []) if row != rows[0]}
        ):
            why = _("folder {name} is the user name of one student and the name of another", name=key[1])
            return sorted({*rows, *named}), why
        if _is_of_another_name(keys, key, others[rows[0]]):
            return (), _(
                "the {kind} {value} belongs to a student with another name", kind=key[0], value=key[1]
            )
        return rows, ""
    return (), doubt


def _is_of_another_name(keys: Sequence[_Key], shared: _Key, row: Sequence[_Key]) -> bool:
    """Return whether the names of a person and a row are two persons', though they share a key."""
    kind, value = shared
    name, other = dict(keys).get(_NAME, ""), dict(row).get(_NAME, "")
    if kind == IdKind.FOLDER and name == comparable_name(value):
        return False  # nothing else has told a name
    if kind == IdKind.CANVAS_USER_ID and _is_within(name, other):
        return False
    return _is_another(name, other)


def _contradicts(keys: Sequence[_Key], row: Sequence[_Key], shared: _Key) -> bool:
    """Return whether a row contradicts a stronger key than the shared one."""
    stronger = dict(keys[: keys.index(shared)])
    return any(kind in stronger and stronger[kind] != value for kind, value in row)


def _part(result: Matching) -> None:
    """Take away the row of persons who were led to the same one by different keys."""
    by_row = defaultdict(list)
    for number, row in result.found.items():
        by_row[row].append(number)
    for row, numbers in by_row.items():
        if len(numbers) > 1:
            result.candidates.add(row)
            for number in numbers:
                del result.found[number]
                result.unsure[number] = _("more than one student matches the same row")


def _by_key(all_keys: Sequence[Sequence[_Key]]) -> dict[_Key, list[int]]:
    found: dict[_Key, list[int]] = defaultdict(list)
    for number, keys in enumerate(all_keys):
        for key in keys:
            found[key].append(number)
    return found


_USERNAME, _EMAIL, _NAME = "username", "email", "name"


def _keys(person: Person) -> list[_Key]:
    """Return what identifies a person, the strongest first."""
    return list(_told(person))


def _with_folders(rows: Sequence[Sequence[_Key]]) -> list[list[_Key]]:
    """Return the keys of rows, with the names of folders that may mean them."""
    return [
        [*keys, *((IdKind.FOLDER.value, value) for kind, value in keys if kind == _USERNAME)] for keys in rows
    ]


def _told(person: Person) -> Iterator[_Key]:
    for kind in (kind for kind in IdKind if kind is not IdKind.FOLDER):
        if person.ids.get(kind, "").strip():
            yield kind.value, person.ids[kind].strip().casefold()
    username, email = person.username.strip().casefold(), person.email.strip().casefold()
    if username and "@" not in username:
        yield _USERNAME, username
    if email or "@" in username:  # with which students log in at some schools
        yield _EMAIL, email or username
    if folder := person.ids.get(IdKind.FOLDER, "").strip().casefold():
        yield IdKind.FOLDER.value, folder
    if comparable_name(person.name):
        yield _NAME, comparable_name(person.name)


def comparable_name(name: str) -> str:
    """Return a name in the one form in which equal names are equal.

    Platforms write the same name as ``Last, First``, in another Unicode form, with another apostrophe or
    without it, and with underscores for blanks. Accents and the order of words stay: they tell people apart.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    last, comma, first = text.partition(",")
    if comma and "," not in first:
        text = f"{first} {last}"
    text = re.sub(_APOSTROPHES, "", text)
    return " ".join(re.findall(r"[^\s_]+", text))


def _is_another(one: str, other: str) -> bool:
    """Return whether two names have nothing in common."""
    if not one or not other:
        return False
    return not _words(one) & _words(other) and _squeezed(one) != _squeezed(other)


def _is_within(one: str, other: str) -> bool:
    """Return whether a name without blanks, as in Canvas's files, has a word of the other name in it."""
    if len(one.split()) > 1:
        one, other = other, one
    return len(one.split()) == 1 and any(word in one for word in _words(other) if len(word) >= _SHORTEST)


def _words(name: str) -> set[str]:
    """Return the words of a name that tell it from others."""
    return set(re.findall(r"\w{2,}", name)) - _PARTICLES


def _squeezed(name: str) -> list[str]:
    """Return the letters of a name, whatever the order of its words."""
    return sorted(re.sub(r"\W", "", name))
