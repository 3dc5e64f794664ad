"""Verdicts and points: what a test's end means for a criterion, and what a report says in sum."""

import json

import jsonschema
import pytest

from grading.errors import CriterionFailure, InfrastructureError, Location, Unplayable
from grading.report.model import Report, Verdict
from grading.report.results import Results
from grading.report.rubric import Rubric
from grading.report.schema import json_schema, stored_schema


def rubric() -> Rubric:
    def criterion(name: str, points: int, *needs: str) -> dict[str, object]:
        return {"id": name, "title": f"The criterion {name}", "points": points, "needs": list(needs)}

    first = [
        criterion("a.one", 50),
        criterion("a.two", 30, "a.one"),
        criterion("a.three", 20, "a.one", "a.two"),
    ]
    second = [criterion("b.one", 100)]
    return Rubric.model_validate(
        {
            "chapters": [
                {
                    "chapter": name,
                    "title": name,
                    "version": "1.0",
                    "points": 100,
                    "sections": [{"section": name, "marker": name, "title": name, "criteria": criteria}],
                }
                for name, criteria in (("a", first), ("b", second))
            ]
        }
    )


@pytest.fixture
def results() -> Results:
    made = Results(rubric(), "folder")
    made.select(["a.one", "a.two", "a.three"])
    return made


def verdicts(report: Report) -> dict[str, str]:
    return {result.id: result.verdict.value for result in report.criteria}


def test_all_passed(results: Results) -> None:
    for name in ("a.one", "a.two", "a.three"):
        results.record(name, None, duration_s=1.23456, evidence=["evidence/x.json"])
    report = results.report()
    assert (report.score, report.max_score, report.outcome, report.reason) == (100, 100, "graded", "")
    assert (report.score_at_least, report.score_at_most) == (100, 100)
    assert [result.earned for result in report.criteria] == [50, 30, 20]
    assert report.criteria[0].duration_s == 1.235
    assert report.criteria[0].evidence == ["evidence/x.json"]


def test_remark_of_a_passed_criterion(results: Results) -> None:
    result = results.record("a.one", None, remark="the edited file")
    assert (result.verdict, result.rationale) == (Verdict.PASSED, "the edited file")


def test_failure_is_kept_whole(results: Results) -> None:
    failure = CriterionFailure("why", help="do", expected="x", actual="y", location=Location("d/f.yaml", 3))
    results.record("a.one", failure)
    results.record("a.two", None)
    results.record("a.three", None)
    report = results.report()
    lost = report.criteria[0]
    assert (lost.rationale, lost.help, lost.expected, lost.actual) == ("why", "do", "x", "y")
    assert lost.location is not None
    assert (lost.location.file, lost.location.line) == ("d/f.yaml", 3)
    assert (report.score, report.outcome) == (50, "graded")


def test_unplayable_without_a_lost_need_is_failed(results: Results) -> None:
    results.record("a.one", None)
    result = results.record("a.two", Unplayable("gone"))
    assert (result.verdict, result.rationale, result.blocked_by) == (Verdict.FAILED, "gone", None)


def test_unplayable_behind_a_lost_need_is_blocked_by_the_first(results: Results) -> None:
    results.record("a.one", CriterionFailure("why"))
    two = results.record("a.two", Unplayable("gone"))
    three = results.record("a.three", Unplayable("gone"))
    assert (two.verdict, two.blocked_by) == (Verdict.BLOCKED, "a.one")
    assert (three.verdict, three.blocked_by) == (Verdict.BLOCKED, "a.one")
    assert two.rationale == "blocked by a.one: gone"
    assert results.report().score == 0
    assert results.report().outcome == "graded"


def test_blocked_by_a_blocked_need(results: Results) -> None:
    results.record("a.one", None)
    results.record("a.two", Unplayable("gone"))
    assert results.record("a.three", Unplayable("gone")).blocked_by == "a.two"


def test_failure_behind_a_lost_need_is_its_own(results: Results) -> None:
    results.record("a.one", CriterionFailure("why"))
    assert results.record("a.two", CriterionFailure("also wrong")).verdict is Verdict.FAILED


def test_criterion_behind_a_lost_need_may_pass(results: Results) -> None:
    results.record("a.one", CriterionFailure("why"))
    results.record("a.two", None)
    results.record("a.three", None)
    assert results.report().score == 50


@pytest.mark.parametrize(
    "error",
    [
        InfrastructureError("no Docker"),
        AssertionError("x"),
        KeyError("x"),
        TimeoutError(),
        KeyboardInterrupt(),
    ],
)
def test_everything_else_is_an_error_and_costs_nothing(results: Results, error: BaseException) -> None:
    results.record("a.one", error)
    two = results.record("a.two", Unplayable("gone"))
    results.record("a.three", None)
    report = results.report()
    assert report.criteria[0].verdict is Verdict.ERROR
    told = str(error) if isinstance(error, InfrastructureError) else type(error).__name__
    assert report.criteria[0].rationale.startswith(told)
    assert "costs no points" in report.criteria[0].help
    assert two.verdict is Verdict.FAILED
    assert (report.score, report.outcome) == (None, "incomplete")
    assert report.reason == report.criteria[0].rationale
    assert [result.earned for result in report.criteria] == [None, 0, 20]
    assert (report.score_at_least, report.score_at_most) == (20, 70)


def test_what_was_lost_stays_lost(results: Results) -> None:
    results.record("a.one", CriterionFailure("why"))
    assert results.record("a.one", None).verdict is Verdict.FAILED
    assert results.record("a.one", InfrastructureError("x")).verdict is Verdict.FAILED
    results.record("a.two", InfrastructureError("x"))
    assert results.record("a.two", CriterionFailure("y")).verdict is Verdict.ERROR


def test_not_graded_yet_is_incomplete(results: Results) -> None:
    results.record("a.one", None)
    report = results.report()
    assert verdicts(report) == {"a.one": "passed", "a.two": "error", "a.three": "error"}
    assert (report.score, report.outcome) == (None, "incomplete")
    assert results.verdict("a.two") is Verdict.NOT_RUN
    results.stopped = "stopped by hand"
    assert results.report().reason == "stopped by hand"
    results.record("a.two", None)
    results.record("a.three", None)
    results.stopped = ""
    assert results.report().score == 100


def test_a_stopped_run_has_no_score(results: Results) -> None:
    for name in ("a.one", "a.two", "a.three"):
        results.record(name, None)
    results.stopped = "stopped"
    assert (results.report().score, results.report().outcome) == (None, "incomplete")


def test_selection_sets_the_maximum() -> None:
    results = Results(rubric(), "folder")
    results.select(["a.two"])
    results.record("a.two", None)
    report = results.report()
    assert verdicts(report) == {"a.one": "not_run", "a.two": "passed", "a.three": "not_run"}
    assert (report.score, report.max_score) == (30, 30)
    assert [result.earned for result in report.criteria] == [None, 30, None]
    assert (report.score_at_least, report.score_at_most) == (30, 30)
    assert [result.id for result in report.selected] == ["a.two"]


def test_chapters_that_were_not_selected_are_left_out() -> None:
    results = Results(rubric(), "folder")
    results.select(["b.one"])
    assert list(verdicts(results.report())) == ["b.one"]


def test_shipped_schema_is_that_of_the_models() -> None:
    assert stored_schema() == json_schema(), "run `make schema`"


def test_report_validates(results: Results) -> None:
    jsonschema.Draft202012Validator.check_schema(stored_schema())
    failure = CriterionFailure("why", location=Location("f.yaml", 3))
    for error in (None, failure, InfrastructureError("x")):
        results.record("a.one", error)
        results.record("a.two", Unplayable("é \x1b"))
        data = json.loads(results.report().to_json())
        jsonschema.validate(data, stored_schema())
        assert data["schema"] == "kubegrade/report/v2"
        assert json.loads(Report.model_validate(data).to_json()) == data


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "kubegrade/report/v3"),
        ("schema", "kubegrade/report/v1"),
        ("score", "100"),
        ("outcome", "fine"),
        ("criteria", {}),
        ("more", 1),
    ],
)
def test_schema_refuses_others(results: Results, key: str, value: object) -> None:
    data = json.loads(results.report().to_json()) | {key: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, stored_schema())


def test_text_that_is_no_text_does_not_break_the_report() -> None:
    results = Results(rubric(), "caf\udce9")
    results.select(["b.one"])
    results.record(
        "b.one", CriterionFailure("a\udce9", help="\udce9", actual="\ud800", location=Location("\udce9"))
    )
    data = json.loads(results.report().to_json())
    assert data["submission"] == "caf\N{REPLACEMENT CHARACTER}"
    assert data["criteria"][0]["rationale"] == "a\N{REPLACEMENT CHARACTER}"
