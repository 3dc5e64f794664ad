"""A part of a chapter, by selection or by a rubric, is told of in every form and is no whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grading.renderers import FORMS, render
from grading.report.model import Detail, Report, Verdict
from grading.report.scope import Scope
from grading.report.student_view import for_student
from tests.selfcheck.reports import part_of, report, without

TOLD = ["annotations", "gradescope", "html", "junit", "md", "terminal"]
"""The forms that have a place for words about the whole; the two others bring no score of a selection."""


def full() -> Report:
    """Return a report of every point."""
    return report("x", Verdict.PASSED).model_copy(
        update={"score": 100, "score_at_least": 100, "score_at_most": 100}
    )


def form(made: Report, name: str) -> str:
    return render(made, FORMS[name], Path("no evidence"))


def test_every_form_is_looked_at() -> None:
    assert {*TOLD, "classroom50", "github"} == set(FORMS)


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (part_of(full(), "1.3"), "100 / 100 points for sections 1.1, 1.2: part of the chapter"),
        (part_of(full(), "1.2"), "100 / 100 points for 2 of 3 criteria: part of the chapter"),
        (without(full(), "1.3"), "100 / 100 points for sections 1.1, 1.2: part of the chapter"),
        (without(full(), "1.2"), "100 / 100 points for 2 of 3 criteria: part of the chapter"),
    ],
    ids=["sections", "criteria", "sections of the rubric", "criteria of the rubric"],
)
def test_a_part_says_so(name: str, made: Report, words: str) -> None:
    assert words in form(made, name)
    assert "part of the chapter" not in form(full(), name)


def test_one_section_is_one() -> None:
    made = full()
    made.criteria[1].section = "1.1"
    assert "points for section 1.1: part of the chapter" in form(part_of(made, "1.2"), "md")


def test_a_criterion_that_no_student_sees_is_missing_too() -> None:
    made = part_of(full(), "1.2")
    made.criteria[-1].detail = Detail.NONE
    assert "for 2 of 3 criteria: part of the chapter" in form(made, "md")


@pytest.mark.parametrize("name", ["gradescope", "html", "md", "terminal"])
def test_what_made_it_a_part_is_told(name: str) -> None:
    selected = part_of(full(), "1.2", "-m one", "-k two (in the environment)")
    selected_, left_out = (form(made, name).replace("\\", "") for made in (selected, without(full(), "1.2")))
    assert "Selected with -m one, -k two (in the environment)." in selected_
    assert "The rubric leaves out 1 criterion." in left_out


def test_a_selection_brings_no_grade() -> None:
    made = part_of(full(), "1.3")
    assert "score" not in json.dumps(json.loads(form(made, "gradescope"))["tests"])
    classroom50 = json.loads(form(made, "classroom50"))
    assert (classroom50["score"], classroom50["max-score"], classroom50["tests"]) == (0, 0, [])
    github = json.loads(form(made, "github"))
    assert (github["max_score"], github["status"]) == (0, "pass")


def test_a_rubric_that_leaves_out_brings_a_grade() -> None:
    made = without(full(), "1.3")
    assert sum(test["score"] for test in json.loads(form(made, "gradescope"))["tests"]) == 100
    assert json.loads(form(made, "classroom50"))["max-score"] == 100
    assert json.loads(form(made, "github"))["max_score"] == 100


@pytest.mark.parametrize("made_by", [part_of, without])
def test_the_page_does_not_look_like_all_points(made_by: Callable[[Report, str], Report]) -> None:
    made = made_by(full(), "1.2")
    page = form(made, "html")
    header = page.partition("<header>")[2].partition("</header>")[0]
    assert 'class="points"' not in header
    assert header.count("width: 100.0%") == 1  # of the one section that is whole
    assert "1.2 (part)" in header
    assert "Nothing is left to do" not in page
    assert "Every criterion that was graded passed" in page
    assert form(full(), "html").count("width: 100.0%") == 3


@pytest.mark.parametrize("name", ["md", "terminal"])
def test_a_section_says_that_it_is_one_in_part(name: str) -> None:
    text = form(part_of(full(), "1.2"), name)
    assert "1.2 (part)" in text
    assert "1.1 (part)" not in text


def test_scope() -> None:
    made = Scope.of(part_of(without(full(), "1.4"), "1.2"))
    assert (made.graded, made.existing, made.chapters) == (2, 4, 1)
    assert made.partial == {("chapter1", "1.2")}
    assert made.is_selection
    assert made.is_part
    assert not Scope.of(without(full(), "1.4")).is_selection
    assert not Scope.of(full()).is_part
    assert for_student(full()).is_full
    assert not for_student(made_part := part_of(full(), "1.3")).is_full
    assert not for_student(made_part).is_grade
