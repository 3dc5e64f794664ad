"""The gradebook of Canvas, as CSV.

Source: instructure/canvas-lms, ``lib/gradebook_importer.rb`` and ``lib/gradebook_exporter.rb``.
"""

from __future__ import annotations

import re
from typing import Final

from grading.platforms.grade_files.layout import (
    HANDED_IN,
    Column,
    Layout,
    Student,
    number_of,
    rows_of_students,
    two_decimals,
    unread_dates,
)
from grading.platforms.grade_files.moments import written_moment
from grading.platforms.grade_files.table import Row, Table, position_of
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_ASSIGNMENT: Final = re.compile(r"(?P<name>.*\S)\s+\((?P<id>\d+)\)\s*")
_POINTS: Final = "points possible"
_MUTED: Final = "Manual Posting".casefold()
_STUDENTS_COLUMNS: Final = 8
"""Within so many columns from the left Canvas expects those about the student."""


class Canvas:
    """The gradebook of Canvas."""

    id = "canvas"
    name = marked("Canvas gradebook")
    excused = frozenset({"ex", "n/a"})

    def recognises(self, table: Table) -> bool:
        """Return whether the headings are Student, ID and Section, as Canvas demands them.

        A course that separates names has LastName and FirstName in place of Student.
        """
        place = _place_of_id(table)
        sections = table.header.values[place + 1 : _STUDENTS_COLUMNS] if place else ()
        return any("Section" in title for title in sections)

    def layout(self, table: Table) -> Layout:
        """Return the students, and the columns with the id of an assignment."""
        header = [title.strip() for title in table.header.values]
        place = _place_of_id(table)
        sis, login = position_of(header, ["SIS User ID"]), position_of(header, ["SIS Login ID"])
        handed_in = position_of(header, HANDED_IN)  # an instructor has added it: Canvas has no dates
        points = next((row for row in table.rows[1:] if _POINTS in row.value(0).casefold()), None)

        def student(number: int, row: Row) -> Student | None:
            special = (_POINTS, _MUTED)
            if row is points or any(word in row.value(0).casefold() for word in special):
                return None
            ids = {IdKind.CANVAS_USER_ID: row.value(place), IdKind.SIS_USER_ID: row.value(sis)}
            person = Person(
                name=" ".join(_name(row.value(index)) for index in reversed(range(place or 0))).strip(),
                username=row.value(login),
                ids={kind: value for kind, value in ids.items() if value},
            )
            moment = written_moment(row.value(handed_in))
            return Student(number, person, moment) if person.name or person.ids else None

        columns = (_column(index, title, points) for index, title in enumerate(header))
        students = rows_of_students(table, student)
        dates = unread_dates(table, students, handed_in)
        return Layout(students, tuple(filter(None, columns)), dates=dates)

    def grade(self, points: float) -> str:
        """Return points as Canvas reads them.

        It takes the last comma or point for the decimal sign.
        """
        return two_decimals(points)


def _place_of_id(table: Table) -> int | None:
    """Return the number of the column with the ids, behind that, or those, of the name; None if none is."""
    for names in (("Student",), ("LastName", "FirstName")):
        wanted = (*names, "ID")
        if all(word in table.header.value(index) for index, word in enumerate(wanted)):
            return len(names)
    return None


def _name(cell: str) -> str:
    """Return a name; one that could be a formula is written as ``="..."``."""
    formula = re.fullmatch(r'="(.*)"', cell)
    return formula[1] if formula else cell


def _column(index: int, title: str, points: Row | None) -> Column | None:
    found = _ASSIGNMENT.fullmatch(title)
    if not found:
        return None
    possible = points.value(index) if points else ""
    locked = _("Canvas marks this column as read-only") if "read only" in possible else ""
    return Column(index, title, found["name"], number_of(possible), locked=locked)
