"""What a student sees of a report, and that no form tells more."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading.errors import Location
from grading.renderers import FORMS, render
from grading.renderers.read import read_evidence
from grading.report.model import CriterionResult, Detail, Report, Verdict
from grading.report.student_view import for_student
from tests.selfcheck.reports import report, reports


def result(name: str, **values: Any) -> CriterionResult:
    given_: dict[str, object] = {
        "id": f"a.{name}",
        "chapter": "chapter1",
        "section": "1.1",
        "title": f"title-{name}",
        "points": 5,
        "earned": 0 if values.get("verdict", Verdict.FAILED).is_lost else None,
        "verdict": Verdict.FAILED,
        "rationale": f"rationale-{name}",
        "help": f"help-{name}",
        "expected": f"expected-{name}",
        "actual": f"actual-{name}",
        "location": Location(file=f"file-{name}.yaml", line=4),
        "evidence": [f"evidence/{name}.json"],
    }
    return CriterionResult.model_validate(given_ | values)


def of(*results: CriterionResult, reason: str = "") -> Report:
    errors = any(r.verdict is Verdict.ERROR for r in results)
    sources = {r.location.file: f"source-{r.id}" for r in results if r.location}
    return report("x").model_copy(
        update={
            "criteria": list(results),
            "score": None if errors else sum(r.earned or 0 for r in results),
            "max_score": sum(r.points for r in results),
            "outcome": "incomplete" if errors else "graded",
            "reason": reason,
            "sources": sources,
        }
    )


def secrets(name: str, detail: Detail) -> Iterator[str]:
    kinds = ("rationale", "help", "expected", "actual", "file", "evidence/", "source-a.")
    yield from (f"{kind}{name}" if kind[-1] in "/." else f"{kind}-{name}" for kind in kinds)
    if detail is Detail.NONE:
        yield from (f"a.{name}", f"title-{name}")


def told(made: Report) -> dict[str, str]:
    """Return everything that a student may read, by form, and the view that other forms are made from."""
    texts = {name: render(made, FORMS[name], Path("no evidence")) for name in FORMS}
    texts["view"] = repr(for_student(made))
    # Without what Markdown, JSON and HTML put in between.
    return {name: text.replace("\\", "").replace("<wbr>", "") for name, text in texts.items()}


def test_what_is_not_hidden_is_told() -> None:
    for form, text in told(of(result("seen"))).items():
        kinds = {"github": ["rationale"], "md": ["rationale", "help", "expected", "actual", "title"]}
        for kind in kinds.get(form, ["rationale", "help", "expected", "actual"]):
            assert f"{kind}-seen" in text, form
        assert "file-seen.yaml" in text, form


@pytest.mark.parametrize("detail", [Detail.VERDICT, Detail.NONE])
@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.NOT_RUN])
def test_no_form_tells_what_is_hidden(detail: Detail, verdict: Verdict) -> None:
    hidden = result("hidden", detail=detail, verdict=verdict, earned=5 if verdict is Verdict.PASSED else 0)
    reason = hidden.rationale if verdict is Verdict.ERROR else ""
    for form, text in told(of(result("seen"), hidden, reason=reason)).items():
        for secret in secrets("hidden", detail):
            assert secret not in text, form
        if (form, verdict) == ("classroom50", Verdict.ERROR):
            continue  # which has no tests at all then
        assert "a.seen" in text, form
        if detail is Detail.VERDICT and (form, verdict) != ("annotations", Verdict.PASSED):
            assert "a.hidden" in text, form


@pytest.mark.parametrize("detail", [Detail.VERDICT, Detail.NONE])
@pytest.mark.parametrize("between", [False, True])
def test_what_blocks_is_not_told_by_those_that_it_blocks(detail: Detail, between: bool) -> None:
    """The words of a blocked criterion are those of what it needs."""
    hidden = result("hidden", detail=detail)
    same = {name: getattr(hidden, name) for name in ("help", "expected", "actual", "location")}
    words = f"blocked by a.hidden: {hidden.rationale}"
    first = result("first", verdict=Verdict.BLOCKED, blocked_by="a.hidden", rationale=words, **same)
    last = first.model_copy(update={"id": "a.last", "blocked_by": "a.first" if between else "a.hidden"})
    for form, text in told(of(hidden, first, last)).items():
        for secret in secrets("hidden", detail):
            assert secret not in text, form
        named = "blocked by a criterion that is not shown" if detail is Detail.NONE else "blocked by a.hidden"
        assert named in text, form


def test_what_blocks_is_told_where_all_may_be_seen() -> None:
    first, last = result("first"), result("last", verdict=Verdict.BLOCKED, blocked_by="a.first")
    assert for_student(of(first, last)).report.criteria == [first, last]


def test_criteria_that_block_each_other_end() -> None:
    first = result("first", blocked_by="a.last")
    last = result("last", blocked_by="a.first", detail=Detail.NONE)
    assert (
        for_student(of(first, last)).report.criteria[0].rationale
        == "blocked by a criterion that is not shown"
    )


def test_a_reason_that_all_may_know_stays() -> None:
    """Where a run was stopped, its reason is that of every criterion, hidden ones among them."""
    stopped = {"verdict": Verdict.ERROR, "rationale": "no Docker"}
    made = of(result("seen", **stopped), result("hidden", detail=Detail.NONE, **stopped), reason="no Docker")
    assert for_student(made).report.reason == "no Docker"


def test_a_reason_is_that_of_a_criterion_that_is_shown() -> None:
    hidden = result("hidden", detail=Detail.VERDICT, verdict=Verdict.ERROR)
    seen = result("seen", verdict=Verdict.ERROR)
    assert for_student(of(hidden, seen, reason=hidden.rationale)).report.reason == seen.rationale
    alone = for_student(of(hidden, reason=hidden.rationale)).report
    assert alone.reason == "a criterion with hidden details was not graded"
    assert for_student(of(hidden)).report.reason == ""


def test_totals_count_what_is_hidden() -> None:
    hidden = result("hidden", detail=Detail.NONE, verdict=Verdict.PASSED, earned=5)
    other = result("other", section="1.2", detail=Detail.NONE)
    view = for_student(of(result("seen"), hidden, other))
    assert [(s.section, s.earned, s.points) for s in view.sections] == [("1.1", 5, 10), ("1.2", 0, 5)]
    assert [r.id for r in view.results] == ["a.seen", "hidden-1", "hidden-2"]
    assert [r.verdict for r in view.hidden] == [Verdict.PASSED, Verdict.FAILED]
    assert [r.id for r in view.lost] == ["a.seen"]


def test_evidence_that_something_hidden_rests_on_is_not_given(tmp_path: Path) -> None:
    made = of(
        result("one", evidence=["evidence/shared.json", "evidence/own.json", "evidence/bad.json"]),
        result("two", evidence=["../evidence/outside.json"]),
        result("hidden", detail=Detail.VERDICT, evidence=["evidence/shared.json"]),
    )
    (tmp_path / "evidence").mkdir()
    for name in ("shared", "own"):
        (tmp_path / "evidence" / f"{name}.json").write_text("{}", "utf-8")
    (tmp_path / "evidence" / "bad.json").write_text("{", "utf-8")
    assert read_evidence(for_student(made), tmp_path) == {"own": {}, "bad": None, "outside": None}


def test_gradescope_shows_hidden_criteria_to_instructors_alone() -> None:
    text = render(of(result("seen"), result("hidden", detail=Detail.NONE)), FORMS["gradescope"], Path())
    assert re.findall(r'"visibility": "(\w+)"', text) == ["visible", "visible", "hidden"]


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(reports(st.sampled_from(["plain", "a\nb"])))
def test_hidden_criteria_change_no_form_but_by_verdict_and_points(made: Report) -> None:
    """A form is the same, whatever stands in a hidden criterion."""
    other = made.model_copy(deep=True)
    for criterion in other.criteria:
        if criterion.detail is not Detail.FULL:
            criterion.rationale = criterion.help = criterion.expected = criterion.actual = "SECRET"
            criterion.location, criterion.evidence = Location(file="SECRET", line=1), ["evidence/SECRET.json"]
            criterion.title = "SECRET" if criterion.detail is Detail.NONE else criterion.title
    errors = [r for r in other.selected if r.verdict is Verdict.ERROR]
    other.reason = errors[0].rationale if errors else ""
    for form, text in told(other).items():
        assert "SECRET" not in text, form


@pytest.mark.parametrize("form", ["terminal", "md"])
def test_what_blocks_is_told_once(form: str) -> None:
    first = result("first")
    same = {name: getattr(first, name) for name in ("help", "expected", "actual", "location")}
    again = result("again", verdict=Verdict.BLOCKED, blocked_by="a.first", **same)
    other = result("other", verdict=Verdict.BLOCKED, blocked_by="a.first")
    text = told(of(first, again, other))[form]
    assert text.count("help-first") == (2 if form == "md" else 1)  # under what to do next too
    assert text.count("expected-first") == 1
    assert text.count("help-other") == text.count("expected-other") == 1
    assert text.count("rationale-again") == 1
