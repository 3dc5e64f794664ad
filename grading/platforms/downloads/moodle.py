"""The bulk download of Moodle's assignments.

Source: moodle/moodle, ``mod/assign/classes/downloader.php``. A name has blanks for ``_``; the number after it
is the identifier of the grading worksheet; if groups hand in, name and number are those of the group, and
nothing tells it. A hidden participant has no name, but a word of the site's language.
"""

from __future__ import annotations

import re
from typing import Final

from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, key_of
from grading.platforms.person import IdKind, Person
from grading.text.i18n import marked

_ENTRY: Final = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<type>[a-z]+)(?:\.html|_(?P<file>.*))?", re.DOTALL
)
_HIDDEN: Final = re.compile(r"(?:Participant|Deelnemer)\s*(?P<id>\d*)")
_FILES: Final = "file"


class Moodle:
    """The bulk download of a Moodle assignment, as folders or flat."""

    id = "moodle"
    name = marked("Moodle download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for top in files.tops if _ENTRY.fullmatch(top))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        entries = {top: _ENTRY.fullmatch(top) for top in files.tops}
        pieces = [_piece(files, top, entry) for top, entry in entries.items() if entry]
        return Found(files.title, tuple(pieces), tuple(top for top, entry in entries.items() if not entry))


def _piece(files: Files, top: str, entry: re.Match[str]) -> Piece:
    name, number = entry["name"], entry["id"] or ""
    kind = IdKind.MOODLE_NUMBER
    if hidden := _HIDDEN.fullmatch(name):
        name, number, kind = "", number or hidden["id"], IdKind.MOODLE_IDENTIFIER
    person = Person(name=name, ids={kind: number} if number else {})
    path = f"{files.base}{top}"
    found = (
        {below: f"{path}/{below}" for below in files.tops[top]}
        if top in files.folders
        else {entry["file"] or top: path}
    )
    return Piece(key_of(name or "participant", number), (person,), found, text=entry["type"] != _FILES)
