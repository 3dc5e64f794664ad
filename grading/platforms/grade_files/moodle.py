"""The grading worksheet of a Moodle assignment, in English and Dutch.

Sources: moodle/moodle, ``mod/assign/feedback/offline`` and ``mod/assign/gradingtable.php``; its language
packs. Moodle compares the headings with those of its own language, so they are never changed.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import Final

from grading.platforms.grade_files.layout import (
    NO_DATE,
    Column,
    Layout,
    Student,
    number_of,
    ragged,
    rows_of_students,
    shortest,
    unread_dates,
)
from grading.platforms.grade_files.moments import written_moment
from grading.platforms.grade_files.table import Row, Table, position_of, positions
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked, n_

_HEADINGS: Final = {
    "identifier": ("Identifier", "Identificatie"),
    "name": ("Full name", "Volledige naam"),
    "email": ("Email address", "E-mailadres", "E-mail adres"),
    "username": ("Username", "Gebruikersnaam"),
    "status": ("Status",),
    "grade": ("Grade", "Cijfer"),
    "maximum": ("Maximum grade", "Maximaal cijfer", "Maximumcijfer"),
    "changeable": ("Grade can be changed", "Het cijfer kan gewijzigd worden", "Cijfer kan gewijzigd worden"),
    "submitted": ("Last modified (submission)", "Laatst gewijzigd (inzending)"),
    "graded": ("Last modified (grade)", "Laatst gewijzigd (beoordeling)", "Laatst gewijzigd (cijfer)"),
    "feedback": ("Feedback comments", "Feedback tekstvak"),
}
_GROUP: Final = ("Group", "Groep")
"""The heading behind the status if groups hand in. Profile fields before it may be called so too."""
_NO: Final = frozenset({"no", "nee"})
_LATE: Final = re.compile(r"\S (?:late|laat)$")
"""The end of a part of the status, as in ``2 days late`` and ``2 dagen laat``."""


class Moodle:
    """The grading worksheet of a Moodle assignment."""

    id = "moodle"
    name = marked("Moodle grading worksheet")
    excused: frozenset[str] = frozenset()

    def recognises(self, table: Table) -> bool:
        """Return whether the headings that Moodle needs for an import are there."""
        return {"identifier", "grade", "graded"} <= _columns(table).keys()

    def layout(self, table: Table) -> Layout:
        """Return the students, and the one column of grades."""
        columns = _columns(table)
        students = rows_of_students(table, partial(_student, columns=columns))
        rows = [table.rows[student.row] for student in students]
        told = {number_of(row.value(columns.get("maximum"))) for row in rows}
        maxima = told - {None}
        is_scale = bool(told) and not maxima and "maximum" in columns
        grade = columns["grade"]
        column = Column(
            grade,
            table.header.value(grade),
            "",
            maxima.pop() if len(maxima) == 1 else None,
            columns.get("feedback"),
            _("the assignment is graded with a scale, not with points") if is_scale else "",
        )
        dates = unread_dates(table, students, columns.get("submitted"))
        return Layout(students, (column,), _remarks(table), dates)

    def grade(self, points: float) -> str:
        """Return points as Moodle reads them in every language."""
        return shortest(points)


def _columns(table: Table) -> dict[str, int]:
    found = positions(table.header.values, _HEADINGS)
    columns = {key: index for key, index in found.items() if index is not None}
    behind = columns.get("status", -1) + 1
    group = position_of(table.header.values[behind:], _GROUP)
    return columns if group is None else {**columns, "group": behind + group}


def _student(number: int, row: Row, columns: dict[str, int]) -> Student | None:
    def value(key: str) -> str:
        return row.value(columns.get(key))

    # "Participant 123"; without a blank between them in Dutch.
    identifier = re.search(r"\d+$", value("identifier"))
    # If groups hand in, the numbers of a download are theirs, and the worksheet has a column for groups.
    kinds = [IdKind.MOODLE_IDENTIFIER] + ([] if "group" in columns else [IdKind.MOODLE_NUMBER])
    person = Person(
        name=value("name"),
        username=value("username"),
        email=value("email"),
        ids=dict.fromkeys(kinds, identifier[0]) if identifier else {},
    )
    if not (identifier or person.name):
        return None
    handed_in = written_moment(value("submitted"))
    locked = (
        _("according to Moodle, this grade cannot be changed")
        if value("changeable").casefold() in _NO
        else ""
    )
    late = _is_late(value("status")) if value("submitted") not in NO_DATE else None
    return Student(number, person, handed_in, late, locked, value("group"), _extension(value("status")))


def _is_late(status: str) -> bool | None:
    """Return whether the status of who handed something in says that it is late: by an extension, if any.

    A Dutch one says it of who handed in nothing, too.
    """
    if not status:
        return None
    return any(_LATE.search(part.strip()) for part in status.split(" - "))


def _extension(status: str) -> datetime | None:
    """Return until when a student may hand in, with which a status ends if Moodle granted an extension."""
    return written_moment(status.rpartition(" - ")[2].partition(": ")[2])


def _remarks(table: Table) -> tuple[str, ...]:
    number = len(ragged(table))
    if not number:
        return ()
    return (
        n_(
            "{n} row does not have as many cells as there are headings: Moodle does not import such a file",
            "{n} rows do not have as many cells as there are headings: Moodle does not import such a file",
            number,
        ),
    )
