"""A list of students that no platform dictates: any table with columns known by their titles."""

from __future__ import annotations

from functools import partial
from typing import Final

from grading.platforms.grade_files.layout import (
    HANDED_IN,
    Column,
    Layout,
    Student,
    full_name,
    rows_of_students,
    shortest,
    unread_dates,
)
from grading.platforms.grade_files.moments import written_moment
from grading.platforms.grade_files.table import Row, Table, positions
from grading.platforms.person import IdKind, Person
from grading.text.i18n import marked

_HEADINGS: Final = {
    "name": ("name", "full name", "full_name", "student", "naam", "volledige naam", "roster_identifier"),
    "last": ("last name", "last_name", "surname", "achternaam", "familienaam"),
    "first": ("first name", "first_name", "voornaam"),
    "username": ("username", "user name", "login", "gebruikersnaam", "r-nummer", "studentennummer"),
    "email": ("email", "e-mail", "email address", "e-mailadres", "mail"),
    "sid": ("sid", "student id"),
    "github": ("github_username", "github username", "github"),
    "handed_in": HANDED_IN,
    "feedback": ("feedback", "comments", "opmerkingen"),
}
_IDENTIFYING: Final = ("name", "last", "username", "email", "sid", "github")


class Plain:
    """A list of students."""

    id = "list"
    name = marked("list of students")
    excused: frozenset[str] = frozenset()

    def recognises(self, table: Table) -> bool:
        """Return whether a column says who a row is about."""
        places = positions(table.header.values, _HEADINGS)
        return any(places[key] is not None for key in _IDENTIFYING)

    def layout(self, table: Table) -> Layout:
        """Return the students; any other column may take grades, if it is named."""
        places = positions(table.header.values, _HEADINGS)
        students = rows_of_students(table, partial(_student, places=places))
        known = {index for index in places.values() if index is not None}
        columns = (
            Column(index, title, title.strip(), None, places["feedback"])
            for index, title in enumerate(table.header.values)
            # One without a heading is an index, or what is behind a delimiter at the end of a line.
            if index not in known and title.strip()
        )
        return Layout(students, tuple(columns), dates=unread_dates(table, students, places["handed_in"]))

    def grade(self, points: float) -> str:
        """Return points with a decimal point."""
        return shortest(points)


def _student(number: int, row: Row, places: dict[str, int | None]) -> Student | None:
    def value(key: str) -> str:
        return row.value(places[key])

    ids = {IdKind.GRADESCOPE_SID: value("sid"), IdKind.GITHUB_USERNAME: value("github")}
    person = Person(
        name=value("name") or full_name(row, places["first"], places["last"]),
        username=value("username"),
        email=value("email"),
        ids={kind: text for kind, text in ids.items() if text},
    )
    if person == Person():
        return None
    return Student(number, person, written_moment(value("handed_in")))
