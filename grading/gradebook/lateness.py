"""Deadlines, and what it costs to miss one.

Whatever is not certain is in a student's favour: nothing is taken off if nobody says that something is late.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grading.exercise.class_policy import LatePolicy
from grading.gradebook.errors import GradebookError
from grading.gradebook.model import AttemptRecord, ClassRecord, Entry
from grading.platforms.grade_files.moments import in_zone, written_moment
from grading.text.i18n import _, n_

_DAY: Final = timedelta(days=1)
_TO_THE_MINUTE: Final = re.compile(r"(?<!:)\b\d{1,2}:\d\d(?!:\d)")


def time_zone(name: str | None) -> tzinfo | None:
    """Return a time zone by its name, None for that of this machine.

    The name is such as ``Europe/Brussels``.

    Raises:
        GradebookError: there is no such zone.
    """
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise GradebookError(
            _("--timezone {name}: no such time zone; write one as in Europe/Brussels", name=name)
        ) from error


def deadline_of(text: str, zone: tzinfo | None) -> datetime:
    """Return a deadline.

    Args:
        text: a date with a time, with or without a zone: ``2026-11-27 23:59``. Without seconds it lasts to
            the end of its minute.
        zone: of a text that names none; None for that of this machine.

    Raises:
        GradebookError: it is no such date.
    """
    moment = written_moment(text)
    if moment is None:
        raise GradebookError(
            _("{text}: no date with a time; write 2026-11-27 23:59, or 2026-11-27T23:59+01:00", text=text)
        )
    if _TO_THE_MINUTE.search(text):
        moment = moment.replace(second=59)
    return in_zone(moment, zone, is_deadline=True)


def late_by(attempt: AttemptRecord, deadline: datetime | None, policy: LatePolicy) -> timedelta | None:
    """Return how long after the deadline an attempt was handed in.

    A platform knows of extensions that it granted: what it says is not late is in time.

    Returns:
        Zero within the grace; None if that is not known.
    """
    if attempt.is_late is False:
        return timedelta()
    if deadline is None or attempt.handed_in is None:
        return None
    after = attempt.handed_in - deadline
    return after if after > _grace(policy) else timedelta()


def penalty(entry: Entry, attempt: AttemptRecord, raw: float, record: ClassRecord) -> float | None:
    """Return the points that lateness costs.

    Args:
        entry: whose attempt it is.
        attempt: the one that counts.
        raw: the points that it earned.
        record: of the class, with its deadline and what lateness costs.

    Returns:
        None if it costs something and nobody knows how much.
    """
    policy, late = record.late, late_by(attempt, record.deadline_of(entry), record.late)
    if policy.is_free:
        return 0.0
    if late is None:
        return None if attempt.is_late else 0.0
    if not late:
        return 0.0
    if policy.cut_off_days is not None and late > timedelta(days=policy.cut_off_days):
        return raw
    days = -((_grace(policy) - late) // _DAY)
    return min(raw, days * policy.penalty_per_day / 100 * record.max_score)


def is_date_missing(entry: Entry, attempt: AttemptRecord, record: ClassRecord) -> bool:
    """Return whether it is unknown if an attempt is late, while that costs points."""
    late = late_by(attempt, record.deadline_of(entry), record.late)
    return late is None and attempt.is_late is None and not record.late.is_free


def disputed(record: ClassRecord) -> list[str]:
    """Return a remark if students handed in after the deadline, and the platform does not call it late.

    It may have no due date, so that the instructor must know.
    """
    late = 0
    for entry in record.entries:
        attempt = entry.counting
        if attempt and attempt.is_late is False and not record.late.is_free:
            by_date = attempt.model_copy(update={"is_late": None})
            late += bool(late_by(by_date, record.deadline_of(entry), record.late))
    if not late:
        return []
    return [
        n_(
            "{n} student handed in after the deadline, and the platform does not call it late, as with an "
            "extension: nothing is taken off. If it has no due date, set one there, and download again",
            "{n} students handed in after the deadline, and the platform does not call it late, as with an "
            "extension: nothing is taken off. If it has no due date, set one there, and download again",
            late,
        )
    ]


def _grace(policy: LatePolicy) -> timedelta:
    return timedelta(minutes=policy.grace_minutes)
