"""The download of Blackboard's Grade Center: CSV, or a text with tabs and the name ``.xls``.

Source: headings of downloads in the wild, and Blackboard's "Uploading or Downloading Grade Center Items". A
column without its id would become a new column of text, so headings are never changed.
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
    shortest,
)
from grading.platforms.grade_files.table import Row, Table, position_of, positions
from grading.platforms.person import Person
from grading.text.i18n import _, marked

_GRADE: Final = re.compile(r"(?P<name>.*\S)\s*\[(?P<says>[^\[\]]*)\]\s*\|\s*(?P<id>\d+)\s*")
_MAXIMUM: Final = re.compile(r":\s*(?P<points>\d[\d.,]*)\s")
"""In ``Total Pts: 100 Score``; a calculated column has ``Total Pts: up to 505 Score``."""
_NO_POINTS: Final = re.compile("percent|letter|te[kx]s?t|compl", re.IGNORECASE)
"""Words for how a column is shown, in place of ``Score``: 17 in a column of percentages is not 17 points."""

_HEADINGS: Final = {
    "last": ("Last Name", "Achternaam", "Familienaam"),
    "first": ("First Name", "Voornaam"),
    "username": ("Username", "User Name", "Gebruikersnaam"),
    "feedback": ("Feedback to Learner", "Feedback to User", "Feedback voor cursist"),
}


class Blackboard:
    """The download of Blackboard's Grade Center."""

    id = "blackboard"
    name = marked("Blackboard grade column")
    excused: frozenset[str] = frozenset()

    def recognises(self, table: Table) -> bool:
        """Return whether there is a user name, and a column with the id of a grade."""
        is_known = position_of(table.header.values, _HEADINGS["username"]) is not None
        return is_known and any(_GRADE.fullmatch(title.strip()) for title in table.header.values)

    def layout(self, table: Table) -> Layout:
        """Return the students, and the columns that have an id."""
        titles = [title.strip() for title in table.header.values]
        places = positions(titles, _HEADINGS)
        students = rows_of_students(table, partial(_student, places=places))
        grades = [(index, title) for index, title in enumerate(titles) if _GRADE.fullmatch(title)]
        feedback = places["feedback"] if len(grades) == 1 else None
        return Layout(students, tuple(_column(index, title, feedback) for index, title in grades))

    def grade(self, points: float) -> str:
        """Return points as Blackboard reads them."""
        return shortest(points)


def _student(number: int, row: Row, places: dict[str, int | None]) -> Student | None:
    username = row.value(places["username"])
    name = full_name(row, places["first"], places["last"])
    return Student(number, Person(name=name, username=username)) if username or name else None


def _column(index: int, title: str, feedback: int | None) -> Column:
    found = _GRADE.fullmatch(title)
    assert found is not None  # noqa: S101 - such columns only
    maximum = _MAXIMUM.search(found["says"] + " ")
    points = number_of(maximum["points"]) if maximum else None
    return Column(index, title, found["name"], points, feedback, _locked(found["says"], points))


def _locked(says: str, points: float | None) -> str:
    """Return why a column takes no points, by what its heading says; empty if it does."""
    if points is None:
        return _("Blackboard calculates this column from other columns")
    if _NO_POINTS.search(says):
        return _(
            "the column does not show points; set its primary display to Score in Blackboard, and download "
            "the file again"
        )
    return ""
