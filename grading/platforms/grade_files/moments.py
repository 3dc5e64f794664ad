"""Dates and times as platforms write them, in English and Dutch."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january", "januari"),
            ("feb", "february", "februari"),
            ("mar", "march", "mrt", "maart"),
            ("apr", "april"),
            ("may", "mei"),
            ("jun", "june", "juni"),
            ("jul", "july", "juli"),
            ("aug", "august", "augustus"),
            ("sep", "sept", "september"),
            ("oct", "october", "okt", "oktober"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for name in names
}
_TIME: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_WORDS: Final = re.compile(
    rf"(?:\w+,? )?(?P<day>\d{{1,2}}) (?P<month>[^\W\d]+)\.? (?P<year>\d{{4}}),? {_TIME}"
)
_MONTH_FIRST: Final = re.compile(
    rf"(?:\w+,? )?(?P<month>[^\W\d]+)\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}),? {_TIME}"
)
_DAY_FIRST: Final = re.compile(
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}),?[ T]"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
)


def written_moment(text: str) -> datetime | None:
    """Return a date and time.

    Args:
        text: in ISO 8601, in words (``Tuesday, 21 April 2020, 6:34 AM``, ``dinsdag, 21 april 2020, 06:34``,
            ``Tuesday, April 21, 2020, 6:34 AM``), or in numbers with the day first (``21/04/2020 06:34``).

    Returns:
        With a zone only if the text names one; None if it is no date with a time.
    """
    text = " ".join(text.split())
    try:
        if re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", text):
            return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", text).replace(" UTC", "+00:00"))
        found = _WORDS.fullmatch(text) or _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
        return _moment(found.groupdict()) if found else None
    except (ValueError, KeyError):
        return None


def _moment(parts: dict[str, str | None]) -> datetime:
    month, hour, half = str(parts["month"]), int(parts["hour"] or 0), (parts.get("half") or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(
        int(parts["year"] or 0),
        int(month) if month.isdigit() else _MONTHS[month.lower()],
        int(parts["day"] or 0),
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
    )


def in_zone(moment: datetime, zone: tzinfo | None, *, is_deadline: bool = False) -> datetime:
    """Return a moment with a zone.

    Args:
        moment: that names a zone, or is local to ``zone``.
        zone: None for that of this machine.
        is_deadline: whether an hour that a clock shows twice, at the end of summer time, is the later one;
            of what was handed in it is the earlier one. Both are in a student's favour.
    """
    if moment.tzinfo is not None:
        return moment
    local = moment.replace(fold=int(is_deadline))
    return local.astimezone() if zone is None else local.replace(tzinfo=zone)
