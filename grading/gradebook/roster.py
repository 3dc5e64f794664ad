"""The members of a class and when they handed in, by a grade file or a list with dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from grading.gradebook.errors import GradebookError
from grading.gradebook.model import AttemptRecord, Entry
from grading.platforms.grade_files import GradeFile
from grading.platforms.grade_files.layout import Student
from grading.platforms.grade_files.moments import in_zone
from grading.platforms.matching import match, why_nobody
from grading.platforms.person import Person
from grading.text.i18n import _

MAX_KEY: Final = 80


@dataclass(frozen=True)
class Enrolled:
    """A class with those who handed in nothing.

    Attributes:
        entries: by key.
        remarks: students of the download whom the file does not name beyond doubt, and what is to be known
            about the dates of the file, a line each.
    """

    entries: tuple[Entry, ...]
    remarks: tuple[str, ...]


def enrolled(entries: Sequence[Entry], file: GradeFile, zone: tzinfo | None) -> Enrolled:
    """Return a class with what a file says of it.

    Who is in it, when and how late they handed in, and until when they could.

    Dates of the download come before those of the file. A file tells of a student's last attempt only.

    Args:
        entries: of those who handed in.
        file: the platform's grade file, or a list.
        zone: of dates that name none; None for that of this machine.

    Raises:
        GradebookError: nobody who handed in is in the file.
    """
    entries = [entry.model_copy(update={"persons": persons_of(entry, file)}) for entry in entries]
    persons = [(number, person) for number, entry in enumerate(entries) for person in entry.persons]
    matching = match([person for _number, person in persons], [item.person for item in file.students])
    if persons and not matching.found:
        why = why_nobody([person for _number, person in persons], [item.person for item in file.students])
        raise GradebookError(
            why
            or _(
                "no student who handed in is in the roster ({form}): is the roster from another course?",
                form=_(file.form.name),
            )
        )
    made = list(entries)
    remarks = list(file.layout.dates)
    for index, (number, person) in enumerate(persons):
        row = matching.found.get(index)
        if row is None:
            remarks.append(
                _("{student}: {why}", student=shown(person, entries[number].key), why=matching.unsure[index])
            )
        else:
            made[number] = _completed(made[number], person, file.students[row], zone)
    known = {*matching.found.values(), *matching.candidates}
    taken = {entry.key for entry in entries}
    for index, student in enumerate(file.students):
        if index not in known:
            key = _key(student.person, taken)
            taken.add(key)
            made.append(Entry(key=key, persons=(student.person,)))
    return Enrolled(tuple(sorted(made, key=lambda entry: entry.key)), tuple(remarks))


def persons_of(entry: Entry, file: GradeFile) -> tuple[Person, ...]:
    """Return the persons of an entry; of a group whose members the download does not name, those of a file.

    Args:
        entry: a student, or a group.
        file: the platform's grade file, or a list.
    """
    named = file.members(entry.persons[0].name) if len(entry.persons) == 1 else ()
    return named or entry.persons


def shown(person: Person, key: str = "") -> str:
    """Return how a student is called in a list: the name, and what tells namesakes apart.

    Args:
        person: the student.
        key: of the submission, if there is one; used if nothing else tells them apart.
    """
    other = person.username or person.email or next(iter(person.ids.values()), key)
    return f"{person.name} ({other})" if person.name and other else person.name or other or "?"


def _completed(entry: Entry, person: Person, student: Student, zone: tzinfo | None) -> Entry:
    """Return an entry with what the file says of one of its persons.

    Names of the file come first: a list of the instructor may tie a name on GitHub to one of the school.
    """
    row = student.person
    whole = Person(
        name=row.name or person.name,
        username=row.username or person.username,
        email=row.email or person.email,
        ids={**row.ids, **person.ids},
    )
    persons = tuple(whole if item is person else item for item in entry.persons)
    attempts = entry.attempts
    if attempts:
        attempts = (*attempts[:-1], _dated(attempts[-1], student, zone))
    update: dict[str, object] = {"persons": persons, "attempts": attempts}
    if student.extension is not None:
        until = in_zone(student.extension, zone, is_deadline=True)
        update["deadline"] = max(until, entry.deadline or until)  # of a group, that of any member
    return entry.model_copy(update=update)


def _dated(attempt: AttemptRecord, student: Student, zone: tzinfo | None) -> AttemptRecord:
    told = {}
    if attempt.handed_in is None and student.handed_in is not None:
        told["handed_in"] = in_zone(student.handed_in, zone).astimezone(zone)
    update = {**told, "is_late": student.is_late} if attempt.is_late is None else told
    return attempt.model_copy(update=update) if update else attempt


def _key(person: Person, taken: set[str]) -> str:
    """Return a key that nobody has, of the user name, the address or the name.

    As folders are named.
    """
    text = unicodedata.normalize("NFKD", person.username or person.email or person.name or shown(person))
    plain = re.sub(r"[^a-z0-9._-]+", "-", text.encode("ascii", "ignore").decode().lower()).strip("-.")
    base = plain[: MAX_KEY - 5] or "student"
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(key for key in numbered if key not in taken)
