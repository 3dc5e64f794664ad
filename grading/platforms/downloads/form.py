"""A download whose form is known, and how its attempts are unpacked."""

from __future__ import annotations

import secrets
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from grading.errors import SubmissionError
from grading.exercise.loader import load_courses
from grading.platforms.downloads.files import Files, list_files
from grading.platforms.downloads.found import Found, Piece, clean_name, free_name
from grading.platforms.downloads.git_dates import last_change
from grading.platforms.handed_in import Attempt, Download, HandedIn
from grading.submission.archives.kinds import is_named_archive
from grading.submission.archives.limits import DOWNLOAD
from grading.submission.archives.names import placed
from grading.submission.archives.tree import emptied
from grading.submission.archives.unpack import gather, unpack
from grading.submission.file_names import FileNames
from grading.submission.folder import listed
from grading.text.i18n import _

_SCRATCH: Final = ".kubegrade-download-"
"""The beginning of the name of the folder that a platform's archive is unpacked into for a while."""


class Layout(Protocol):
    """How a platform names what it lets be downloaded."""

    id: str
    name: str

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in a folder are of this form."""

    def read(self, files: Files) -> Found:
        """Return who handed in what."""


@dataclass(frozen=True)
class Form:
    """The form of one download.

    Attributes:
        layout: how the platform names its files.
        path: of the archive or folder.
        files: in it, or in the folder in it that has the submissions.
    """

    layout: Layout
    path: Path
    files: Files

    @property
    def id(self) -> str:
        """The id of the form, such as ``moodle``."""
        return self.layout.id

    def read(self, into: Path) -> Download:
        """Unpack all attempts.

        Args:
            into: the folder for them; the attempts go into ``KEY/1``, ``KEY/2`` and so on.

        Returns:
            What the download holds.

        Raises:
            SubmissionError: the download as a whole cannot be read.
            InfrastructureError: the folder cannot be written to.
        """
        with self._opened(into) as files:
            found = self.layout.read(files)
            by_key: dict[str, list[Piece]] = defaultdict(list)
            for piece in found.pieces:
                by_key[piece.key].append(piece)
            handed_in = tuple(_handed_in(files, by_key[key], into / key) for key in sorted(by_key))
        strange = (
            _(
                "ignored, because the names do not belong to this kind of download: {names}",
                names=listed(found.strange),
            ),
        )
        return Download(
            self.id, found.title, handed_in, (*found.remarks, *(strange if found.strange else ()))
        )

    @contextmanager
    def _opened(self, into: Path) -> Iterator[Files]:
        """Yield the files of the download in a folder."""
        if self.files.root is not None:
            yield self.files
            return
        scratch = into / f"{_SCRATCH}{secrets.token_hex(8)}"
        try:
            unpack(self.path, scratch, DOWNLOAD, keeps_git=True)
            yield replace(list_files(scratch), title=self.files.title, base=self.files.base)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _handed_in(files: Files, pieces: list[Piece], folder: Path) -> HandedIn:
    """Unpack everything of one student or group."""
    by_attempt: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_attempt[piece.attempt].append(piece)
    kept = [several for _order, several in sorted(by_attempt.items()) if any(map(_is_something, several))]
    if kept or folder.exists():
        emptied(folder)
    attempts = tuple(_attempt(files, several, folder / str(number)) for number, several in enumerate(kept, 1))
    # The piece that names most of the student: a text beside the files of one attempt may be missing.
    persons = max((piece.persons for piece in pieces), key=lambda found: sum(len(one.name) for one in found))
    return HandedIn(pieces[0].key, persons, attempts)


def _is_something(piece: Piece) -> bool:
    return bool(piece.files) or piece.text


def _attempt(files: Files, pieces: list[Piece], folder: Path) -> Attempt:
    assert files.root is not None  # noqa: S101 - only what is in a folder is unpacked
    sources: dict[str, str] = {}
    for piece in pieces:
        for name, path in piece.files.items():
            sources[free_name(name, sources)] = path
    remarks = [remark for piece in pieces for remark in piece.remarks]
    problem = ""
    try:
        unpacked = gather({_parts(name): files.root / path for name, path in sources.items()}, folder)
        remarks += unpacked.remarks
        if all(piece.text for piece in pieces):
            problem = _("a text was handed in instead of a file")
        elif not unpacked.files:
            problem = _("no file was handed in")
    except SubmissionError as error:
        problem = str(error)
    return Attempt(
        folder,
        handed_in=_date(files.root, pieces),
        is_late=next((piece.is_late for piece in pieces if piece.is_late is not None), None),
        problem=problem,
        remarks=tuple(remarks),
        sources=tuple(sorted(sources.values())),
    )


def _parts(name: str) -> tuple[str, ...]:
    return placed(name) or (clean_name(name),)


def _date(root: Path, pieces: list[Piece]) -> datetime | None:
    """Return when an attempt was handed in.

    As the platform says, or by the commits of a clone.
    """
    for piece in pieces:
        if piece.handed_in is not None:
            return piece.handed_in
        if piece.clone:
            return last_change(root / piece.clone, _of_the_course(piece))
    return None


def _of_the_course(piece: Piece) -> set[str]:
    """Return the names of the courses' files, and of the student's that are meant as one or may hold some."""
    known = load_courses().files.values()
    names = FileNames(known)
    given = {name.rpartition("/")[2] for name in piece.files}
    own = {name for name in given if names.meant(name) or is_named_archive(name)}
    return {name for file in known for name in (file.name, *file.also)} | own
