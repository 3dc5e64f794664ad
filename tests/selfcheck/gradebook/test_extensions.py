"""Deadlines of single students: which are read, what they change, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fixtures.class_run.folder import changes
from grading.exercise.class_policy import LatePolicy
from grading.gradebook.errors import GradebookError
from grading.gradebook.extensions import extended
from grading.gradebook.read_class import read_class
from grading.platforms.person import Person
from tests.selfcheck.gradebook.classes import DEADLINE, attempt, entry, folder, passed, record

AN = entry("an", Person(username="r1", email="an@school.be"), attempts=[attempt(handed_in=DEADLINE)])
BO = entry("bo", Person(username="r2"), Person(username="r3"))
LATER = datetime(2026, 12, 4, 23, 59, 59, tzinfo=UTC)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "extensions.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("student", ["an", "R1", "an@school.be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_student_with_more_time(student: str, delimiter: str, tmp_path: Path) -> None:
    rows = (["Student", "deadline", "reason"], [student, "2026-12-04 23:59", "illness"], ["", "", ""])
    path = written(tmp_path, "\r\n".join(map(delimiter.join, rows)))
    an, bo = extended([AN, BO], path, UTC)
    assert (an.deadline, bo.deadline) == (LATER, None)


def test_a_member_has_it_for_the_group(tmp_path: Path) -> None:
    path = written(tmp_path, "student,deadline\nr3,2026-12-04T23:59:59Z\n")
    assert extended([AN, BO], path, None)[1].deadline == LATER


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who,when\nan,2026-12-04 23:59\n", "the first line must be student,deadline,reason"),
        ("student,deadline\n\nzoe,2026-12-04 23:59\n", "row 3: zoe: this student is not in the class"),
        ("student,deadline\nan,next week\n", "row 2: an: next week: not a date with a time"),
        ("student,deadline\nan,\n", "row 2: an: .*not a date with a time"),
        ("student,deadline\nr2,2026-12-04 23:59\nr3,2026-12-05 23:59\n", "row 3: r3: .* on another line"),
    ],
)
def test_what_is_not_beyond_doubt_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match=words):
        extended([AN, BO], written(tmp_path, text), UTC)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match=r"none\.csv cannot be read"):
        extended([AN], tmp_path / "none.csv", UTC)


def test_it_counts_in_place_of_the_deadline_of_the_class(tmp_path: Path) -> None:
    late = attempt(handed_in=DEADLINE + timedelta(days=2))
    an = entry("an", attempts=[late]).model_copy(update={"deadline": DEADLINE + timedelta(days=1)})
    bo, cy = entry("bo", attempts=[late]), entry("cy", attempts=[late])
    cy = cy.model_copy(update={"deadline": DEADLINE + timedelta(days=3)})
    given = record(an, bo, cy, late=LatePolicy(penalty_per_day=10))
    results = read_class(folder(tmp_path, given, dict.fromkeys(["an", "bo", "cy"], passed()))).entries
    assert [(result.penalty, result.final) for result in results] == [(10, 90), (20, 80), (0, 100)]


def test_a_run_without_the_dates_of_the_last_one_says_so() -> None:
    before = record(AN.model_copy(update={"deadline": LATER}), BO)
    assert list(changes(before, before)) == []
    words = " ".join(changes(before, before.model_copy(update={"deadline": None, "entries": (AN, BO)})))
    assert "no longer have an extension: an;" in words
    assert "Give --deadline again" in words


def test_what_the_platform_takes_for_in_time_is_told(tmp_path: Path) -> None:
    late = attempt(handed_in=DEADLINE + timedelta(days=2), is_late=False)
    given = record(entry("an", attempts=[late]), late=LatePolicy(penalty_per_day=10))
    (remark,) = read_class(folder(tmp_path, given, {"an": passed()})).remarks
    assert "in time according to the platform (an)" in remark
