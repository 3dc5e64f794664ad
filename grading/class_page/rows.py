"""A student, or a group, as a row of the table: the state, the points, and what changed them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final
from urllib.parse import quote

from grading.class_page.points import points
from grading.gradebook.model import SUBMISSIONS
from grading.gradebook.results import ClassResults, EntryResult
from grading.report.model import Verdict
from grading.text.i18n import _, joined, marked, moment, n_


class State(IntEnum):
    """The states of a submission, first those that a person must look at."""

    ERROR = 0
    NOT_GRADABLE = 1
    UNREADABLE = 2
    OPEN = 3
    LATE = 4
    GRADED = 5
    NOTHING = 6


STATES: Final = {
    State.ERROR: marked("error"),
    State.NOT_GRADABLE: marked("not gradable"),
    State.UNREADABLE: marked("unreadable"),
    State.OPEN: marked("not graded"),
    State.LATE: marked("late"),
    State.GRADED: marked("graded"),
    State.NOTHING: marked("nothing handed in"),
}


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        name: of the student, or of the members of a group.
        known_as: what identifies them otherwise, for whoever searches.
        link: to the report, relative to the page; empty if there is none.
        state, word: what has become of it.
        is_late: whether it was handed in after the deadline.
        raw: points before lateness; None if there are none.
        final: the grade, in points; None if there is none.
        remarks: why there is no grade, what lateness costs, and who decided what by hand, a line each.
    """

    name: str
    known_as: str
    link: str
    state: State
    word: str
    is_late: bool
    raw: float | None
    final: float | None
    remarks: tuple[str, ...]


def rows_of(results: ClassResults) -> list[Row]:
    """Return the rows: first those that a person must look at, then by name."""
    rows = [_row(entry) for entry in results.entries]
    return sorted(rows, key=lambda row: (row.state, _letters(row.name)))


def name_of(entry: EntryResult) -> str:
    """Return the name of a student, or of a group's members, else the key."""
    persons = entry.entry.persons
    return ", ".join(person.name or person.username for person in persons) or entry.entry.key


def link_to(entry: EntryResult, criterion: str = "") -> str:
    """Return the link to a report, or to a criterion in it.

    Empty if there is no report.
    """
    if entry.report is None:
        return ""
    place = f"#c-{quote(criterion, safe='')}" if criterion else ""
    return f"{SUBMISSIONS}/{quote(entry.entry.key, safe='')}/report.html{place}"


def state_of(entry: EntryResult) -> State:
    """Return what has become of a submission."""
    if entry.final is not None:
        return State.LATE if is_late(entry) else State.GRADED
    if entry.report is not None and entry.report.is_for_a_person:
        return State.NOT_GRADABLE
    if any(criterion.verdict is Verdict.ERROR for criterion in entry.criteria.values()):
        return State.ERROR
    if not entry.entry.attempts:
        return State.NOTHING
    return State.UNREADABLE if entry.report is None and _is_unreadable(entry) else State.OPEN


def is_late(entry: EntryResult) -> bool:
    """Return whether what counts was handed in after the deadline.

    Without one, the platform's word counts.
    """
    if entry.late_by is not None:
        return entry.late_by > timedelta(0)
    counting = entry.entry.counting
    return counting is not None and bool(counting.is_late)


def _row(entry: EntryResult) -> Row:
    state = state_of(entry)
    identity = entry.entry
    known_as = dict.fromkeys([identity.key, *(person.username for person in identity.persons)])
    return Row(
        name=name_of(entry),
        known_as=", ".join(filter(None, known_as)),
        link=link_to(entry),
        state=state,
        word=_(STATES[state]),
        is_late=is_late(entry),
        raw=entry.raw,
        final=entry.final,
        remarks=tuple(_remarks(entry)),
    )


def _remarks(entry: EntryResult) -> Iterator[str]:
    if entry.no_grade:
        yield entry.no_grade
    if is_late(entry):
        yield _lateness(entry)
    if entry.entry.deadline:
        yield _("extension until {moment}", moment=moment(entry.entry.deadline))
    for criterion in entry.criteria.values():
        if criterion.override:
            told = _(
                "{criterion}: {points} of {most} points, decided by the instructor",
                criterion=criterion.id,
                points=points(criterion.override.points),
                most=criterion.points,
            )
            yield joined(": ", filter(None, [told, criterion.override.reason]))
    others = len(entry.entry.attempts) - 1
    if others > 0 and entry.entry.graded is not None:
        yield n_(
            "attempt {number} counts; {n} other attempt",
            "attempt {number} counts; {n} other attempts",
            others,
            number=entry.entry.graded,
        )


def _lateness(entry: EntryResult) -> str:
    if entry.late_by is None:
        return _("late according to the platform")
    span = _span(entry.late_by)
    if not entry.penalty:
        return _("late by {span}", span=span)
    return _("late by {span}: {points} points less", span=span, points=points(entry.penalty))


def _span(late_by: timedelta) -> str:
    minutes = max(1, round(late_by.total_seconds() / 60))
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days:
        return _("{days} d {hours} h", days=days, hours=hours)
    return _("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)


def _is_unreadable(entry: EntryResult) -> bool:
    return all(attempt.problem for attempt in entry.entry.attempts)


def _letters(name: str) -> str:
    """Return a name to sort by: without accents, and without regard to case."""
    parts = unicodedata.normalize("NFKD", name)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()
