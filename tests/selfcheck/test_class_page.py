"""The page about a class as text; what a browser makes of it is looked at in browser/."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from grading.class_page import LEAST, to_html, write_class_page
from grading.class_page.content import page_for_class, page_of
from grading.class_page.points import points
from grading.class_page.rows import State
from grading.class_page.tallies import Bar, common_causes, difficulties, joined, spread
from grading.exercise.loader import load_courses
from grading.gradebook.results import ClassResults, EntryResult
from grading.platforms.grade_files.layout import shortest
from grading.report.model import Detail, Verdict
from grading.text.i18n import Language, speaking
from tests.selfcheck.classes.results import results

RUBRIC = load_courses().rubric


@pytest.fixture(scope="module")
def forty() -> ClassResults:
    return results(40)


def bars(*counts: int) -> list[Bar]:
    return [Bar(float(n), n + 1.0, count) for n, count in enumerate(counts)]


def changed(found: ClassResults, change: Callable[[EntryResult], EntryResult]) -> ClassResults:
    return replace(found, entries=tuple(map(change, found.entries)))


def test_grades_are_counted_in_their_part_of_the_scale() -> None:
    counted = spread([0, 9.99, 10, 55, 90, 100], 100)
    assert [bar.count for bar in counted] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2]
    assert (counted[1].low, counted[1].high) == (10, 20)
    assert sum(bar.count for bar in spread([51, 0.5], 51)) == 2


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ((0, 0, 0), []),
        ((1, 0, 1), []),
        ((1, 1, 1), [(0, 3, 3)]),
        ((5, 0, 4), [(0, 1, 5), (1, 3, 4)]),
        ((3, 3, 1), [(0, 1, 3), (1, 3, 4)]),
        ((0, 0, 9), [(0, 3, 9)]),
        ((3, 0, 0), [(0, 3, 3)]),
        ((2, 5, 2), [(0, 3, 9)]),
    ],
)
def test_few_are_counted_with_their_neighbours(
    counts: tuple[int, ...], kept: list[tuple[int, int, int]]
) -> None:
    found = joined(bars(*counts), 3)
    assert [(bar.low, bar.high, bar.count) for bar in found] == kept
    assert all(bar.count >= 3 for bar in found)


@pytest.mark.parametrize(
    ("value", "english", "dutch"),
    [(4.625, "4.63", "4,63"), (0.005, "0.01", "0,01"), (4.5, "4.5", "4,5"), (100.0, "100", "100")],
)
def test_points_are_rounded_as_in_the_gradebook(value: float, english: str, dutch: str) -> None:
    assert shortest(value) == english
    with speaking(Language.EN):
        assert points(value) == english
    with speaking(Language.NL):
        assert points(value) == dutch


def test_who_needs_a_person_comes_first_then_by_name(forty: ClassResults) -> None:
    rows = page_of(forty, RUBRIC).rows
    assert [row.state for row in rows] == sorted(row.state for row in rows)
    assert rows[0].state is State.ERROR
    assert rows[-1].state is State.NOTHING
    late = [row for row in rows if row.state is State.LATE]
    assert all("late by" in row.remarks[0] and "points less" in row.remarks[0] for row in late)
    graded = [row.name for row in rows if row.state is State.GRADED]
    assert graded.index("Öykü Van den Broeck") < graded.index("Pieter-Jan El Amrani")


def test_there_is_a_row_for_each_entry_and_a_link_to_each_report(forty: ClassResults) -> None:
    rows = page_of(forty, RUBRIC).rows
    assert len(rows) == len(forty.entries) == 40
    links = {row.link for row in rows if row.link}
    assert links == {
        f"submissions/{entry.entry.key}/report.html" for entry in forty.entries if entry.report is not None
    }
    html = to_html(forty)
    assert set(re.findall(r'href="(submissions/[^"#]*)"', html)) == links


def test_what_has_no_grade_says_why(forty: ClassResults) -> None:
    rows = {row.state: row for row in page_of(forty, RUBRIC).rows}
    assert "the node k3d-kubegrade-agent-0 went away" in rows[State.ERROR].remarks[0]
    assert rows[State.UNREADABLE].remarks == ("no program here unpacks work.rar",)
    assert rows[State.NOTHING].remarks == ("nothing was handed in",)
    assert rows[State.NOT_GRADABLE].final is None


def test_overrides_penalties_and_attempts_are_told(forty: ClassResults) -> None:
    remarks = [remark for row in page_of(forty, RUBRIC).rows for remark in row.remarks]
    assert 'pods.exec: 0.5 of 1 points, decided by the instructor: shown in class, "half"' in remarks
    assert "late by 1 d 6 h: 20 points less" in remarks
    assert "attempt 3 counts; 2 other attempts" in remarks


def test_late_without_a_date_is_late() -> None:
    found = results(1)
    (entry,) = found.entries
    attempt = entry.entry.attempts[0].model_copy(update={"handed_in": None, "is_late": True})
    late = replace(entry, entry=entry.entry.model_copy(update={"attempts": (attempt,)}), late_by=None)
    (row,) = page_of(replace(found, entries=(late,)), RUBRIC).rows
    assert (row.state, row.remarks[0]) == (State.LATE, "late according to the platform")


def test_the_hardest_criteria_come_first(forty: ClassResults) -> None:
    found = difficulties(forty)
    assert [one.share for one in found] == sorted(one.share for one in found)
    surge = next(one for one in found if one.id == "rolling.surge")
    lost = sum(
        entry.criteria["rolling.surge"].verdict.is_lost for entry in forty.entries if entry.report is not None
    )
    assert surge.lost == lost > 0
    # What an override gives back is not lost.
    exec_ = next(one for one in found if one.id == "pods.exec")
    assert exec_.earned % 1 == 0.5 or exec_.earned != exec_.possible


def test_equal_causes_are_counted_together(forty: ClassResults) -> None:
    found = common_causes(forty)
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)
    assert found[0].count > 5
    assert any(one.verdict is Verdict.ERROR for one in found)
    blocked = {
        criterion.id
        for entry in forty.entries
        for criterion in entry.criteria.values()
        if criterion.verdict is Verdict.BLOCKED
    }
    assert blocked
    for one in found:
        assert all(example.criteria[one.id].cause == one.words for example in one.examples)


def test_an_example_leads_to_its_place_in_the_report(forty: ClassResults) -> None:
    cause = page_of(forty, RUBRIC).causes[0]
    assert re.fullmatch(r"submissions/[a-z0-9.-]+/report\.html#c-[a-z.-]+", cause.link)
    assert cause.link.endswith(f"#c-{cause.id}")


def test_a_report_that_hides_details_has_no_such_place(forty: ClassResults) -> None:
    cause = page_of(hidden(forty, Detail.VERDICT), RUBRIC).causes[0]
    assert cause.link.endswith("/report.html")


def hidden(found: ClassResults, detail: Detail) -> ClassResults:
    def change(entry: EntryResult) -> EntryResult:
        criteria = {name: replace(item, detail=detail) for name, item in entry.criteria.items()}
        return replace(entry, criteria=criteria)

    return changed(found, change)


@pytest.mark.parametrize("students", [1, 2, 12, 40])
def test_a_page_for_the_class_tells_of_nobody(students: int) -> None:
    found = results(students)
    html = to_html(found, anonymous=True)
    text = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    told = {
        word
        for entry in found.entries
        for person in entry.entry.persons
        for word in (entry.entry.key, person.username, person.email, *person.name.split())
        if len(word) > 2
    }
    assert not [word for word in told if re.search(rf"\b{re.escape(word)}\b", text)]
    assert not re.findall(r'href="(?!#)', text)
    assert "2026" not in text
    assert "<script" not in html
    assert "went away" not in text  # an error is of one run
    page = page_for_class(found, RUBRIC, LEAST)
    assert (page.rows, page.remarks, page.facts) == ((), (), ())
    assert all(column.count >= LEAST for column in page.chart.columns) if page.chart else students < 12
    assert all(cause.count >= LEAST for cause in page.causes)
    assert all(int(item.words.split()[0]) >= LEAST for item in page.hardest)


def test_too_few_show_nothing() -> None:
    html = to_html(results(2), anonymous=True)
    assert "There are too few grades" in html
    assert "<svg" not in html


@pytest.mark.parametrize(("detail", "hardest"), [(Detail.NONE, False), (Detail.VERDICT, True)])
def test_a_page_for_the_class_says_no_more_than_students_see(
    forty: ClassResults, detail: Detail, hardest: bool
) -> None:
    page = page_for_class(hidden(forty, detail), RUBRIC, LEAST)
    assert not page.causes
    assert bool(page.hardest) is hardest


HOSTILE = '</td><script>alert(1)</script>"><img src=x onerror=alert(1)>\x1b[2J\u202eabc{{ 7*7 }}'


@pytest.mark.parametrize("anonymous", [False, True])
def test_everything_that_was_handed_in_is_text(forty: ClassResults, anonymous: bool) -> None:
    html = to_html(hostile(forty), anonymous=anonymous)
    without = re.sub(r"<script>.*?</script>", "", html, count=1, flags=re.DOTALL) if not anonymous else html
    assert "<script" not in without
    assert "<img" not in without
    assert not [c for c in html if c in "\x1b\u202e"]
    assert "49" not in re.findall(r"abc[^<]*", html)[0]


def hostile(found: ClassResults) -> ClassResults:
    """Return a class with a text wherever a text from outside can come."""

    def change(entry: EntryResult) -> EntryResult:
        persons = tuple(
            person.model_copy(update={"name": HOSTILE, "username": HOSTILE}) for person in entry.entry.persons
        )
        criteria = {
            name: replace(
                item,
                cause=HOSTILE if item.cause else "",
                override=item.override and replace(item.override, reason=HOSTILE),
            )
            for name, item in entry.criteria.items()
        }
        return replace(
            entry,
            entry=entry.entry.model_copy(update={"persons": persons}),
            criteria=criteria,
            no_grade=HOSTILE if entry.no_grade else "",
        )

    record = found.record.model_copy(update={"title": HOSTILE, "rubric": HOSTILE, "remarks": (HOSTILE,)})
    return replace(changed(found, change), record=record, remarks=(HOSTILE,))


def test_the_only_script_is_ours(forty: ClassResults) -> None:
    html = to_html(hostile(forty))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in policy or f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


def test_a_key_leads_nowhere_else(forty: ClassResults) -> None:
    def change(entry: EntryResult) -> EntryResult:
        return replace(entry, entry=entry.entry.model_copy(update={"key": '../"x#?/y'}))

    html = to_html(changed(forty, change))
    assert set(re.findall(r'href="(submissions[^"#]*)', html)) == {
        "submissions/..%2F%22x%23%3F%2Fy/report.html"
    }


def test_in_the_language_that_is_spoken(forty: ClassResults) -> None:
    with speaking(Language.NL):
        html = to_html(forty)
    assert '<html lang="nl">' in html
    assert re.search(r"\d,\d", html.partition("<main")[0].partition("<header>")[2])


def test_a_class_of_which_nothing_is_graded_yet() -> None:
    found = changed(
        results(12),
        lambda entry: replace(
            entry, report=None, criteria={}, raw=None, final=None, penalty=None, no_grade="not graded yet"
        ),
    )
    page = page_of(found, RUBRIC)
    assert page.chart is None
    assert {row.state for row in page.rows} == {State.OPEN, State.UNREADABLE, State.NOTHING}
    assert to_html(found, anonymous=True)
    assert "Distribution of the grades" not in to_html(found)


def test_an_empty_class() -> None:
    empty = replace(results(1), entries=())
    assert to_html(empty)
    assert to_html(empty, anonymous=True)


def test_a_criterion_that_no_course_knows_has_its_id(forty: ClassResults) -> None:
    def change(entry: EntryResult) -> EntryResult:
        return replace(
            entry, criteria={f"old.{n}": replace(i, id=f"old.{n}") for n, i in entry.criteria.items()}
        )

    assert page_of(changed(forty, change), RUBRIC).hardest[0].title == ""


def test_files(forty: ClassResults, tmp_path: Path) -> None:
    assert write_class_page(forty, tmp_path) == tmp_path / "class.html"
    assert write_class_page(forty, tmp_path, anonymous=True) == tmp_path / "class-anonymous.html"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class-anonymous.html", "class.html"]


@pytest.mark.parametrize(
    ("late_by", "words"),
    [
        (timedelta(seconds=10), "0 h 1 min"),
        (timedelta(minutes=45), "0 h 45 min"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=1), "2 d 1 h"),
    ],
)
def test_how_late(late_by: timedelta, words: str) -> None:
    (entry,) = results(1).entries
    found = replace(results(1), entries=(replace(entry, late_by=late_by, penalty=0.0),))
    (row,) = page_of(found, RUBRIC).rows
    assert row.remarks[0] == f"late by {words}"
