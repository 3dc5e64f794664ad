"""What to do next is by cause: one change, the criteria that it mends, and their points."""

from typing import Any

import pytest

from grading.errors import Correction, Location
from grading.renderers.markdown import to_markdown
from grading.renderers.terminal import to_terminal
from grading.report.model import CriterionResult, Detail, Report, Verdict
from grading.report.repairs import Repair, repairs_of
from grading.report.student_view import for_student
from tests.selfcheck.pages import graded, page, reduced
from tests.selfcheck.reports import report

RECREATE = ("rolling-recreate",)
TEXT = "kind: Deployment\nspec:\n  replicas: 3\n  selector:\n    app: web\n  paused: true\n"


def ids(results: tuple[CriterionResult, ...]) -> list[str]:
    return [result.id for result in results]


def made(*results: dict[str, Any]) -> Report:
    """Return a report of failed criteria of 10 points, a, b and so on, in a.yaml."""
    base = report("x").criteria[0]
    criteria = [
        base.model_copy(
            update={
                "id": f"c.{name}",
                "rationale": name,
                "points": 10,
                "location": None,
                "corrections": [],
                "title": name,
            }
            | values
        )
        for name, values in zip("abcdefghij", results, strict=False)
    ]
    return report("x").model_copy(update={"criteria": criteria, "sources": {"a.yaml": TEXT}})


def repairs(*results: dict[str, Any]) -> list[Repair]:
    return list(repairs_of(for_student(made(*results))))


def at(line: int, *field: str, kind: str = "Deployment") -> Location:
    return Location("a.yaml", line, field, kind)


def writes(*locations: Location) -> dict[str, Any]:
    return {
        "corrections": [Correction(location, "x") for location in locations],
        "location": locations[0],
    }


REPLICAS = at(3, "spec", "replicas")
SELECTOR = at(5, "spec", "selector", "app")
BLOCKED = {"verdict": Verdict.BLOCKED}


def test_criteria_lost_by_one_field_are_one_thing_to_mend() -> None:
    view = for_student(graded(*RECREATE)[0])
    (repair,) = [item for item in repairs_of(view) if item.corrections]
    assert ids(repair.lost) == ["rolling.declared", "rolling.available", "rolling.no-downtime"]
    assert repair.points == 7
    (shown,) = repair.differences
    assert [(line.sign, line.text) for line in shown.lines if line.sign in "+-"] == [
        ("-", "    type: Recreate"),
        ("+", "    type: RollingUpdate"),
        ("+", "    rollingUpdate:"),
        ("+", "      maxUnavailable: 1"),
        ("+", "      maxSurge: 1"),
    ]


def test_what_points_at_a_corrected_field_is_lost_by_it() -> None:
    (repair,) = repairs(writes(REPLICAS), {"location": REPLICAS})
    assert ids(repair.lost) == ["c.a", "c.b"]
    (repair,) = repairs({"location": at(4, "spec", "selector")}, writes(SELECTOR))
    assert ids(repair.lost) == ["c.a", "c.b"]
    assert repair.first.id == "c.b"  # it tells what to write


@pytest.mark.parametrize(
    "location",
    [
        at(3, "spec"),  # the object as a whole
        at(3),  # a line, and nobody knows of which field
        Location("b.yaml", 3, REPLICAS.field, "Deployment"),
        at(4, "spec", "replicas", kind="Service"),
        None,
    ],
)
def test_what_points_elsewhere_is_another_cause(location: Location | None) -> None:
    assert [ids(item.lost) for item in repairs(writes(REPLICAS), {"location": location})] == [
        ["c.a"],
        ["c.b"],
    ]


def test_a_criterion_that_needs_two_fields_joins_them() -> None:
    (repair,) = repairs(writes(REPLICAS), writes(SELECTOR), writes(REPLICAS, SELECTOR))
    assert repair.points == 30
    assert len(repair.corrections) == 2


def test_without_a_field_the_same_words_at_the_same_place_are_one_cause() -> None:
    same = {"rationale": "b.yaml is missing"}
    assert [ids(item.lost) for item in repairs(same, {}, same)] == [["c.a", "c.c"], ["c.b"]]
    assert len(repairs({"location": REPLICAS}, {"location": REPLICAS})) == 2


def test_what_is_blocked_becomes_possible() -> None:
    first, second = repairs(
        {},
        writes(REPLICAS),
        BLOCKED | {"blocked_by": "c.b"},
        BLOCKED | {"blocked_by": "c.c"},
    )
    assert ids(first.lost) == ["c.b"]
    assert ids(first.behind) == ["c.c", "c.d"]
    assert (first.points, first.possible) == (10, 20)
    assert ids(second.lost) == ["c.a"]


def test_criteria_that_block_each_other_are_in_one_repair_at_most() -> None:
    circle = repairs(BLOCKED | {"blocked_by": "c.b"}, BLOCKED | {"blocked_by": "c.a"})
    assert circle == []


@pytest.mark.parametrize("faults", [RECREATE, ("rolling-surge-half", "dep-api-version", "pod-crashes")])
def test_never_more_points_than_were_lost(faults: tuple[str, ...]) -> None:
    graded_report = graded(*faults)[0]
    found = repairs_of(for_student(graded_report))
    parts = [result.id for item in found for result in (*item.lost, *item.behind)]
    assert len(parts) == len(set(parts))
    lost = sum(result.points - (result.earned or 0) for result in graded_report.selected)
    assert sum(item.points + item.possible for item in found) == lost
    gains = [item.points + item.possible for item in found]
    assert gains == sorted(gains, reverse=True)


@pytest.mark.parametrize("detail", [Detail.VERDICT, Detail.NONE])
def test_hidden_criteria_stay_hidden(detail: Detail) -> None:
    view = for_student(reduced(graded(*RECREATE), detail, "rolling.declared", "rolling.available")[0])
    found = [item for item in repairs_of(view) if item.corrections]
    assert [ids(item.lost) for item in found] == [["rolling.no-downtime"]]
    assert {item.location.field[-1] for item in found[0].corrections} == {"type", "maxUnavailable"}


def test_errors_and_passed_criteria_are_nothing_to_mend() -> None:
    assert repairs({"verdict": Verdict.ERROR}, {"verdict": Verdict.PASSED}) == []


def test_every_form_shows_the_cause_the_difference_and_the_points() -> None:
    shown = graded(*RECREATE)
    view = for_student(shown[0])
    html, markdown, terminal = page(shown), to_markdown(view), to_terminal(view)
    for text in (markdown, terminal):
        part = text[text.index("What to do next") :]
        assert "- 16      type: Recreate\n" in part
        assert "+         type: RollingUpdate\n" in part
    assert "fixing this can earn 7 points" in " ".join(terminal.split())
    assert "fixing this can earn 7 points" in markdown
    assert '<del class="text">    type: Recreate</del>' in html
    assert '<ins class="text">    type: RollingUpdate</ins>' in html
    assert "<strong>7 points</strong>" in html


def test_a_correction_that_no_line_shows_is_told_in_words() -> None:
    view = for_student(
        made(writes(at(3, "spec", "a", "b")), writes(Location("b.yaml", 1, ("spec", "c"), "Deployment")))
    )
    for text in (to_markdown(view), to_terminal(view), page((view.report, {}))):
        assert "spec.c: x" in text.replace("\\", "")
