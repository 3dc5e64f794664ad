"""Folders of clones: GitHub Classroom's, which has ended, and Classroom 50's.

Sources: github/gh-classroom, ``pkg/classroom``; foundation50's ``gh teacher download``. The dates are those
of commits, but for Classroom 50, whose ``scores.csv`` has them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, key_of
from grading.platforms.downloads.plain import person_of
from grading.platforms.grade_files import GradeFileError, read_grade_file
from grading.platforms.grade_files.layout import Student
from grading.platforms.person import IdKind, Person
from grading.submission.archives.names import GIT
from grading.text.i18n import marked

_OF_CLASSROOM: Final = re.compile(r"(?P<slug>.+)-submissions")
_OF_CLASSROOM_50: Final = re.compile(r"(?P<slug>.+)_submissions_\d{4}_\d\d_\d\d_T_\d\d_\d\d_\d\d")
_SCORES: Final = "scores.csv"
_RESULTS: Final = frozenset({"result.json", "results.json"})


class Classroom:
    """A folder of clones, as ``gh classroom clone student-repos`` makes it."""

    id = "classroom"
    name = marked("folder of clones")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for folder in files.folders if _is_clone(files, folder))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        named = _OF_CLASSROOM.fullmatch(files.title)
        pieces = []
        for folder in sorted(files.folders):
            user = folder.removeprefix(f"{named['slug']}-") if named else folder
            # Without the slug of the assignment nobody knows where the user name begins.
            person = person_of(user) if user == folder else Person(ids={IdKind.GITHUB_USERNAME: user})
            pieces.append(_piece(files, folder, user, person))
        return Found(named["slug"] if named else files.title, tuple(pieces), files.loose)


class Classroom50:
    """A folder of submissions, as ``gh teacher download`` makes it."""

    id = "classroom50"
    name = marked("Classroom 50 download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        if named := _OF_CLASSROOM_50.fullmatch(files.title):
            return sum(1 for top in files.tops if top.startswith(f"{named['slug']}-") or top == _SCORES)
        if _SCORES not in files.loose:
            return 0
        return sum(1 for folder in files.folders if not _RESULTS.isdisjoint(files.tops[folder]))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        named = _OF_CLASSROOM_50.fullmatch(files.title)
        prefix = f"{named['slug']}-" if named else ""
        students, remarks = _students(files.place(_SCORES)) if _SCORES in files.loose else ({}, ())
        pieces, seen = [], set()
        for folder in sorted(files.folders):
            user = _user(folder, prefix, students)
            seen.add(user.casefold())
            student = students.get(user.casefold())
            pieces.append(_of_student(_piece(files, folder, user, _person(user, student)), student))
        missing = [
            Piece(key_of(name), (_person(name, student),))
            for name, student in students.items()
            if name not in seen
        ]
        strange = tuple(name for name in files.loose if name != _SCORES)
        return Found(named["slug"] if named else files.title, (*pieces, *missing), strange, remarks)


def _is_clone(files: Files, folder: str) -> bool:
    return any(path.startswith(f"{GIT}/") for path in files.tops[folder])


def _piece(files: Files, folder: str, user: str, person: Person) -> Piece:
    path = f"{files.base}{folder}"
    kept = [
        below for below in files.tops[folder] if not below.startswith(f"{GIT}/") and below not in _RESULTS
    ]
    return Piece(
        key_of(user.casefold()),  # GitHub does not tell them apart by their letters' case
        (person,),
        {below: f"{path}/{below}" for below in kept},
        clone=path if _is_clone(files, folder) else "",
    )


def _of_student(piece: Piece, student: Student | None) -> Piece:
    """Return what a student handed in with what the scores say of it."""
    if student is None:
        return piece
    clone = "" if student.handed_in else piece.clone
    return replace(piece, handed_in=student.handed_in, is_late=student.is_late, clone=clone)


def _students(path: Path) -> tuple[dict[str, Student], tuple[str, ...]]:
    """Return the students in a file of scores, by user name in lower case.

    Each with the last submission.
    """
    try:
        students = read_grade_file(path).students
    except GradeFileError as error:
        return {}, (str(error),)
    named = [(student.person.ids.get(IdKind.GITHUB_USERNAME, "").casefold(), student) for student in students]
    return dict(sorted(((name, one) for name, one in named if name), key=lambda pair: _when(pair[1]))), ()


def _when(student: Student) -> datetime:
    moment = student.handed_in or datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _user(folder: str, prefix: str, students: dict[str, Student]) -> str:
    """Return the user name at the end of a folder's name; either may hold dashes."""
    known = [name for name in students if folder.casefold().endswith(f"-{name}")]
    if prefix and folder.startswith(prefix):
        return folder.removeprefix(prefix) or folder
    return max(known, key=len, default=folder)


def _person(user: str, student: Student | None) -> Person:
    return student.person if student else Person(ids={IdKind.GITHUB_USERNAME: user})
