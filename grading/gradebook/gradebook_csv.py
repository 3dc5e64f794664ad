"""``gradebook.csv``: a table of the class for a spreadsheet.

Semicolons and a byte order mark, because a spreadsheet that is set for Belgium or the Netherlands opens such
a file in columns. The decimal sign is that of the language spoken: a comma in Dutch.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from grading.files import write_text
from grading.gradebook.results import ClassResults, CriterionPoints, EntryResult
from grading.platforms.grade_files.layout import shortest
from grading.platforms.person import Person
from grading.text.i18n import Language, _, language
from grading.text.sanitize import encodable, spreadsheet

FILE: Final = "gradebook.csv"
_MARK: Final = "\N{BYTE ORDER MARK}"


def write_gradebook(results: ClassResults, path: Path) -> None:
    """Write the gradebook of a class, whole or not at all.

    Args:
        results: of the class.
        path: of the file.

    Raises:
        OSError: it cannot be written.
    """
    write_text(path, gradebook(results))


def gradebook(results: ClassResults) -> str:
    """Return the gradebook: a row for each student, members of a group too."""
    text = io.StringIO(_MARK)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    criteria = _criteria(results)
    writer.writerow(
        [*map(spreadsheet, _headings()), *map(spreadsheet, criteria), *map(spreadsheet, _totals())]
    )
    for result in results.entries:
        for person in result.entry.persons:
            cells = [
                *_identity(result, person, results.record.deadline_of(result.entry)),
                *(_earned(result.criteria.get(name)) for name in criteria),
                *_grades(result, results.record.max_score),
            ]
            writer.writerow(map(spreadsheet, cells))
    return encodable(text.getvalue())


def _headings() -> list[str]:
    return [
        _("student"),
        _("name"),
        _("user name"),
        _("e-mail"),
        _("attempt"),
        _("handed in"),
        _("deadline"),
        _("run"),
    ]


def _totals() -> list[str]:
    return [
        _("raw score"),
        _("hours late"),
        _("late penalty"),
        _("overrides"),
        _("final"),
        _("maximum"),
        _("why there is no grade"),
    ]


def _criteria(results: ClassResults) -> list[str]:
    """Return the ids of all criteria that are in any report, in the rubric's order."""
    return list(dict.fromkeys(name for result in results.entries for name in result.criteria))


def _identity(result: EntryResult, person: Person, deadline: datetime | None) -> Iterator[str]:
    entry = result.entry
    yield entry.key
    yield person.name
    yield person.username
    yield person.email
    graded = entry.counting
    yield f"{graded.number}/{len(entry.attempts)}" if graded and len(entry.attempts) > 1 else ""
    yield _moment(graded.handed_in if graded else None)
    yield _moment(deadline)
    yield _run(result)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _run(result: EntryResult) -> str:
    """Return how the run ended, in a word or two."""
    if result.report is None:
        return _("no report")
    if result.report.is_for_a_person:
        return _("not gradable")
    return _("graded") if result.report.outcome == "graded" else _("incomplete")


def _earned(criterion: CriterionPoints | None) -> str:
    return _number(criterion.final) if criterion else ""


def _grades(result: EntryResult, max_score: int) -> Iterator[str]:
    yield _number(result.raw)
    yield _hours(result)
    yield _number(result.penalty)
    yield "; ".join(filter(None, map(_override, result.criteria.values())))
    yield _number(result.final)
    yield str(max_score)
    yield result.no_grade


def _override(criterion: CriterionPoints) -> str:
    """Return an override as it was decided; empty if there is none."""
    override = criterion.override
    if override is None:
        return ""
    before = "\N{EN DASH}" if criterion.earned is None else _number(criterion.earned)
    return (
        f"{criterion.id}: {before} → {_number(override.points)} ({override.reason or _('no reason given')})"
    )


def _hours(result: EntryResult) -> str:
    """Return by how many hours it is late; a word if nobody knows how many."""
    if result.late_by is not None:
        return _number(result.late_by / timedelta(hours=1)) if result.late_by else ""
    attempt = result.entry.counting
    return _("late") if attempt and attempt.is_late else ""


def _number(value: float | None) -> str:
    """Return a number as a spreadsheet of the language spoken reads it."""
    if value is None:
        return ""
    return shortest(value).replace(".", "," if language() is Language.NL else ".")
