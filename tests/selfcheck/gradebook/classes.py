"""Folders of classes, with reports of two criteria: ``a.bad`` (60 points) and ``a.good`` (40)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grading.exercise.class_policy import LatePolicy
from grading.gradebook.model import FILE, SUBMISSIONS, AttemptRecord, ClassRecord, Entry
from grading.platforms.person import Person
from grading.report.model import FILE as REPORT
from grading.report.model import Report, Verdict
from tests.selfcheck.reports import report

DEADLINE = datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC)
IN_TIME = datetime(2026, 11, 27, 12, tzinfo=UTC)


def passed(text: str = "fine") -> Report:
    """Return a report with all points."""
    return report(text, Verdict.PASSED).model_copy(
        update={"score": 100, "score_at_least": 100, "score_at_most": 100}
    )


def lost(text: str = "a reason") -> Report:
    """Return a report with 40 of 100 points."""
    return report(text, Verdict.FAILED)


def undecided(*, gradable: bool = True) -> Report:
    """Return a report with a criterion that ended in error."""
    made = report("a reason", Verdict.ERROR)
    bad, good = made.criteria
    return made.model_copy(update={"criteria": [bad.model_copy(update={"gradable": gradable}), good]})


def attempt(number: int = 1, **facts: Any) -> AttemptRecord:
    """Return an attempt in time, but for what is said of it."""
    return AttemptRecord(**{"number": number, "handed_in": IN_TIME, **facts})


def entry(key: str, *persons: Person, attempts: Iterable[AttemptRecord] | None = None) -> Entry:
    """Return a student; by default one of the key's name who handed in once."""
    made = (attempt(),) if attempts is None else tuple(attempts)
    named = persons or (Person(name=key.title(), username=key),)
    return Entry(key=key, persons=named, attempts=made, graded=made[-1].number if made else None)


def record(*entries: Entry, late: LatePolicy | None = None, **facts: Any) -> ClassRecord:
    """Return the record of a class."""
    given = {
        "title": "Chapter 11",
        "form": "moodle",
        "marker": "chapter11",
        "rubric": "2026",
        "rubric_digest": "",
        "max_score": 100,
        "deadline": DEADLINE,
        "late": late or LatePolicy(),
        "entries": tuple(sorted(entries, key=lambda item: item.key)),
    }
    return ClassRecord(**{**given, **facts})


def folder(out: Path, made: ClassRecord, reports: Mapping[str, Report]) -> Path:
    """Write the folder of a class, with pages that say whose they are."""
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(made.to_json(), "utf-8")
    for key, item in reports.items():
        place = out / SUBMISSIONS / key
        place.mkdir(parents=True)
        (place / REPORT).write_text(item.to_json(), "utf-8")
        (place / "report.html").write_text(f"<p>{key}</p>", "utf-8")
    return out
