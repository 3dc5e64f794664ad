"""The bulk download of Canvas.

Source: instructure/canvas-lms, ``lib/content_zipper.rb`` and ``app/models/attachment.rb``. A name is the
sortable one in lower case, with its letters and digits alone; every entry of a user has the same. Of a group
there is one entry, its representative's. A file that is handed in anew gets a number after its name:
``ns-1.yaml``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from grading.exercise.loader import load_courses
from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, free_name, key_of
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_USER: Final = r"(?P<late>LATE_)?(?P<user>\d+|anon_[A-Za-z0-9]+)"
_WHO: Final = rf"(?:(?!LATE_)(?P<name>.+?)_)?{_USER}"
_LONG_NAME: Final = rf"(?!LATE_)(?P<name>.+)_{_USER}"
_UPLOAD: Final = r"_(?P<attachment>\d+)_(?P<file>.+)"
_TEXT: Final = re.compile(rf"{_WHO}_(?P<file>(?:text|link)\.html)", re.DOTALL)
_READINGS: Final = (
    re.compile(_WHO + _UPLOAD, re.DOTALL),
    _TEXT,
    re.compile(_LONG_NAME + _UPLOAD, re.DOTALL),
)
"""The likeliest first: a file is more easily named ``1_dep.yaml``, or ``text.html``, than a student Jan_1."""
_AGAIN: Final = re.compile(r"(?P<stem>.+)-\d+(?P<ending>\.[^.]+)?")
_TITLE: Final = re.compile(r"[_ ]*submissions(?: ?\(\d+\))?$")


class Canvas:
    """The bulk download of a Canvas assignment."""

    id = "canvas"
    name = marked("Canvas download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for name in files.loose if _readings(name))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        by_user: dict[str, list[tuple[str, re.Match[str]]]] = defaultdict(list)
        readings = {name: _readings(name) for name in files.loose}
        known = _known_names(readings.values())
        strange = list(files.folders)
        remarks = []
        for name, possible in readings.items():
            entry = next(
                (one for one in possible if _name(one) in known.get(one["user"], {_name(one)})), None
            )
            if entry is None:
                strange.append(name)
                continue
            by_user[entry["user"]].append((name, entry))
            if len(possible) > 1:
                remarks.append(
                    _(
                        "the name {file} can be read in two ways; it is treated as a file of user {id}",
                        file=name,
                        id=entry["user"],
                    )
                )
        pieces = [_piece(files.base, user, entries) for user, entries in by_user.items()]
        return Found(_TITLE.sub("", files.title), tuple(pieces), tuple(strange), tuple(remarks))


def _readings(name: str) -> list[re.Match[str]]:
    """Return the ways to read the name of an entry, one for each user that it may be of."""
    found: dict[str, re.Match[str]] = {}
    for pattern in _READINGS:
        if match := pattern.fullmatch(name):
            found.setdefault(match["user"], match)
    return list(found.values())


def _known_names(readings: Iterable[list[re.Match[str]]]) -> dict[str, set[str]]:
    """Return the names of users whose entries can be read in one way only."""
    known: dict[str, set[str]] = defaultdict(set)
    for possible in readings:
        if len(possible) == 1:
            known[possible[0]["user"]].add(_name(possible[0]))
    return known


def _name(entry: re.Match[str]) -> str:
    return entry["name"] or ""


def _piece(base: str, user: str, entries: list[tuple[str, re.Match[str]]]) -> Piece:
    names = sorted({_name(entry) for _path, entry in entries})
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
