"""``gradebook.csv``: a table that a spreadsheet opens."""

import csv
import io
from datetime import timedelta
from pathlib import Path

from grading.exercise.class_policy import LatePolicy
from grading.gradebook.gradebook_csv import gradebook, write_gradebook
from grading.gradebook.model import OVERRIDES, ClassRecord
from grading.gradebook.read_class import read_class
from grading.platforms.person import Person
from grading.report.model import Report
from grading.text.i18n import Language, speaking
from tests.selfcheck.gradebook.classes import (
    DEADLINE,
    attempt,
    entry,
    folder,
    lost,
    passed,
    record,
    undecided,
)


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\N{BYTE ORDER MARK}")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


def made(out: Path, given: ClassRecord, reports: dict[str, Report]) -> list[dict[str, str]]:
    return rows(gradebook(read_class(folder(out, given, reports))))


def test_a_row_for_each_student(tmp_path: Path) -> None:
    late = attempt(2, handed_in=DEADLINE + timedelta(hours=25, minutes=30))
    given = record(
        entry("an", Person(name="Renée D'hondt", username="r1", email="an@school.be")),
        entry("jan", attempts=[attempt(1), late]),
        entry("piet", attempts=[]),
        late=LatePolicy(penalty_per_day=5.5),
    )
    an, jan, piet = made(tmp_path, given, {"an": lost(), "jan": passed()})
    assert an == {
        "student": "an",
        "name": "Renée D'hondt",
        "user name": "r1",
        "e-mail": "an@school.be",
        "attempt": "",
        "handed in": "2026-11-27 12:00",
        "deadline": "2026-11-27 23:59",
        "run": "graded",
        "a.bad": "0",
        "a.good": "40",
        "raw score": "40",
        "hours late": "",
        "late penalty": "0",
        "overrides": "",
        "final": "40",
        "maximum": "100",
        "why there is no grade": "",
    }
    assert [jan[name] for name in ("attempt", "hours late", "raw score", "late penalty", "final")] == [
        "2/2", "25.5", "100", "11", "89",
    ]  # fmt: skip
    assert (piet["run"], piet["a.bad"], piet["final"], piet["why there is no grade"]) == (
        "no report", "", "", "nothing was handed in",
    )  # fmt: skip


def test_a_row_for_each_member_of_a_group(tmp_path: Path) -> None:
    group = entry("g1", Person(name="A"), Person(name="B"))
    assert [(row["name"], row["final"]) for row in made(tmp_path, record(group), {"g1": lost()})] == [
        ("A", "40"), ("B", "40"),
    ]  # fmt: skip


def test_overrides_are_shown(tmp_path: Path) -> None:
    folder(tmp_path, record(entry("jan"), entry("an")), {"jan": lost(), "an": undecided(gradable=False)})
    (tmp_path / OVERRIDES).write_text(
        "student,criterion,points,reason\njan,a.bad,12.5,saw it\njan,a.good,30,\nan,a.bad,60,x\n", "utf-8"
    )
    an, jan = rows(gradebook(read_class(tmp_path)))
    assert jan["overrides"] == "a.bad: 0 → 12.5 (saw it); a.good: 40 → 30 (no reason given)"
    assert (jan["a.bad"], jan["final"]) == ("12.5", "42.5")
    assert (an["overrides"], an["run"], an["final"]) == ("a.bad: \N{EN DASH} → 60 (x)", "not gradable", "100")


def test_dutch_has_a_decimal_comma(tmp_path: Path) -> None:
    folder(tmp_path, record(entry("jan")), {"jan": lost()})
    (tmp_path / OVERRIDES).write_text("student;criterion;points\njan;a.bad;12,5\n", "utf-8")
    with speaking(Language.NL):
        text = gradebook(read_class(tmp_path))
    assert ";52,5;" in text


def test_nothing_is_a_formula(tmp_path: Path) -> None:
    hostile = entry("jan", Person(name="=cmd|' /C calc'!A0", username="@SUM(1)", email="\t-1"))
    (row,) = made(tmp_path, record(hostile), {"jan": undecided()})
    assert (row["name"], row["user name"], row["e-mail"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)", "'-1")


def test_it_is_written_in_utf8(tmp_path: Path) -> None:
    given = record(entry("jan", Person(name='Zoë; "Z"\nx\ud800')))
    results = read_class(folder(tmp_path, given, {"jan": lost()}))
    write_gradebook(results, tmp_path / "gradebook.csv")
    (row,) = rows((tmp_path / "gradebook.csv").read_bytes().decode())
    assert row["name"] == 'Zoë; "Z" x\N{REPLACEMENT CHARACTER}'
