"""The content of a bulk download, whatever platform it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grading.platforms.person import Person


@dataclass(frozen=True)
class Attempt:
    """One time that a student, or a group, handed in.

    Attributes:
        folder: where its files are, unpacked; what is in an archive lies in a folder of the archive's name.
        handed_in: when, as the platform says; without a zone if it names none; None if it does not say.
        is_late: as the platform says; None if it does not say.
        problem: why nothing of it can be graded, such as an archive that no program here unpacks; or empty.
        remarks: what was left out or taken differently, a line each.
        sources: names in the download, for a person who looks for them there.
    """

    folder: Path
    handed_in: datetime | None = None
    is_late: bool | None = None
    problem: str = ""
    remarks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """Everything that a student, or a group, handed in.

    Attributes:
        key: names it in folders and on the command line: ``a-z``, ``0-9``, ``.``, ``_`` and ``-``, at most 80
            characters; the same for the same student in every download of the same form, and nobody else's.
        persons: one, or the members of a group.
        attempts: the oldest first; none if nothing was handed in.
    """

    key: str
    persons: tuple[Person, ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Download:
    """A bulk download.

    Attributes:
        form: the id of its form, such as ``moodle``.
        title: of the assignment, if the download names it.
        handed_in: by student or group, in the order of their keys.
        remarks: about the download as a whole, a line each.
    """

    form: str
    title: str
    handed_in: Sequence[HandedIn]
    remarks: tuple[str, ...] = field(default=())
