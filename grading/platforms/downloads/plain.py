"""A folder with a folder, or with an archive, for each student."""

from __future__ import annotations

import re
from typing import Final

from grading.platforms.downloads.files import Files, stem_of
from grading.platforms.downloads.found import Found, Piece, key_of
from grading.platforms.person import IdKind, Person
from grading.submission.archives.kinds import is_named_archive
from grading.submission.archives.names import GIT
from grading.text.i18n import _, marked

_USERNAME: Final = re.compile(r"[a-z0-9.-]+")
_MAY_BE_A_USERNAME: Final = re.compile(r"[\w.-]+")


class Folder:
    """A folder of folders."""

    id = "folder"
    name = marked("folder of folders")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return len(files.folders)

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        return _read(files)


class Archives:
    """A folder of archives."""

    id = "archives"
    name = marked("folder of archives")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(map(is_named_archive, files.loose))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        return _read(files)


def _read(files: Files) -> Found:
    """Return what folders and archives hold: a class may have both."""
    stems = {name: stem_of(name) for name in files.loose if is_named_archive(name)}
    pieces = [_of_folder(files, folder) for folder in sorted(files.folders)]
    pieces += [
        Piece(key_of(stem), (person_of(stem),), {name: f"{files.base}{name}"}, attempt=name)
        for name, stem in stems.items()
        if stem not in files.folders
    ]
    remarks = tuple(
        _("{archive} is also present as a folder; the folder is used", archive=name)
        for name, stem in stems.items()
        if stem in files.folders
    )
    return Found(
        files.title, tuple(pieces), tuple(name for name in files.loose if name not in stems), remarks
    )


def _of_folder(files: Files, folder: str) -> Piece:
    kept = [below for below in files.tops[folder] if not below.startswith(f"{GIT}/")]
    path = f"{files.base}{folder}"
    return Piece(
        key_of(folder),
        (person_of(folder),),
        {below: f"{path}/{below}" for below in kept},
        clone=path if len(kept) < len(files.tops[folder]) else "",
    )


def person_of(text: str) -> Person:
    """Return who the name of a folder or archive means."""
    if "@" in text:
        return Person(email=text)
    if _USERNAME.fullmatch(text):
        return Person(username=text)
    ids = {IdKind.FOLDER: text} if _MAY_BE_A_USERNAME.fullmatch(text) else {}
    return Person(name=text.replace("_", " "), ids=ids)
