"""The bulk download of Brightspace.

Source: downloads in the wild. A folder is ``397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM``: there is
no colon in the time. Whether the numbers are a student's is told in both ways, so that folders of one name
with other numbers are taken for other students.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, key_of
from grading.platforms.grade_files.moments import written_moment
from grading.platforms.person import Person
from grading.text.i18n import _, marked

_ENTRY: Final = re.compile(
    r"(?P<numbers>\d+-\d+) - (?P<name>.+) - (?P<date>[^-]*\b\d{4},? \d{1,2}[:.]?\d\d(?: ?[APap]\.?[Mm]\.?)?)"
)
_TIME: Final = re.compile(r"(?P<before>.* )(?P<hour>\d{1,2})[:.]?(?P<minute>\d\d)(?P<after>\D*)")


class Brightspace:
    """The bulk download of a Brightspace assignment."""

    id = "brightspace"
    name = marked("Brightspace download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for name in files.folders if _ENTRY.fullmatch(name))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        entries = {top: _ENTRY.fullmatch(top) for top in sorted(files.folders)}
        pieces = [_piece(files, top, entry) for top, entry in entries.items() if entry]
        strange = [top for top in files.tops if not entries.get(top) and top != "index.html"]
        return Found(files.title, tuple(pieces), tuple(strange), _namesakes(pieces))


def _piece(files: Files, top: str, entry: re.Match[str]) -> Piece:
    moment = _moment(entry["date"])
    return Piece(
        key_of(entry["name"], entry["numbers"]),
        (Person(name=entry["name"]),),
        {below: f"{files.base}{top}/{below}" for below in files.tops[top]},
        attempt=moment.isoformat() if moment else entry["date"],
        handed_in=moment,
    )


def _namesakes(pieces: list[Piece]) -> tuple[str, ...]:
    keys: dict[str, set[str]] = {}
    for piece in pieces:
        keys.setdefault(piece.persons[0].name, set()).add(piece.key)
    return tuple(
        _(
            "{name} has folders with different numbers; they are treated as {n} students",
            name=name,
            n=len(found),
        )
        for name, found in sorted(keys.items())
        if len(found) > 1
    )


def _moment(text: str) -> datetime | None:
    time = _TIME.fullmatch(text)
    return written_moment(f"{time['before']}{time['hour']}:{time['minute']}{time['after']}") if time else None
