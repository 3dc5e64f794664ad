"""A grade file of a platform: who and what it is about, and the same file with grades in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grading.files import read_regular
from grading.platforms.grade_files.blackboard import Blackboard
from grading.platforms.grade_files.brightspace import Brightspace
from grading.platforms.grade_files.canvas import Canvas
from grading.platforms.grade_files.classroom50 import Classroom50
from grading.platforms.grade_files.encoding import Encoding, decoded
from grading.platforms.grade_files.layout import Column, Form, Layout, Student
from grading.platforms.grade_files.moodle import Moodle
from grading.platforms.grade_files.plain import Plain
from grading.platforms.grade_files.table import Table, tables
from grading.platforms.matching import comparable_name
from grading.platforms.person import Person
from grading.text.i18n import _
from grading.text.sanitize import one_line, spreadsheet

MAX_BYTES: Final = 32 * 2**20
FORMS: Final[tuple[Form, ...]] = (Moodle(), Canvas(), Blackboard(), Brightspace(), Classroom50(), Plain())
"""In the order in which they are tried: the last takes any table with names."""

_EXCEL: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook of Excel begins: ``.xlsx``, ``.xls``."""


class GradeFileError(Exception):
    """A grade file cannot be used: the message says why, and what to do."""


@dataclass(frozen=True)
class Graded:
    """What goes into the row of a student.

    Attributes:
        points: in the points of the column.
        feedback: for the student; left as it is if it is empty.
    """

    points: float
    feedback: str = ""


@dataclass(frozen=True)
class GradeFile:
    """A grade file.

    Attributes:
        form: of which platform.
        table: its text.
        encoding: how the text is stored.
        layout: who and what it is about.
    """

    form: Form
    table: Table
    encoding: Encoding
    layout: Layout

    @property
    def students(self) -> tuple[Student, ...]:
        """A row for each student."""
        return self.layout.students

    def members(self, group: str) -> tuple[Person, ...]:
        """Return who is in a group, by its name; nobody if the file does not say."""
        wanted = comparable_name(group)
        return tuple(
            student.person
            for student in self.students
            if student.group and comparable_name(student.group) == wanted
        )

    def column(self, wanted: str | None, title: str) -> Column:
        """Return the column that takes the grades.

        Args:
            wanted: its heading, or the name of the assignment in it; None for the one of the title.
            title: of the assignment.

        Raises:
            GradeFileError: there is none, or more than one, or the platform takes no grades for it.
        """
        columns = self.layout.columns
        if wanted is None:
            found = [
                column for column in columns if not column.name or _folded(column.name) == _folded(title)
            ]
        else:
            found = [column for column in columns if column.title.strip() == wanted.strip()] or [
                column for column in columns if _folded(wanted) in map(_folded, (column.title, column.name))
            ]
        if len(found) != 1:
            raise GradeFileError(self._no_column(wanted, title, found))
        if found[0].locked:
            raise GradeFileError(
                _(
                    "grades cannot be written to the column {title}: {why}",
                    title=found[0].title,
                    why=found[0].locked,
                )
            )
        return found[0]

    def _no_column(self, wanted: str | None, title: str, found: list[Column]) -> str:
        titles = ", ".join(repr(column.title) for column in found or self.layout.columns)
        if not self.layout.columns:
            return _("no column in this file ({form}) accepts grades", form=_(self.form.name))
        if found:
            return _(
                "more than one column has the title {title}: {titles}; give the full title of one with "
                "--column",
                title=repr(title if wanted is None else wanted),
                titles=titles,
            )
        return _(
            "no column has the title {title}; choose one of {titles} with --column",
            title=repr(title if wanted is None else wanted),
            titles=titles,
        )

    def held(self, column: Column, student: Student) -> str:
        """Return what the cell of a student's grade holds already."""
        return self.table.rows[student.row].value(column.index)

    def refusal(self, column: Column, student: Student) -> str:
        """Return why the cell of a student's grade is not to be filled; empty if it is."""
        row, width = self.table.rows[student.row], len(self.table.header.raw)
        if len(row.raw) != width:
            return _(
                "line {line} of the file has {cells} cells, but there are {width} headings",
                line=student.row + 1,
                cells=len(row.raw),
                width=width,
            )
        held = self.held(column, student)
        if held.casefold() in self.form.excused:
            return _("the cell contains {held}, so no grade can be written there", held=held)
        return student.locked

    def fill(self, column: Column, cells: Mapping[int, Graded]) -> bytes:
        """Return the file with grades in a column, otherwise byte for byte as it was.

        Args:
            column: one of the layout.
            cells: what goes into them, by the number of the student's row.
        """
        values: dict[tuple[int, int], str] = {}
        for row, graded in cells.items():
            values[row, column.index] = self.form.grade(graded.points)
            if column.feedback is not None and graded.feedback:
                values[row, column.feedback] = harmless(graded.feedback)
        return self.encoding.encode(self.table.filled(values).text())


def harmless(text: str) -> str:
    r"""Return feedback that no spreadsheet, nor Moodle, takes for something else.

    PHP takes ``\"`` for a quote that does not end the cell, so that no backslash may stand before a quote, or
    at the end.
    """
    return re.sub(r'\\+(?="|$)', "", spreadsheet(text))


def read_grade_file(path: Path) -> GradeFile:
    """Return the grade file, or the list of students, of a path.

    Args:
        path: of the file, as the platform wrote it.

    Raises:
        GradeFileError: it cannot be read, or is of no form that is known.
    """
    try:
        data = read_regular(path, MAX_BYTES, follow=True)
    except OSError as error:
        raise GradeFileError(f"{path}: {error.strerror}") from error
    if data.startswith(_EXCEL):
        raise GradeFileError(
            _(
                "{path} is an Excel workbook or an archive. Give the file from the platform itself: CSV, or "
                "text with tabs",
                path=path,
            )
        )
    try:
        text, encoding = decoded(data)
    except UnicodeDecodeError as error:
        raise GradeFileError(
            _("{path}: its character encoding is not recognised: {error}", path=path, error=error)
        ) from error
    if not text.strip():
        raise GradeFileError(_("{path} is empty", path=path))
    for form, table in _readings(text):
        if form.recognises(table):
            return GradeFile(form, table, encoding, form.layout(table))
    first = one_line(text.split("\n", 1)[0])
    raise GradeFileError(
        _(
            "{path} is not one of the known grade files: {forms}. It begins with {first}",
            path=path,
            forms=", ".join(_(form.name) for form in FORMS),
            first=repr(first),
        )
    )


def _readings(text: str) -> Iterable[tuple[Form, Table]]:
    made = list(tables(text))
    return ((form, table) for form in FORMS for table in made)


def _folded(title: str) -> str:
    """Return a title by its letters and digits alone.

    Downloads have changed the others.
    """
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", title).casefold()))
