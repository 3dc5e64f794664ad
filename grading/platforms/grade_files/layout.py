"""The layout of a platform's grade file: who its rows are about, and which columns take a grade."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Protocol

from grading.platforms.grade_files.moments import written_moment
from grading.platforms.grade_files.table import Row, Table
from grading.platforms.person import Person
from grading.text.i18n import n_
from grading.text.sanitize import one_line

HANDED_IN: Final = (
    *("handed in", "handed_in", "datetime", "submission time", "submission_timestamp"),
    *("ingediend", "ingeleverd"),
)
"""Titles of a column with dates, of which an instructor may have added one."""
NO_DATE: Final = frozenset({"", "-"})
"""Cells of a column with dates of who handed in nothing."""
_NUMBER: Final = re.compile(r"-?\d[\d.,\u00a0\u202f ']*")


@dataclass(frozen=True)
class Student:
    """A row about a student.

    Attributes:
        row: the number of the row in the table, from 0.
        person: who it is.
        handed_in: when, without a zone unless the file names one; None if it does not say.
        is_late: as the platform says; None if it does not say.
        locked: why its grade cannot be changed; empty if it can.
        group: the name of the group that the student hands in with; empty if the file does not say.
        extension: until when the platform lets this student hand in, without a zone unless the file names
            one; None if it grants no extension.
    """

    row: int
    person: Person
    handed_in: datetime | None = None
    is_late: bool | None = None
    locked: str = ""
    group: str = ""
    extension: datetime | None = None


@dataclass(frozen=True)
class Column:
    """A column of grades.

    Attributes:
        index: of the column in the table, from 0.
        title: as its heading has it.
        name: of the assignment, without what the platform adds to it; empty if the file is about one only.
        maximum: the points that a grade can have; None if the file does not say.
        feedback: the index of the column for feedback that belongs to it; None if there is none.
        locked: why the platform does not take grades for it; empty if it does.
    """

    index: int
    title: str
    name: str
    maximum: float | None = None
    feedback: int | None = None
    locked: str = ""


@dataclass(frozen=True)
class Layout:
    """A table that is recognised as a grade file.

    Attributes:
        students: a row for each, in the order of the file.
        columns: the columns of grades.
        remarks: what an instructor must know about it, a line each.
        dates: what must be known about its dates, if it is a roster, a line each.
    """

    students: tuple[Student, ...]
    columns: tuple[Column, ...]
    remarks: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


class Form(Protocol):
    """A form of grade files.

    Attributes:
        id: of the form; that of the platform's downloads, if it has any.
        name: for a person.
        excused: what a cell of grades holds, in lower case, if it takes no grade.
    """

    id: str
    name: str
    excused: frozenset[str]

    def recognises(self, table: Table) -> bool:
        """Return whether the headings are those of this form."""

    def layout(self, table: Table) -> Layout:
        """Return who and what a recognised table is about."""

    def grade(self, points: float) -> str:
        """Return points as the platform reads them."""


def two_decimals(points: float) -> str:
    """Return points with a decimal point and two digits, which every platform reads."""
    # By the digits that a person sees: 0.125 is 0.13, and so is 1.005 1.01, whatever it is in binary.
    return str(Decimal(repr(points)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def shortest(points: float) -> str:
    """Return points with a decimal point, and at most two digits behind it."""
    return two_decimals(points).rstrip("0").rstrip(".")


def number_of(text: str) -> float | None:
    """Return the number of a cell; the last comma or point in it is the decimal sign.

    Args:
        text: such as ``80``, ``12,5`` or ``1.250,00``.

    Returns:
        None if it is no number.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    whole, sign, decimals = re.sub("[\\s']", "", text).replace(",", ".").rpartition(".")
    try:
        return float(whole.replace(".", "") + sign + decimals)
    except ValueError:
        return None


def rows_of_students(table: Table, student: Callable[[int, Row], Student | None]) -> tuple[Student, ...]:
    """Return the students of all rows behind the headings.

    Args:
        table: the whole table.
        student: returns the student of a row, by its number and the row; None if it is about nobody.
    """
    rows = [(number, row) for number, row in enumerate(table.rows) if number and not row.is_blank]
    return tuple(found for number, row in rows if (found := student(number, row)) is not None)


def unread_dates(table: Table, students: Sequence[Student], index: int | None) -> tuple[str, ...]:
    """Return a remark about the dates that cannot be read.

    Args:
        table: the whole table.
        students: in its rows.
        index: of the column of dates; None if there is none.
    """
    cells = [table.rows[student.row].value(index) for student in students]
    wrong = [cell for cell in cells if cell not in NO_DATE and written_moment(cell) is None]
    if not wrong:
        return ()
    return (
        n_(
            "{n} date cannot be read: {first}; write 2026-11-27 23:59",
            "{n} dates cannot be read, such as {first}; write 2026-11-27 23:59",
            len(wrong),
            first=repr(one_line(wrong[0])),
        ),
    )


def full_name(row: Row, first: int | None, last: int | None) -> str:
    """Return a name of which two columns hold a part each; either may be missing."""
    return f"{row.value(first)} {row.value(last)}".strip()


def ragged(table: Table) -> Sequence[int]:
    """Return the numbers of the rows that have not as many cells as the headings."""
    width = len(table.header.raw)
    return [number for number, row in enumerate(table.rows) if not row.is_blank and len(row.raw) != width]
