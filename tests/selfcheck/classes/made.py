"""A class in memory: who is in it, what they handed in, and how it was graded."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from grading.exercise.loader import load_courses
from grading.gradebook.model import AttemptRecord, ClassRecord, Entry, LatePolicy
from grading.gradebook.subject import subject
from grading.platforms.person import IdKind, Person
from tests.selfcheck.classes import runs
from tests.selfcheck.classes.runs import Run

DEADLINE: Final = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
FIRST: Final = (
    "Aïcha", "Björn", "Céline", "Dries", "Eva", "François", "Güler", "Hanne", "Ines", "Jan", "Katrijn",
    "Łukasz", "Mehmet", "Noor", "Öykü", "Pieter-Jan", "Robin", "Siobhán", "Tom", "Yasmine",
)  # fmt: skip
LAST: Final = (
    "Peeters", "De Smet", "D'Hondt", "O'Brien", "Van den Broeck", "El Amrani", "Nguyễn", "Škoda",
    "Claes_Wouters", "Janssens", "Müller", "Vandewalle",
)  # fmt: skip
ODD: Final = {2: "<b>Bo</b> & <script>alert(1)</script>", 6: '=HYPERLINK("http://192.0.2.1";"x")', 9: "‮neslO"}
"""Names at certain places: markup, a formula, and text that turns around."""

PERIOD: Final = 20
"""Students after which the kinds come again."""


@dataclass(frozen=True)
class Made:
    """A class.

    Attributes:
        record: of the class.
        runs: the graded submissions, by the key of their entry.
        overrides: the text of ``overrides.csv``.
    """

    record: ClassRecord
    runs: Mapping[str, Run]
    overrides: str


@dataclass(frozen=True)
class _Kind:
    """What is particular about a student: the run, and hours after the deadline of each attempt."""

    run: Callable[[int], Run | None]
    hours: tuple[float, ...] = (-20.0,)
    problem: str = ""
    members: int = 1


def _lost(number: int) -> Run:
    found = runs.lost()
    # Some submissions are far more frequent than others, as copies and usual slips are.
    return found[min(int(random.Random(number).expovariate(0.2)), len(found) - 1)]  # noqa: S311


_LOST: Final = _Kind(_lost)
_KINDS: Final = {
    0: _Kind(lambda _number: runs.passed()),
    1: _Kind(lambda _number: runs.cut()),
    2: _Kind(_lost, hours=(30.0,)),
    3: _Kind(lambda _number: None, hours=()),
    4: _Kind(_lost, members=3),
    5: _Kind(lambda _number: runs.not_gradable()),
    7: _Kind(_lost, hours=(-50.0, -3.0, 0.5)),
    8: _Kind(lambda _number: None, problem="no program here unpacks work.rar"),
    10: _Kind(lambda _number: runs.passed()),
}


def made(students: int) -> Made:
    """Return a class of so many entries; its groups have more members."""
    numbers = range(students)
    kinds = {number: _KINDS.get(number % PERIOD, _LOST) for number in numbers}
    entries = {number: _entry(number, kind) for number, kind in kinds.items()}
    graded = {entries[number].key: kind.run(number) for number, kind in kinds.items()}
    record = ClassRecord(
        title="Kubernetes, week 11",
        form="moodle",
        marker="chapter11",
        rubric=runs.passed().report.rubric,
        rubric_digest=subject("chapter11", load_courses()).digest,
        max_score=runs.passed().report.max_score,
        deadline=DEADLINE,
        late=LatePolicy(penalty_per_day=10, grace_minutes=15, cut_off_days=7),
        roster="grades.csv",
        entries=tuple(sorted(entries.values(), key=lambda entry: entry.key)),
        remarks=("1 file lies beside the folders of the students: readme.txt",),
    )
    return Made(record, {key: run for key, run in graded.items() if run}, _overrides(record))


def _entry(number: int, kind: _Kind) -> Entry:
    attempts = tuple(
        AttemptRecord(
            number=place,
            handed_in=DEADLINE + timedelta(hours=hours, minutes=number),
            digest=f"{number:032x}{place:032x}",
            problem=kind.problem,
            sources=(f"student {number}/work.zip",),
        )
        for place, hours in enumerate(kind.hours, 1)
    )
    persons = tuple(_person(number, member) for member in range(kind.members))
    return Entry(key=_key(number), persons=persons, attempts=attempts, graded=len(attempts) or None)


def _key(number: int) -> str:
    # Keys are not in the order of the numbers, as those of a platform are not either.
    return f"s{random.Random(number).randrange(10**6):06}-{number}"  # noqa: S311


def _person(number: int, member: int) -> Person:
    first, last = FIRST[(number + 7 * member) % len(FIRST)], LAST[(number // 3 + member) % len(LAST)]
    name = ODD.get(number % 200, f"{first} {last}") if member == 0 else f"{first} {last}"
    username = f"u{number:04}{member}"
    return Person(
        name=name,
        username=username,
        email=f"{username}@school.example",
        ids={IdKind.MOODLE_IDENTIFIER: f"Participant {10_000 + 10 * number + member}"},
    )


def _overrides(record: ClassRecord) -> str:
    """Return an ``overrides.csv``: about every tenth who handed something in, and somebody unknown."""
    rows = ["student,criterion,points,reason"]
    graded = [entry for entry in record.entries if entry.graded]
    rows += [f'{entry.key},pods.exec,0.5,"shown in class, ""half"""' for entry in graded[::10]]
    rows += ["jan,pods.exec,1,nobody is called so"]
    return "\n".join(rows) + "\n"
