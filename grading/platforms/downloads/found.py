"""The pieces that a form finds in a download, before anything is unpacked."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from grading.platforms.person import Person

_LONGEST: Final = 60
_HASHED: Final = re.compile(r".*-[0-9a-f]{8}")


@dataclass(frozen=True)
class Piece:
    """What was handed in at one time, or a part of it.

    Attributes:
        key: of the student or group; see `key_of`.
        persons: one, or the members of a group.
        files: paths in the download, by the path that each file gets in the attempt.
        attempt: pieces of a student with the same are one attempt; the attempts are sorted by it.
        handed_in: when, as the platform says.
        is_late: as the platform says.
        clone: the folder in the download whose commits tell when, in place of the platform; empty if none do.
        text: whether it is a text, in place of files.
        remarks: what an instructor is told.
    """

    key: str
    persons: tuple[Person, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    attempt: str = ""
    handed_in: datetime | None = None
    is_late: bool | None = None
    clone: str = ""
    text: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a form finds in a download.

    Attributes:
        title: of the assignment.
        pieces: in any order; one without files for a student who handed in nothing.
        strange: names in the download that are not of the form.
        remarks: about the download as a whole.
    """

    title: str
    pieces: tuple[Piece, ...]
    strange: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def key_of(name: str, id: str = "") -> str:
    """Return the key of a student or group: the same for the same, and nobody else's.

    Args:
        name: as the platform writes it.
        id: by which the platform tells students apart, if there is one.
    """
    slug = _slug(name)
    if id and id == _slug(id):
        return f"{slug[:_LONGEST]}-{id}".strip("-")
    if slug == name and not id and len(slug) <= _LONGEST and not _HASHED.fullmatch(slug):
        return slug
    raw = unicodedata.normalize("NFC", f"{name}/{id}" if id else name).encode("utf-8", "surrogateescape")
    return f"{slug[:_LONGEST]}-{hashlib.sha256(raw).hexdigest()[:8]}".strip("-")


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")


def clean_name(path: str) -> str:
    """Return the last part of a path as the name of a file.

    A platform took the path over from a student.
    """
    name = re.split(r"[/\\]", path)[-1].replace("\0", "")
    return "file" if name in {"", ".", ".."} else name


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that no other file has: of two files of one name both are kept."""
    path, number = PurePosixPath(name), 1
    while name in taken:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return name
