"""Lists that an instructor writes about single students, with any delimiter that a spreadsheet saves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from grading.gradebook.model import Entry
from grading.platforms.grade_files.table import Table, positions, tables
from grading.text.i18n import _


def read_table(
    text: str, headings: Mapping[str, Sequence[str]], needed: Collection[str]
) -> tuple[Table, dict[str, int]] | None:
    """Return the table in a text, and where its columns are.

    Args:
        text: of the file.
        headings: names that a column may have, by its key.
        needed: keys of columns that must be there.

    Returns:
        None if its first line names not all that are needed.
    """
    for table in tables(text) if text.strip() else ():
        found = positions(table.header.values, headings)
        places = {key: index for key, index in found.items() if index is not None}
        if set(needed) <= places.keys():
            return table, places
    return None


def by_name(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return the entries by key, user names, e-mail addresses and other ids, without regard to case."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        names = {entry.key}
        for person in entry.persons:
            names |= {person.username, person.email, *person.ids.values()}
        for name in {name.strip().casefold() for name in names} - {""}:
            found[name].append(entry)
    return found


def why_not_one(found: Sequence[Entry]) -> str:
    """Return why a name names nobody beyond doubt, by those who have it; empty if it names one."""
    if len(found) == 1:
        return ""
    return _("more than one student has this name") if found else _("this student is not in the class")
