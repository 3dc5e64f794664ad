"""The bulk download of Blackboard, Original and Ultra.

Sources: kwurst/bb-file-cleanup, vangef/BBGradebookOrganiser. Each attempt has a text with the same beginning
as its files, ``TITLE_USER_attempt_DATE``. Headings in it are of the site's language, so that the lines are
told by their form. What a student writes there, or names a file, says nothing about anybody else: whose a
file is tells its own name, up to the first date in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, clean_name, key_of
from grading.platforms.person import Person
from grading.text.i18n import marked, n_

_ENTRY: Final = re.compile(
    r"(?P<start>(?P<who>.+?)_attempt_(?P<date>\d{4}(?:-\d\d){5}))(?:(?P<text>\.txt)|_(?P<file>.+))", re.DOTALL
)
_NAME: Final = re.compile(r"[^:\n]+:\s*(?P<name>.*?)\s*\((?P<user>[^()\s]+)\)\s*")
_FILE: Final = re.compile(r"\s+[^:\n]+:\s*(?P<value>.+?)\s*")


@dataclass(frozen=True)
class _Receipt:
    """The text beside the files of an attempt.

    Attributes:
        name: of the student.
        user: with which they log in.
        title: of the assignment, as the names of the files have it.
        original: the name that each file was handed in with, by its name in the download.
    """

    name: str
    user: str
    title: str
    original: Mapping[str, str]


class Blackboard:
    """The bulk download of a Blackboard assignment."""

    id = "blackboard"
    name = marked("Blackboard download")

    def fits(self, files: Files) -> int:
        """Return how many of the names directly in it are of this form."""
        return sum(1 for name in files.loose if _ENTRY.fullmatch(name))

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        entries = {name: entry for name in files.loose if (entry := _ENTRY.fullmatch(name))}
        receipts = {
            entry["start"]: receipt
            for name, entry in entries.items()
            if entry["text"] and (receipt := _receipt(entry, files.text(name)))
        }
        titles = sorted({receipt.title for receipt in receipts.values()}, key=len)
        pieces = [
            _piece(files.base, name, entry, receipts.get(entry["start"]), titles)
            for name, entry in entries.items()
        ]
        title = titles[0] if titles else files.title
        strange = (*sorted(files.folders), *(name for name in files.loose if name not in entries))
        return Found(title, tuple(pieces), strange, _nameless(pieces))


def _receipt(entry: re.Match[str], text: str) -> _Receipt | None:
    lines = text.splitlines()
    found = _NAME.fullmatch(lines[0]) if lines else None
    if not found or not entry["who"].endswith(f"_{found['user']}"):
        return None
    values = [(match := _FILE.fullmatch(line)) and match["value"] for line in lines]
    original = {
        after: before
        for before, after in pairwise(values)
        if before and after and after.startswith(f"{entry['start']}_")
    }
    return _Receipt(found["name"], found["user"], entry["who"].removesuffix(f"_{found['user']}"), original)


def _piece(base: str, name: str, entry: re.Match[str], receipt: _Receipt | None, titles: list[str]) -> Piece:
    user = receipt.user if receipt else _user(entry["who"], titles)
    person = Person(name=receipt.name if receipt else "", username=user)
    files = {}
    if not entry["text"]:
        original = receipt.original.get(name) if receipt else None
        files[clean_name(original or entry["file"])] = f"{base}{name}"
    try:
        handed_in = datetime.strptime(entry["date"], "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        handed_in = None
    return Piece(key_of(user or entry["who"]), (person,), files, attempt=entry["date"], handed_in=handed_in)


def _user(who: str, titles: list[str]) -> str:
    """Return the user in the name of a file without a text of its attempt; empty if it is not certain.

    Title and user name may both hold ``_``: only a text of some attempt tells where the title ends.
    """
    users = {who.removeprefix(f"{title}_") for title in titles if who.startswith(f"{title}_")}
    return users.pop() if len(users) == 1 else ""


def _nameless(pieces: list[Piece]) -> tuple[str, ...]:
    number = len({piece.key for piece in pieces if not piece.persons[0].username})
    if not number:
        return ()
    return (
        n_(
            "{n} student has no user name, because Blackboard's text next to the files is missing or "
            "unreadable; download again, and leave the texts where they are",
            "{n} students have no user name, because Blackboard's text next to their files is missing or "
            "unreadable; download again, and leave the texts where they are",
            number,
        ),
    )
