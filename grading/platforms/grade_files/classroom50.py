"""The scores of Classroom 50, ``scores.csv``.

Source: foundation50's ``gh teacher download``. It has a line for each submission; that of the last one is
the student's.
"""

from __future__ import annotations

from datetime import UTC, datetime
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
    unread_dates,
)
from grading.platforms.grade_files.moments import in_zone, written_moment
from grading.platforms.grade_files.table import Row, Table, position_of, positions
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_TITLES: Final = ("username", "first_name", "last_name", "email", "score", "max_score", "datetime", "late")
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_LATE: Final = {"true": True, "false": False}


class Classroom50:
    """The scores of Classroom 50."""

    id = "classroom50"
    name = marked("Classroom 50 scores")
    excused: frozenset[str] = frozenset()

    def recognises(self, table: Table) -> bool:
        """Return whether the headings are those of ``scores.csv``."""
        return all(position_of(table.header.values, [title]) is not None for title in _TITLES)

    def layout(self, table: Table) -> Layout:
        """Return the students, each with their last submission, and the column of scores."""
        places = positions(table.header.values, {title: [title] for title in _TITLES})
        found = rows_of_students(table, partial(_student, places=places))
        students = _last(found)
        maxima = {number_of(table.rows[student.row].value(places["max_score"])) for student in students}
        maxima.discard(None)
        maximum = maxima.pop() if len(maxima) == 1 else None
        score = places["score"]
        assert score is not None  # noqa: S101 - it is recognised by it
        remark = _("As far as known, Classroom 50 cannot import this file: keep it for your own records.")
        dates = unread_dates(table, found, places["datetime"])  # of all: they tell which is the last
        return Layout(students, (Column(score, "score", "", maximum),), (remark,), dates)

    def grade(self, points: float) -> str:
        """Return points, whole if they are."""
        return shortest(points)


def _student(number: int, row: Row, places: dict[str, int | None]) -> Student | None:
    username = row.value(places["username"])
    if not username:
        return None
    person = Person(
        name=full_name(row, places["first_name"], places["last_name"]),
        email=row.value(places["email"]),
        ids={IdKind.GITHUB_USERNAME: username},
    )
    late = _LATE.get(row.value(places["late"]).casefold())
    return Student(number, person, written_moment(row.value(places["datetime"])), late)


def _last(students: tuple[Student, ...]) -> tuple[Student, ...]:
    """Return each student once, if the dates tell which submission is their last."""
    last: dict[str, datetime] = {}
    for student in students:
        user = student.person.ids[IdKind.GITHUB_USERNAME].casefold()
        last[user] = max(_moment(student), last.get(user, _NEVER))
    return tuple(
        student
        for student in students
        if _moment(student) == last[student.person.ids[IdKind.GITHUB_USERNAME].casefold()]
    )


def _moment(student: Student) -> datetime:
    return in_zone(student.handed_in, UTC) if student.handed_in else _NEVER
