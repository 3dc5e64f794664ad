"""A report is shown in another language than its run's: wholly, and as a run in that language is."""

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from grading.errors import CriterionFailure, InfrastructureError, Location
from grading.exercise.loader import load_courses
from grading.renderers import FORMS, render
from grading.renderers.read import read_report
from grading.report.model import Detail, Report
from grading.report.results import Results
from grading.report.rubric import Rubric
from grading.report.schema import stored_schema
from grading.report.student_view import for_student
from grading.text.i18n import Language, _, in_languages, speaking
from tests.selfcheck.replayed import replay

ROOT: Final = Path(__file__).resolve().parents[2]
OTHER: Final = {Language.EN: Language.NL, Language.NL: Language.EN}
RUNS: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    "faults of chapter 11": (
        "reference",
        "chapter11",
        {
            "rolling": "rolling-recreate",
            "clusterip": "svc-ports-swapped",
            "nodeport": "nodeport-other-number",
            "claim": "pv-delete",
            "dynamic": "dynamic-size",
        },
    ),
    "declarations": ("reference", "chapter11", {"rolling": "rolling-five-replicas"}),
    "the lab": ("reference", "introlab", {"introlab": "introlab-target-port"}),
    "the lab, incomplete": ("reference", "introlab", {"introlab": "introlab-half"}),
}


@cache
def graded(run: str, language: Language) -> tuple[Report, dict[str, Any]]:
    """Return the report of a run in a language, always of the same moment, and its evidence."""
    folder, chapter, recordings = RUNS[run]
    with speaking(language):
        report, files = replay(ROOT / "manifests" / folder, recordings, chapter)
    report.started, report.duration_s = report.started.replace(2026, 1, 2, 3, 4, 5), 12.5
    return report, files


def stored(run: str, language: Language, folder: Path) -> Path:
    """Write the report folder of a run; return its report.json."""
    report, files = graded(run, language)
    (folder / "evidence").mkdir(parents=True)
    for path, data in files.items():
        (folder / path).write_text(json.dumps(data), "utf-8")
    (folder / "report.json").write_text(report.to_json(), "utf-8")
    return folder / "report.json"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("run", RUNS)
def test_a_run_is_shown_as_one_in_the_other_language(
    run: str, language: Language, form: str, tmp_path: Path
) -> None:
    mine = stored(run, language, tmp_path / "mine")
    other = stored(run, OTHER[language], tmp_path / "other")
    with speaking(OTHER[language]):
        told = render(read_report(mine), FORMS[form], mine.parent, OTHER[language])
    again = render(read_report(mine), FORMS[form], mine.parent, OTHER[language])
    expected = render(graded(run, OTHER[language])[0], FORMS[form], other.parent)
    assert told == again == expected
    own = render(read_report(mine), FORMS[form], mine.parent)
    assert own == render(graded(run, language)[0], FORMS[form], mine.parent)
    assert form not in {"html", "md", "terminal"} or own != told


@pytest.mark.parametrize("run", RUNS)
def test_the_stored_report_is_that_of_the_schema(run: str, tmp_path: Path) -> None:
    path = stored(run, Language.EN, tmp_path / "run")
    data = json.loads(path.read_text("utf-8"))
    jsonschema.validate(data, stored_schema())
    assert json.loads(read_report(path).to_json()) == data
    assert all(isinstance(result["rationale"], str) for result in data["criteria"])
    assert [chapter["chapter"] for chapter in data["chapters"]] == [RUNS[run][1]]


def test_a_criterion_keeps_the_sources_of_its_texts(tmp_path: Path) -> None:
    data = json.loads(stored("the lab", Language.EN, tmp_path / "run").read_text("utf-8"))
    blocked = next(result for result in data["criteria"] if result["verdict"] == "blocked")
    assert blocked["messages"]["rationale"]["message"] == "blocked by {criterion}: {reason}"
    assert blocked["messages"]["rationale"]["values"]["criterion"] == blocked["blocked_by"]
    reason = blocked["messages"]["rationale"]["values"]["reason"]
    assert reason["text"] in blocked["rationale"]
    assert set(blocked["messages"]) >= {"title", "rationale", "help"}


def rubric(**texts: Any) -> Rubric:
    criterion = {"id": "a.one", "title": texts, "points": 100}
    title = {"en": "Chapter 11: Kubernetes", "nl": "Hoofdstuk 11: Kubernetes"}
    section = {"section": "1.1", "marker": "s1", "title": title, "criteria": [criterion]}
    chapter = {
        "chapter": "chapter1",
        "title": texts,
        "version": "2026.1",
        "points": 100,
        "sections": [section],
    }
    return Rubric.model_validate({"chapters": [chapter]})


def test_titles_in_several_languages() -> None:
    results = Results(rubric(en="It is kept there", nl="Het blijft daar"), "x")
    results.select(["a.one"])
    results.record("a.one", None, remark=in_languages({Language.EN: "good", Language.NL: "goed"}))
    report = Report.model_validate_json(results.report().to_json())
    assert (report.rubric, report.section_title("chapter1", "1.1")) == (
        "chapter1 2026.1",
        "Chapter 11: Kubernetes",
    )
    with speaking(Language.NL):
        dutch = report.spoken()
    assert dutch.lang is Language.NL
    assert (dutch.criteria[0].title, dutch.criteria[0].rationale) == ("Het blijft daar", "goed")
    assert dutch.chapters[0].title == "Het blijft daar"
    assert dutch.section_title("chapter1", "1.1") == "Hoofdstuk 11: Kubernetes"
    assert dutch.section_title("chapter1", "1.2") == ""


def test_what_is_sanitized_stays_so_in_another_language() -> None:
    results = Results(load_courses().rubric, "x")
    results.select(["pods.declared", "pods.running", "pods.exec"])
    bad = _("{path} is empty", path="a\udce9")
    results.record("pods.declared", CriterionFailure(bad, location=Location("\udce9")))
    results.record("pods.running", InfrastructureError(bad))
    results.record("pods.exec", InfrastructureError(_("{path} is empty", path="x" * 5000)))
    with speaking(Language.NL):
        report = results.report().spoken()
        again = Report.model_validate_json(results.report().to_json())
    for told in (report, again):
        by_id = {result.id: result for result in told.criteria}
        failed, error, long = (by_id[f"pods.{name}"] for name in ("declared", "running", "exec"))
        assert failed.rationale == "a\N{REPLACEMENT CHARACTER} is leeg"
        assert error.rationale == "a\N{REPLACEMENT CHARACTER} is leeg"
        assert len(long.rationale) == 2000


def test_what_a_student_may_not_see_is_in_no_message(tmp_path: Path) -> None:
    """A source must not bring back what the view took away."""
    report = read_report(stored("the lab", Language.EN, tmp_path / "run"))
    for result in report.criteria:
        result.detail = Detail.NONE
    seen = for_student(report)
    assert seen.hidden
    for result in seen.hidden:
        assert result.spoken().rationale == result.spoken().help == ""
        assert result.messages.keys() <= {"title"}


# Reports of the version before

V1: Final = Path(__file__).parent / "stored_reports"


@pytest.mark.parametrize("name", ["v1-graded", "v1-incomplete"])
def test_a_report_of_v1_can_be_read(name: str, tmp_path: Path) -> None:
    old = json.loads((V1 / f"{name}.json").read_text("utf-8"))
    jsonschema.validate(old, stored_schema(1))
    report = read_report(V1 / f"{name}.json")
    made = json.loads(report.to_json())
    jsonschema.validate(made, stored_schema())
    for key in ("submission", "started", "duration_s", "score", "max_score", "outcome", "reason", "sources"):
        assert made[key] == old[key]
    for before, after in zip(old["criteria"], made["criteria"], strict=True):
        undecided = before["verdict"] in {"error", "not_run"}
        assert after["earned"] == (None if undecided else before["earned"])
        assert after["selected"] == (before["verdict"] != "not_run")
        same = before.keys() - {"earned", "location"}
        place = before["location"] and before["location"] | {"field": [], "kind": ""}
        assert after["location"] == place
        assert {key: after[key] for key in same} == {key: before[key] for key in same}
    for form in FORMS:
        assert render(report, FORMS[form], tmp_path)


def test_bounds_of_a_report_of_v1() -> None:
    graded_report, incomplete = (read_report(V1 / f"v1-{name}.json") for name in ("graded", "incomplete"))
    assert (graded_report.score_at_least, graded_report.score, graded_report.score_at_most) == (35, 35, 35)
    assert (incomplete.score_at_least, incomplete.score, incomplete.score_at_most) == (50, None, 70)


def test_a_report_of_v1_keeps_the_language_of_its_texts(tmp_path: Path) -> None:
    report = read_report(V1 / "v1-graded.json")
    texts = '<p class="rationale" lang="en">'
    assert texts not in render(report, FORMS["html"], tmp_path)
    page = render(report, FORMS["html"], tmp_path, Language.NL)
    assert texts in page
    assert "Verwacht" in page
    rationale = report.criteria[2].rationale
    assert rationale in html.unescape(re.sub(r"</?code>", "`", page))
