"""Results of a class: points, lateness, overrides, and who has no grade."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from grading.exercise.class_policy import LatePolicy
from grading.gradebook.errors import GradebookError
from grading.gradebook.model import FILE, OVERRIDES
from grading.gradebook.read_class import read_class
from grading.gradebook.results import EntryResult
from grading.platforms.person import Person
from grading.report.model import Report, Verdict
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

TEN_A_DAY = LatePolicy(penalty_per_day=10, grace_minutes=15, cut_off_days=3)


def one(out: Path, made: Report, overrides: str = "", **facts: Any) -> EntryResult:
    """Return the result of a class of one student, ``jan``."""
    folder(out, record(entry("jan", attempts=[attempt(**facts)]), late=TEN_A_DAY), {"jan": made})
    if overrides:
        (out / OVERRIDES).write_text("student,criterion,points,reason\n" + overrides, "utf-8")
    return read_class(out).entries[0]


def test_points_of_a_report(tmp_path: Path) -> None:
    result = one(tmp_path, lost("why"))
    assert (result.raw, result.penalty, result.final, result.no_grade) == (40, 0, 40, "")
    bad, good = result.criteria.values()
    assert (bad.verdict, bad.earned, bad.points, bad.cause) == (Verdict.FAILED, 0, 60, "why")
    assert (good.earned, good.cause) == (40, "")
    assert type(bad.cause) is str


@pytest.mark.parametrize(
    ("after", "penalty"),
    [
        (timedelta(seconds=-1), 0),
        (timedelta(), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=16), 10),
        (timedelta(days=1, minutes=15), 10),
        (timedelta(days=1, minutes=16), 20),
        (timedelta(days=3), 30),
        (timedelta(days=3, seconds=1), 100),
    ],
)
def test_what_lateness_costs(after: timedelta, penalty: float, tmp_path: Path) -> None:
    result = one(tmp_path, passed(), handed_in=DEADLINE + after)
    assert (result.raw, result.penalty, result.final) == (100, penalty, 100 - penalty)


def test_lateness_costs_no_more_than_there_is(tmp_path: Path) -> None:
    made = report_of_zero()
    result = one(tmp_path, made, handed_in=DEADLINE + timedelta(days=2))
    assert (result.raw, result.penalty, result.final) == (0, 0, 0)


def report_of_zero() -> Report:
    made = lost()
    criteria = [item.model_copy(update={"verdict": Verdict.FAILED, "earned": 0}) for item in made.criteria]
    return made.model_copy(update={"criteria": criteria, "score": 0, "score_at_least": 0, "score_at_most": 0})


def test_what_the_platform_does_not_call_late_costs_nothing_and_is_told(tmp_path: Path) -> None:
    """It knows of an extension that it granted, or it has no due date."""
    late = DEADLINE + timedelta(days=2)
    result = one(tmp_path, passed(), handed_in=late, is_late=False)
    assert (result.late_by, result.penalty, result.final) == (timedelta(), 0, 100)
    (remark,) = read_class(tmp_path).remarks
    assert remark.startswith("1 student handed in after the deadline, and the platform does not call it late")


@pytest.mark.parametrize(
    ("after", "is_late", "late"),
    [
        (timedelta(minutes=15), False, TEN_A_DAY),
        (timedelta(days=2), True, TEN_A_DAY),
        (timedelta(days=2), None, TEN_A_DAY),
        (timedelta(days=2), False, LatePolicy()),
    ],
)
def test_nothing_is_told_if_platform_and_deadline_agree_or_nothing_is_at_stake(
    after: timedelta, is_late: bool | None, late: LatePolicy, tmp_path: Path
) -> None:
    made = entry("jan", attempts=[attempt(handed_in=DEADLINE + after, is_late=is_late)])
    folder(tmp_path, record(made, late=late), {"jan": passed()})
    assert read_class(tmp_path).remarks == ()


def test_late_by_nobody_knows_how_much_is_no_grade(tmp_path: Path) -> None:
    result = one(tmp_path, passed(), handed_in=None, is_late=True)
    assert (result.raw, result.penalty, result.final) == (100, None, None)
    assert "no date says by how much" in result.no_grade


def test_nobody_pays_for_a_date_that_is_not_known(tmp_path: Path) -> None:
    assert one(tmp_path, passed(), handed_in=None).final == 100
    assert "nothing is taken off" in read_class(tmp_path).remarks[0]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (undecided(), "grading is incomplete: a reason"),
        (undecided(gradable=False), "not gradable as handed in: a person decides about a.bad"),
        (
            passed().model_copy(update={"score": None, "outcome": "incomplete", "reason": "stopped"}),
            "stopped",
        ),
    ],
)
def test_no_grade_without_every_verdict(made: Report, words: str, tmp_path: Path) -> None:
    result = one(tmp_path, made)
    assert (result.raw, result.penalty, result.final) == (None, None, None)
    assert words in result.no_grade


def test_no_grade_for_a_report_on_other_points(tmp_path: Path) -> None:
    folder(tmp_path, record(entry("jan"), max_score=80), {"jan": passed()})
    assert "100 points, and the class on 80" in read_class(tmp_path).entries[0].no_grade


def test_no_grade_without_a_report(tmp_path: Path) -> None:
    entries = (
        entry("a", attempts=[]),
        entry("b"),
        entry("c", attempts=[attempt(problem="a.rar: no program here unpacks it")]),
        entry("d"),
    )
    folder(tmp_path, record(*entries), {"c": passed(), "d": passed()})
    (tmp_path / "submissions/d/report.json").write_text("{}", "utf-8")
    reasons = [result.no_grade for result in read_class(tmp_path).entries]
    assert reasons[:3] == ["nothing was handed in", "not graded yet", "a.rar: no program here unpacks it"]
    assert "report.json" in reasons[3]


def test_an_override_replaces_points(tmp_path: Path) -> None:
    result = one(tmp_path, lost(), "jan,a.bad,12.5,saw it work")
    assert (result.raw, result.final) == (52.5, 52.5)
    override = result.criteria["a.bad"].override
    assert override is not None
    assert (result.criteria["a.bad"].earned, override.points, override.reason) == (0, 12.5, "saw it work")


def test_an_override_comes_before_lateness(tmp_path: Path) -> None:
    late = DEADLINE + timedelta(hours=1)
    assert one(tmp_path, lost(), "jan,a.bad,60,", handed_in=late).final == 90


def test_overrides_decide_what_could_not_be_graded(tmp_path: Path) -> None:
    result = one(tmp_path, undecided(gradable=False), "jan,a.bad,30,looked at it")
    assert (result.final, result.no_grade) == (70, "")


@pytest.mark.parametrize(
    "text",
    [
        "student;criterion;points;reason\r\njan;a.bad;12,5;Belgian\r\n",
        '\N{BYTE ORDER MARK}"student"\t"criterion"\t"points"\n"jan"\t"a.bad"\t"12.5"\n\n',
        "student;criterium;punten;reden\njan@school.be;a.bad;12,5;é\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_overrides_as_spreadsheets_write_them(text: str, encoding: str, tmp_path: Path) -> None:
    jan = entry("jan", Person(name="Jan", email="Jan@school.be"))
    folder(tmp_path, record(jan), {"jan": lost()})
    data = text.lstrip("\N{BYTE ORDER MARK}") if encoding != "utf-8" else text
    (tmp_path / OVERRIDES).write_bytes(data.encode(encoding))
    assert read_class(tmp_path).unapplied == ()
    assert read_class(tmp_path).entries[0].raw == 52.5


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("piet,a.bad,3,x", "the class has no such student"),
        ("twin,a.bad,3,x", "more than one student has this name"),
        ("jan,a.worse,3,x", "no such criterion was graded"),
        ("jan,a.bad,many,x", "its points are no number: 'many'"),
        ("jan,a.bad,61,x", "its points must lie between 0 and 60"),
        ("jan,a.bad,-1,x", "its points must lie between 0 and 60"),
        ("an,a.bad,1,x", "there is no report yet"),
        ("jan,a.bad", "its points are no number: ''"),
    ],
)
def test_an_override_that_does_not_fit_is_said(line: str, why: str, tmp_path: Path) -> None:
    twins = [entry(key, Person(name="Twin", username="twin")) for key in ("t1", "t2")]
    folder(tmp_path, record(entry("jan"), entry("an"), *twins), {"jan": lost()})
    (tmp_path / OVERRIDES).write_text(f"student,criterion,points,reason\n{line}\n", "utf-8")
    results = read_class(tmp_path)
    assert [words.endswith(why) for words in results.unapplied] == [True]
    jan = next(result for result in results.entries if result.entry.key == "jan")
    assert jan.raw == 40


@pytest.mark.parametrize("text", ["", "name,points\njan,3\n", "\n\n"])
def test_a_file_of_another_form_is_said(text: str, tmp_path: Path) -> None:
    folder(tmp_path, record(entry("jan")), {"jan": lost()})
    (tmp_path / OVERRIDES).write_text(text, "utf-8")
    assert "its first line must be" in read_class(tmp_path).unapplied[0]


def test_of_two_overrides_the_last_counts_and_both_are_told(tmp_path: Path) -> None:
    assert one(tmp_path, lost(), "jan,a.bad,10,x\njan,a.bad,20,y").raw == 60
    assert "there are two of it" in read_class(tmp_path).remarks[0]


def test_an_override_of_a_group_counts_for_all_and_says_so(tmp_path: Path) -> None:
    group = entry("g1", Person(name="A", username="a"), Person(name="B", username="b"))
    folder(tmp_path, record(group), {"g1": lost()})
    (tmp_path / OVERRIDES).write_text("student,criterion,points,reason\nb,a.bad,10,x\n", "utf-8")
    results = read_class(tmp_path)
    assert results.entries[0].raw == 50
    assert "all members of the group" in results.remarks[0]


def test_reports_by_different_rubrics_are_said(tmp_path: Path) -> None:
    other = passed().model_copy(update={"rubric": "2025"})
    folder(tmp_path, record(entry("a"), entry("b")), {"a": passed(), "b": other})
    assert read_class(tmp_path).remarks == (
        "the class is graded by 2026, and some reports are by others: 2025 (1); judge them again with "
        "kubegrade regrade",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "No such file"),
        ("{", "class.json"),
        (json.dumps({"schema": "kubegrade/class/v9"}), "kubegrade/class/v9"),
        (json.dumps({"schema": "kubegrade/class/v1"}), "title"),
    ],
)
def test_another_folder_is_refused_with_words(text: str | None, words: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(GradebookError, match=words):
        read_class(tmp_path)
