"""The bulk download of Canvas.

Source: instructure/canvas-lms, ``lib/content_zipper.rb`` and ``app/models/attachment.rb``. A name is the
sortable one in lower case, with its letters and digits alone. Of a group there is one entry, its
representative's. A file that is handed in anew gets a number after its name: ``ns-1.yaml``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from grading.exercise.loader import load_courses
from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, free_name, key_of
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_WHO: Final = r"(?:(?!LATE_)(?P<name>.+?)_)?(?P<late>LATE_)?(?P<user>\d+|anon_[A-Za-z0-9]+)"
_TEXT: Final = re.compile(rf"{_WHO}_(?P<file>(?:text|link)\.html)", re.DOTALL)
_FILE: Final = re.compile(rf"{_WHO}_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
_NUMBER: Final = re.compile(r"\d+_.")
"""How a file may begin that leaves open where the name of the student ends: at the first numbers that fit, as
a file is more easily named so than a student."""
_AGAIN: Final = re.compile(r"(?P<stem>.+)-\d+(?P<ending>\.[^.]+)?")
_TITLE: Final = re.compile(r"[_ ]*submissions(?: ?\(\d+\))?$")


class Canvas:
    """The bulk download of a Canvas assignment."""

    id = "canvas"
    name = marked("Canvas download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for name in files.loose if _entry(name))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        by_user: dict[str, list[tuple[str, re.Match[str]]]] = defaultdict(list)
        strange = list(files.folders)
        remarks = []
        for name in files.loose:
            entry = _entry(name)
            if entry is None:
                strange.append(name)
                continue
            by_user[entry["user"]].append((name, entry))
            if _NUMBER.match(entry["file"]):
                remarks.append(
                    _(
                        "the name {file} can be read in two ways; it is treated as a file of user {id}",
                        file=name,
                        id=entry["user"],
                    )
                )
        pieces = [_piece(files.base, user, entries) for user, entries in by_user.items()]
        return Found(_TITLE.sub("", files.title), tuple(pieces), tuple(strange), tuple(remarks))


def _entry(name: str) -> re.Match[str] | None:
    # A file may be called text.html too: then the number of an attachment stands before it.
    return _FILE.fullmatch(name) or _TEXT.fullmatch(name)


def _piece(base: str, user: str, entries: list[tuple[str, re.Match[str]]]) -> Piece:
    names = sorted({entry["name"] or "" for _path, entry in entries})
    name = names[0] if user.isdigit() else ""
    person = Person(name=name, ids={IdKind.CANVAS_USER_ID: user})
    paths = {path: entry["file"] for path, entry in entries}
    meant = _meant(paths)
    return Piece(
        key_of(name, user) if user.isdigit() else key_of(user),
        (person,),
        {meant[path]: f"{base}{path}" for path in paths},
        is_late=any(entry["late"] for _path, entry in entries),
        text=all(entry.re is _TEXT for _path, entry in entries),
        remarks=tuple(
            _("{name} was renamed by Canvas; the original name is {meant}", name=file, meant=meant[path])
            for path, file in paths.items()
            if meant[path] != file
        ),
    )


def _meant(files: Mapping[str, str]) -> dict[str, str]:
    """Return the name with which each file was handed in, by its path.

    As far as the courses know it.
    """
    known = {name for file in load_courses().files.values() for name in (file.name, *file.also)}
    given = set(files.values())
    found: dict[str, str] = {}
    for path, file in files.items():
        again = _AGAIN.fullmatch(file)
        before = f"{again['stem']}{again['ending'] or ''}" if again else file
        is_meant = before in known and file not in known and before not in given
        found[path] = free_name(before if is_meant else file, found.values())
        given.add(found[path])
    return found
