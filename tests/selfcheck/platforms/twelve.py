"""Twelve students and what they hand in, the same whatever platform it goes through."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from tests.selfcheck.platforms import packing

DEADLINE = datetime(2026, 11, 20, 23, 59)
KINDS = ("reference", "deployments-exported", "dep-no-replicas", "cluster-no-agents")
"""What they hand in: the reference, and faults of the course; the exported one is right too."""
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class HandIn:
    """One time that something is handed in.

    Attributes:
        uploaded: the files as they are uploaded.
        expected: the files of the attempt as they are read back; the same by default.
        days: after the deadline.
        problem: a part of what is told if nothing of it can be graded.
        remark: a part of what is told otherwise.
    """

    uploaded: Files
    expected: Files = field(default_factory=dict)
    days: int = -1
    problem: str = ""
    remark: str = ""

    @property
    def files(self) -> Files:
        """The files of the attempt as they are read back."""
        return self.expected or self.uploaded

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        given = {path.rpartition("/")[2]: data for path, data in self.files.items()}
        return next(kind for kind in KINDS if manifests(kind).items() <= given.items())

    @property
    def when(self) -> datetime:
        """The date and time, local to the platform."""
        return DEADLINE + timedelta(days=self.days, minutes=-7)

    @property
    def is_late(self) -> bool:
        """Whether it is after the deadline."""
        return self.days > 0


@dataclass(frozen=True)
class Student:
    """A student, or the first of a group.

    Attributes:
        first: name.
        last: name.
        user: with which they log in.
        number: of the platform's.
        hand_ins: the oldest first.
        partner: the other member of a group.
        group: its name.
    """

    first: str
    last: str
    user: str
    number: int
    hand_ins: tuple[HandIn, ...] = ()
    partner: Student | None = None
    group: str = ""

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first} {self.last}"

    @property
    def team(self) -> str:
        """The name of the group; of one student, if nobody else is in it."""
        return self.group or f"Groep van {self.user}"

    @property
    def members(self) -> tuple[Student, ...]:
        """Who gets the grade."""
        return (self, self.partner) if self.partner else (self,)


@cache
def manifests(kind: str = "reference") -> dict[str, bytes]:
    """Return the manifests of the reference, or of a fault, by their names without folders."""
    with TemporaryDirectory() as work:
        folder = REFERENCE
        if kind != "reference":
            folder = Path(work, "changed")
            build(load_faults()[kind], folder)
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def inside(folder: str, files: Files) -> dict[str, bytes]:
    """Return files in a folder."""
    return {f"{folder}/{name}": data for name, data in files.items()}


def packed(archive: str, data: bytes, files: Files) -> HandIn:
    """Return an archive that is handed in, and what is in it."""
    return HandIn({archive: data}, inside(archive, files))


def twelve() -> list[Student]:
    """Return the students."""
    reference, odd = manifests(), manifests("deployments-exported")
    wrong, other = manifests("dep-no-replicas"), manifests("cluster-no-agents")
    junk = {"__MACOSX/._dep.yaml": b"x", ".DS_Store": b"x", "node_modules/a/index.js": b"x"}
    wrapped = inside("manifests-an", reference)
    nested = packing.zipped({"inner.zip": packing.zipped(reference), **junk})
    within, secret = inside("m.zip/inner.zip", reference), packing.encrypted(reference)
    outside = packing.zipped({"../../outside.yaml": b"x", **reference})
    bomb = packing.overlapping("0000", 300, 2**20)

    def one(first: str, last: str, user: str, number: int, *hand_ins: HandIn) -> Student:
        return Student(first, last, user, 100_000 + number, hand_ins)

    group = Student("Kim", "Nguyễn", "kimn", 100_009, (HandIn(reference),), _TOM, "Groep 4")
    return [
        one("An", "Peeters", "r0100001", 1, packed("an.zip", packing.zipped(wrapped | junk), wrapped)),
        one("Jan", "De Smet", "jan.desmet", 2, HandIn(wrong, days=2)),
        one("Siobhán", "O'Brien", "sobrien", 3, packed("m.tar.gz", gzip.compress(packing.tarred(odd)), odd)),
        one("Zoë", "D'hondt", "zoe_dhondt", 4, HandIn({"m.zip": nested}, within)),
        one(
            "Jean-Pierre", "Van den Berghe", "jpvdb", 5,
            HandIn({"m.zip": outside}, inside("m.zip", reference), remark="point outside the archive"),
        ),
        one("Ida", "Müller", "imuller", 6, HandIn({"bomb.zip": bomb}, problem="files in it overlap")),
        one("Nele", "Niets", "nniets", 7),
        one(
            "Lotte", "Claes", "lotte.claes", 8,
            HandIn(wrong, days=-3), packed("second try.zip", packing.zipped(other), other),
        ),
        group,
        one("An", "Peeters", "r0100011", 11, HandIn(wrong)),
        one("Li_Na", "Wei", "li_na_wei", 12, HandIn({"s.zip": secret}, problem="encrypted")),
        one("芳", "王", "wfang", 13, HandIn({**reference, "lees mij (1).txt": b"dag"})),
    ]  # fmt: skip


_TOM = Student("Tom", "Maes", "tommaes", 100_010)
