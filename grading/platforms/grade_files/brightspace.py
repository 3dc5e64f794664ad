"""The export of grades of Brightspace.

Source: D2L's knowledge base on importing grades, and exports in the wild.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from grading.platforms.grade_files.layout import (
    Column,
    Layout,
    Student,
    full_name,
    number_of,
    rows_of_students,
    two_decimals,
)
from grading.platforms.grade_files.table import Row, Table, positions
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_GRADE: Final = re.compile(r"(?P<name>.*\S)\s+Points Grade(?:\s*<(?P<says>[^>]*)>)?\s*")
_MAXIMUM: Final = re.compile(r"MaxPoints:\s*(\d[\d.,]*)")
_END: Final = "End-of-Line Indicator"
_HEADINGS: Final = {
    "id": ("OrgDefinedId",),
    "username": ("Username",),
    "last": ("Last Name",),
    "first": ("First Name",),
    "email": ("Email",),
    "end": (_END,),
}


class Brightspace:
    """The export of grades of Brightspace."""

    id = "brightspace"
    name = marked("Brightspace grades")
    excused: frozenset[str] = frozenset()

    def recognises(self, table: Table) -> bool:
        """Return whether the headings name students and grades as Brightspace does.

        Or the line's end.
        """
        places = positions(table.header.values, _HEADINGS)
        named = places["id"] is not None or places["username"] is not None
        graded = any(_GRADE.fullmatch(title.strip()) for title in table.header.values)
        return named and (graded or places["end"] is not None)

    def layout(self, table: Table) -> Layout:
        """Return the students, and the columns of points."""
        places = positions(table.header.values, _HEADINGS)
        students = rows_of_students(table, partial(_student, places=places))
        columns = (_column(index, title.strip()) for index, title in enumerate(table.header.values))
        return Layout(students, tuple(filter(None, columns)))

    def grade(self, points: float) -> str:
        """Return points as Brightspace reads them."""
        return two_decimals(points)


def _student(number: int, row: Row, places: dict[str, int | None]) -> Student | None:
    identity = row.value(places["id"]).removeprefix("#")  # so that no spreadsheet takes it for a number
    person = Person(
        name=full_name(row, places["first"], places["last"]),
        username=row.value(places["username"]).removeprefix("#"),
        email=row.value(places["email"]),
        ids={IdKind.ORG_DEFINED_ID: identity} if identity else {},
    )
    if not (identity or person.username or person.name):
        return None
    end = places["end"]
    is_whole = end is None or row.value(end) == "#"
    return Student(number, person, locked="" if is_whole else _("the line does not end with #"))


def _column(index: int, title: str) -> Column | None:
    found = _GRADE.fullmatch(title)
    if not found:
        return None
    maximum = _MAXIMUM.search(found["says"] or "")
    return Column(index, title, found["name"], number_of(maximum[1]) if maximum else None)
