"""Put each student's page under the name that a platform wants for its bulk upload of feedback.

Moodle takes a folder for each participant, as in its download: it reads the number behind the name
(``mod/assign/feedback/file/importziplib.php``), which must not be that of a group. Canvas takes files that
are named as those of its download, and reads the ids of the student and of a file that was handed in
(``infer_comment_context_from_filename``).
Brightspace takes the folders of its download. No bulk upload of the other platforms is known: there each
student has a folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from grading.files import write_text
from grading.gradebook.errors import GradebookError
from grading.gradebook.model import SUBMISSIONS, Entry
from grading.gradebook.results import ClassResults, EntryResult
from grading.gradebook.roster import shown
from grading.gradebook.words import grade_words
from grading.platforms.person import IdKind
from grading.renderers.page.child import FILE as PAGE
from grading.renderers.page.child import write_page
from grading.renderers.read import read_report
from grading.report.model import FILE as REPORT
from grading.report.student_view import for_student
from grading.text.i18n import _, n_
from grading.text.sanitize import one_line

GRADE: Final = "grade.txt"
"""Beside a page, if the grade is not the score that the page shows."""
MAX_NAME: Final = 150
"""Characters of a student's name in the name of a folder."""

_BRIGHTSPACE: Final = re.compile(r"\d+-\d+ - [^/]+ - [^/]+")
"""A folder of its download."""


@dataclass(frozen=True)
class Place:
    """The place of a page: a folder, empty for none, and its name's beginning."""

    folder: str
    prefix: str = ""


@dataclass(frozen=True)
class Handed:
    """What was put into a folder.

    Attributes:
        written: how many students have a page.
        missing: who has none, and why, a line each.
        is_incomplete: whether one of these handed something in.
    """

    written: int
    missing: tuple[str, ...]
    is_incomplete: bool

    def lines(self, target: Path) -> Iterator[str]:
        """Yield what was done, a line each."""
        yield n_("{target}: {n} page", "{target}: {n} pages", self.written, target=target)
        if self.missing:
            yield _("No page:")
        yield from (f"  {line}" for line in self.missing)


def hand_out(results: ClassResults, out: Path, target: Path) -> Handed:
    """Write the page of each student who has a report.

    Args:
        results: of the class.
        out: its folder.
        target: a new folder, or an empty one.

    Returns:
        What was put into the folder.

    Raises:
        GradebookError: the folder holds something already, or cannot be written.
    """
    places_of = _PLACES.get(results.record.form, _by_key)
    written, missing, is_incomplete = 0, [], False
    try:
        _prepare(target)
        for result in results.entries:
            trouble = _page(out / SUBMISSIONS / result.entry.key) if result.report else result.no_grade
            places = [] if trouble else list(dict.fromkeys(places_of(result.entry)))
            if not trouble and not places:
                trouble = _unknown(results.record.form, result.entry)
            if trouble:
                missing.append(one_line(f"{_people(result.entry)}: {trouble}", limit=1000))
                is_incomplete |= bool(result.entry.attempts)
                continue
            for place in places:
                _put(result, results.record.max_score, out, target, place)
            written += 1
    except OSError as error:
        raise GradebookError(f"{error.filename or target}: {error.strerror}") from error
    return Handed(written, tuple(missing), is_incomplete)


def _unknown(form: str, entry: Entry) -> str:
    """Return why nobody knows under which name a platform takes a page."""
    if form == "moodle":
        return _(
            "the download does not show whether {name} is a student or a group: run kubegrade class again "
            "with the grading worksheet as --roster",
            name=_people(entry),
        )
    return _(
        "the download does not contain this student's identity on the platform; the page is {path}",
        path=f"{SUBMISSIONS}/{entry.key}/{PAGE}",
    )


def _prepare(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise GradebookError(
            _(
                "{target} is not empty: give a new folder, so that no old page is handed out",
                target=target,
            )
        )


def _page(folder: Path) -> str:
    """Return why a student has no page; it is made if it is not there."""
    return "" if (folder / PAGE).is_file() else write_page(folder)


def _put(result: EntryResult, max_score: int, out: Path, target: Path, place: Place) -> None:
    """Write the page of a student, and what it does not say of the grade.

    Raises:
        GradebookError: another student has a page of that name.
    """
    source, folder = out / SUBMISSIONS / result.entry.key, target / place.folder
    folder.mkdir(exist_ok=True)
    page = folder / f"{place.prefix}{PAGE}"
    if page.exists():
        raise GradebookError(_("two students would get the same page {page}", page=page))
    write_text(page, (source / PAGE).read_text("utf-8"))
    words = grade_words(result, max_score, for_student(read_report(source / REPORT)))
    if words:
        write_text(folder / f"{place.prefix}{GRADE}", words)


def _by_key(entry: Entry) -> Iterator[Place]:
    yield Place(entry.key)


def _for_moodle(entry: Entry) -> Iterator[Place]:
    """Yield the folder of each person whose number is known.

    Of a name no more than letters matter.
    """
    for person in entry.persons:
        number = person.ids.get(IdKind.MOODLE_IDENTIFIER, "")
        if number.isdecimal():
            name = re.sub(r"[^\w .'-]|_", " ", person.name)[:MAX_NAME].strip(" .") or "Participant"
            yield Place(f"{name}_{number}_assignsubmission_file_")


def _for_canvas(entry: Entry) -> Iterator[Place]:
    """Yield how a file of the last attempt begins.

    The name, the student's id, and the file's own.

    A text that was handed in has no id of its own, and Canvas takes no file back under its name.
    """
    names = [PurePosixPath(source).name for attempt in reversed(entry.attempts) for source in attempt.sources]
    for person in entry.persons:
        student = person.ids.get(IdKind.CANVAS_USER_ID, "")
        begins = re.compile(rf"(?:.*?_)?(?:LATE_)?{re.escape(student)}_\d+_(?=.)")
        found = next(filter(None, map(begins.match, names)), None)
        if student and found:
            yield Place("", found[0])


def _for_brightspace(entry: Entry) -> Iterator[Place]:
    parts = (
        part
        for attempt in reversed(entry.attempts)
        for source in attempt.sources
        for part in PurePosixPath(source).parts
    )
    found = next(filter(None, map(_BRIGHTSPACE.fullmatch, parts)), None)
    if found:
        yield Place(found[0])


def _people(entry: Entry) -> str:
    return ", ".join(shown(person, entry.key) for person in entry.persons) or entry.key


_PLACES: Final[dict[str, Callable[[Entry], Iterable[Place]]]] = {
    "moodle": _for_moodle,
    "canvas": _for_canvas,
    "brightspace": _for_brightspace,
}
"""By the form of the download."""
