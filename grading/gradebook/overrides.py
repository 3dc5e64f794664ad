"""``overrides.csv``: what an instructor decides about single criteria, applied last and always visible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grading.files import read_regular
from grading.gradebook.model import OVERRIDES, Entry
from grading.gradebook.own_lists import by_name, read_table, why_not_one
from grading.gradebook.results import CriterionPoints, Override
from grading.platforms.grade_files.encoding import decoded
from grading.platforms.grade_files.layout import number_of
from grading.platforms.grade_files.table import Row, Table
from grading.text.i18n import _
from grading.text.sanitize import MAX_CELL, one_line

MAX_BYTES: Final = 4 * 2**20
_HEADINGS: Final = {
    "student": ("student",),
    "criterion": ("criterion", "criterium"),
    "points": ("points", "punten"),
    "reason": ("reason", "reden"),
}


@dataclass
class Overrides:
    """The overrides of a class, by the student or group and the criterion.

    Attributes:
        by_entry: by the key of the entry, and then by the id of the criterion; of two, the last counts.
        unapplied: lines that count for nothing, and why.
        remarks: what else an instructor must know.
    """

    by_entry: Mapping[str, dict[str, Override]] = field(default_factory=dict)
    unapplied: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def apply(self, entry: Entry, criteria: Mapping[str, CriterionPoints]) -> dict[str, Override]:
        """Return the overrides of a student's criteria, and note those that do not fit.

        Args:
            entry: the student, or group.
            criteria: of their report; empty if there is none.
        """
        applied = {}
        for name, override in self.by_entry.get(entry.key, {}).items():
            why = _unfit(override, criteria.get(name), bool(criteria))
            if why:
                self.unapplied.append(_line(override, why))
            else:
                applied[name] = override
        return applied


def read_overrides(out: Path, entries: Sequence[Entry]) -> Overrides:
    """Return the overrides in the folder of a class; none if there is no such file.

    Args:
        out: the folder.
        entries: of the class.
    """
    try:
        text, _encoding = decoded(read_regular(out / OVERRIDES, MAX_BYTES, follow=True))
    except FileNotFoundError:
        return Overrides()
    except (OSError, UnicodeDecodeError) as error:
        return Overrides(unapplied=[_("{file} cannot be read: {error}", file=OVERRIDES, error=error)])
    known = read_table(text, _HEADINGS, ("student", "criterion", "points"))
    if known is None:
        words = _(
            "{file}: the first line must be student,criterion,points,reason (semicolons or tabs are allowed "
            "too)",
            file=OVERRIDES,
        )
        return Overrides(unapplied=[words])
    return _read(*known, by_name(entries))


def _read(table: Table, places: dict[str, int], entries: Mapping[str, list[Entry]]) -> Overrides:
    by_entry: dict[str, dict[str, Override]] = defaultdict(dict)
    result = Overrides(by_entry)
    for row in table.rows[1:]:
        if not any(value.strip() for value in row.values):
            continue
        override, why = _override(row, places)
        found = entries.get(override.student.casefold(), [])
        why = why or why_not_one(found)
        if why:
            result.unapplied.append(_line(override, why))
            continue
        entry = found[0]
        if override.criterion in by_entry[entry.key]:
            result.remarks.append(_line(override, _("this appears twice; the last one counts")))
        if len(entry.persons) > 1:
            result.remarks.append(_line(override, _("it counts for all members of the group")))
        by_entry[entry.key][override.criterion] = override
    return result


def _override(row: Row, places: dict[str, int]) -> tuple[Override, str]:
    """Return the override of a row, and why it cannot be read."""
    points = number_of(row.value(places["points"]))
    override = Override(
        row.value(places["student"]),
        row.value(places["criterion"]),
        0.0 if points is None else points,
        one_line(row.value(places.get("reason")), limit=MAX_CELL),
    )
    if points is None:
        return override, _("the points are not a number: {points}", points=repr(row.value(places["points"])))
    return override, ""


def _unfit(override: Override, criterion: CriterionPoints | None, has_report: bool) -> str:
    if criterion is None and not has_report:
        return _("there is no report yet")
    if criterion is None:
        return _("this criterion was not graded")
    if not 0 <= override.points <= criterion.points:
        return _("the points must be between 0 and {points}", points=criterion.points)
    return ""


def _line(override: Override, why: str) -> str:
    return _(
        "{file}: {student}, {criterion}: {why}",
        file=OVERRIDES,
        student=one_line(override.student),
        criterion=one_line(override.criterion),
        why=why,
    )
