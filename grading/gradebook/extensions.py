"""``--extensions FILE``: deadlines of single students, as ``student,deadline,reason``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from grading.files import read_regular
from grading.gradebook.errors import GradebookError
from grading.gradebook.lateness import deadline_of
from grading.gradebook.model import Entry
from grading.gradebook.own_lists import by_name, read_table, why_not_one
from grading.platforms.grade_files.encoding import decoded
from grading.text.i18n import _
from grading.text.sanitize import one_line

MAX_BYTES: Final = 4 * 2**20
_HEADINGS: Final = {
    "student": ("student",),
    "deadline": ("deadline", "due date"),
}


def extended(entries: Sequence[Entry], path: Path, zone: tzinfo | None) -> tuple[Entry, ...]:
    """Return the entries of a class, with the deadlines that a file gives to some of them.

    Args:
        entries: of the class; a deadline of a member is that of the whole group.
        path: of the file.
        zone: of deadlines that name none; None for that of this machine.

    Raises:
        GradebookError: the file cannot be read, or a line of it names no student or no deadline beyond doubt.
    """
    found: dict[str, datetime] = {}
    students = by_name(entries)
    for number, student, text in _lines(path):
        named = students.get(student.casefold(), [])
        why = why_not_one(named)
        if not why and named[0].key in found:
            why = _("this student, or one of the same group, has an extension on another line")
        if why:
            raise GradebookError(_refused(path, number, student, why))
        try:
            found[named[0].key] = deadline_of(text, zone)
        except GradebookError as error:
            raise GradebookError(_refused(path, number, student, str(error))) from error
    return tuple(
        entry.model_copy(update={"deadline": found[entry.key]}) if entry.key in found else entry
        for entry in entries
    )


def _lines(path: Path) -> list[tuple[int, str, str]]:
    """Return the number of each row, its student and deadline.

    Raises:
        GradebookError: the file cannot be read as such a list.
    """
    try:
        text, _encoding = decoded(read_regular(path, MAX_BYTES, follow=True))
    except (OSError, UnicodeDecodeError) as error:
        raise GradebookError(_("{file} cannot be read: {error}", file=path, error=error)) from error
    known = read_table(text, _HEADINGS, ("student", "deadline"))
    if known is None:
        raise GradebookError(
            _(
                "{file}: the first line must be student,deadline,reason (semicolons or tabs are allowed too)",
                file=path,
            )
        )
    table, places = known
    return [
        (number, row.value(places["student"]), row.value(places["deadline"]))
        for number, row in enumerate(table.rows[1:], 2)
        if any(value.strip() for value in row.values)
    ]


def _refused(path: Path, number: int, student: str, why: str) -> str:
    return _(
        "{file}, row {number}: {student}: {why}", file=path, number=number, student=one_line(student), why=why
    )
