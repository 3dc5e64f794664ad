"""The forms of a report against their specifications, and against each other."""

import gettext
import json
import math
import re
from base64 import b64encode
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from jsonschema import Draft202012Validator

from grading.renderers import FORMS, render, write_reports
from grading.renderers.classroom import MAX_BYTES as GITHUB_BYTES
from grading.report.model import Detail, Report, Verdict
from grading.report.schema import json_schema
from grading.text.i18n import Language
from tests.selfcheck.reports import ANY_REPORT, EVERY_TEXT, VERDICTS, report, reports

SCHEMAS = Path(__file__).with_name("schemas")
NOWHERE = Path("no evidence")
TEXT_FORMS = sorted(set(FORMS) - {"html"})
"""The page has tests of its own for text that tries to be more than text."""


def form(made: Report, name: str) -> str:
    return render(made, FORMS[name], NOWHERE)


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def valid(made: Report, name: str, schema: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(form(made, name))
    validator(schema).validate(data)
    return data


def gradescope(made: Report) -> dict[str, Any]:
    return valid(made, "gradescope", "gradescope")


def classroom50(made: Report) -> dict[str, Any]:
    return valid(made, "classroom50", "classroom50")


def github(made: Report) -> dict[str, Any]:
    return valid(made, "github", "github-classroom")


def junit(made: Report) -> ElementTree.Element:
    text = form(made, "junit")
    junit_schema().validate(text)
    return ElementTree.fromstring(text)  # noqa: S314 - made here


def test_the_schemas_refuse_what_they_should() -> None:
    assert not junit_schema().is_valid('<testsuites><testsuite name="x"/></testsuites>')
    for name in ("gradescope", "classroom50", "github-classroom"):
        assert not validator(name).is_valid({"score": "1"})


@EVERY_TEXT
@VERDICTS
def test_each_form_is_what_its_specification_says(text: str, verdict: Verdict) -> None:
    made = report(text, verdict)
    junit(made)
    gradescope(made)
    classroom50(made)
    github(made)
    Draft202012Validator(json_schema()).validate(json.loads(made.to_json()))


@EVERY_TEXT
@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERROR, Verdict.BLOCKED])
def test_junit_says_what_was_graded(text: str, verdict: Verdict) -> None:
    root = junit(report(text, verdict))
    lost = verdict is not Verdict.ERROR
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == (
        "2",
        f"{lost:d}",
        f"{not lost:d}",
    )
    bad, good = root.iter("testcase")
    assert (bad.get("name"), bad.get("classname"), bad.get("time")) == ("a.bad", "chapter1.1.1", "1.500")
    assert [child.tag for child in bad] == ["failure" if lost else "error"]
    assert bad[0].get("type") == verdict.value
    assert [child.tag for child in good] == (["system-out"] if text else [])
    assert [suite.get("name") for suite in root] == ["chapter1.1.1", "chapter1.1.2"]


def reporter(results: dict[str, Any]) -> tuple[float, float, float] | None:
    """Return points by the table, points and maximum as GitHub Classroom is told them; None for nothing.

    As ``src/helpers/test-helpers.js`` and ``src/notify-classroom.js`` of
    classroom-resources/autograding-grading-reporter compute them.
    """
    if not results["max_score"]:
        return None
    passed = sum(test["status"] == "pass" for test in results["tests"])
    table = passed / len(results["tests"]) * results["max_score"]
    return table, sum(test["score"] for test in results["tests"]), results["max_score"]


def points(text: str) -> tuple[int, int] | None:
    """Return the points in a headline, None where it says that there are none."""
    if "Not graded: incomplete" in text:
        return None
    found = re.search(r"(\d+) / (\d+) points", text)
    assert found
    return int(found[1]), int(found[2])


def rows(text: str, row: str) -> Counter[str]:
    return Counter(found[1] for found in re.finditer(row, text, re.MULTILINE))


def shown_as(verdicts: Counter[str], kinds: dict[str, str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for verdict, number in verdicts.items():
        counted[kinds[verdict]] += number
    return counted


@ANY_REPORT
@given(reports())
def test_all_forms_agree(made: Report) -> None:
    score = None if made.score is None else (made.score, made.max_score)
    is_selection = len(made.selected) < len(made.criteria)
    grade = None if is_selection else score
    verdicts = Counter(result.verdict.value for result in made.selected)
    words = Counter(r.verdict.value if r.gradable else "not gradable" for r in made.selected)

    for_gradescope = gradescope(made)
    assert "score" not in for_gradescope
    tests = for_gradescope["tests"]
    assert len(tests) == len(made.selected)
    if grade:
        assert (sum(t["score"] for t in tests), sum(t["max_score"] for t in tests)) == grade
    assert not [test for test in tests if not grade and {"score", "max_score"} & set(test)]
    ends = {"passed": "passed", "failed": "failed", "blocked": "failed", "error": "no status"}
    assert Counter(test.get("status", "no status") for test in tests) == shown_as(verdicts, ends)

    for_classroom50 = classroom50(made)
    tests = for_classroom50["tests"]
    assert (for_classroom50["score"], for_classroom50["max-score"]) == (grade or (0, 0))
    if grade:
        assert (sum(t["score"] for t in tests), sum(t["max-score"] for t in tests)) == grade
    assert Counter(test["verdict"] for test in tests) == (verdicts if grade else Counter())

    for_github = github(made)
    told = reporter(for_github)
    assert (told[1:] if told else None) == (grade if grade and grade[1] else None)
    assert told is None or math.isclose(told[0], told[1], abs_tol=1e-9)
    lost = verdicts["failed"] + verdicts["blocked"]
    assert for_github["status"] == ("error" if score is None else "fail" if lost else "pass")

    suites = junit(made)
    ends = {"passed": "none", "failed": "failure", "blocked": "failure", "error": "error"}
    marks = Counter(
        next((child.tag for child in case if child.tag != "system-out"), "none")
        for case in suites.iter("testcase")
    )
    assert marks == shown_as(verdicts, ends)
    for name, value in (("max_score", made.max_score), ("score", made.score)):
        values = [p.get("value") for p in suites.iter("property") if p.get("name") == name]
        assert (sum(map(int, filter(None, values))) if values or score else None) == value

    page = form(made, "md")
    assert points(page.partition("\n")[0]) == score
    row = r"^\| (?:`[^`]+`)? \| .* \| \S+ (passed|failed|blocked|error|not gradable) \| [\d\u2013]+ / \d+ \|$"
    assert rows(page, row) == words
    earned = [int(n) for n in re.findall(r"^\| (?:`[^`]+`)? \| .* \| (\d+) / \d+ \|$", page, re.MULTILINE)]
    assert sum(earned) == sum(result.earned or 0 for result in made.selected)

    terminal = form(made, "terminal")
    table, _blank, rest = terminal.partition("\n\n")
    assert points(rest) == score
    assert rows(table, r"^  (?:a\.c\d+|\(not shown\)) +(\w+(?: \w+)?) +[\d\u2013]+/\d+ *$") == words

    shown = form(made, "html")
    title = re.search(r"<title>(?:(\d+) / (\d+)(?: points for .*)?|Not graded) ·", shown)
    assert title
    assert (None if title[1] is None else (int(title[1]), int(title[2]))) == score
    counts = re.findall(r'<li class="(\w+)"><span aria-hidden="true">.</span> (\d+) ', shown)
    assert {verdict: int(number) for verdict, number in counts if number != "0"} == verdicts

    notes = form(made, "annotations").splitlines()
    assert points(notes[-1]) == score
    more = sum(int(found[1]) for found in map(re.compile(r"… and (\d+) more").match, notes) if found)
    seen = [r for r in made.selected if r.detail is not Detail.NONE]
    if sum(line.startswith("::error") for line in notes) < 10:
        assert sum(line.startswith("::error") for line in notes) == sum(r.verdict.is_lost for r in seen)
    else:
        assert sum(line.startswith("::error") for line in notes) == 10
        assert 10 + more >= sum(r.verdict.is_lost for r in seen)


@ANY_REPORT
@given(reports())
def test_the_result_for_github_classroom_fits_a_variable(made: Report) -> None:
    text = form(made, "github")
    assert len(text.encode()) <= GITHUB_BYTES
    assert len("KUBEGRADE_RESULTS=" + b64encode(text.encode()).decode()) < 128 * 1024


def test_long_messages_leave_the_result_for_github_classroom_in_time() -> None:
    made = report("é" * 10_000)
    made.criteria = [made.criteria[0].model_copy(update={"id": f"a.c{n}", "points": 1}) for n in range(300)]
    made.max_score, made.score = 300, 0
    result = github(made)
    assert len(json.dumps(result, ensure_ascii=False).encode()) < 128 * 1024 * 3 / 4
    assert len(result["tests"]) == 300


def test_an_incomplete_report_has_no_score_anywhere() -> None:
    made = report("no Docker", Verdict.ERROR)
    assert "score" not in json.dumps(gradescope(made))
    assert (classroom50(made)["score"], classroom50(made)["max-score"], classroom50(made)["tests"]) == (
        0,
        0,
        [],
    )
    assert reporter(github(made)) is None
    assert [test["status"] for test in github(made)["tests"]] == ["error", "pass"]
    assert not [p for p in junit(made).iter("property") if p.get("name") == "score"]
    for name in ("md", "terminal", "annotations"):
        assert "Not graded: incomplete" in form(made, name)
        assert " / 100 points" not in form(made, name)
    assert "points\n" not in form(made, "terminal").partition("Not graded")[2]
    for name, lost in (("md", "| \N{EN DASH} / 60 |"), ("terminal", "  \N{EN DASH}/60")):
        assert lost in form(made, name)
    assert [line for line in form(made, "md").splitlines() if line.startswith("## 1.")] == [
        "## 1.1",
        "## 1.2",
    ]
    assert re.search(r"^1\.2 *$", form(made, "terminal"), re.MULTILINE)


def test_classroom50_takes_the_identity_from_its_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = {
        "CLASSROOM": "linux",
        "ASSIGNMENT": "k8s",
        "ASSIGNMENT_TYPE": "group",
        "OWNER": "jan",
        "SUBMISSION_TAG": "submit/2026-01-02T03-04-05Z-abc",
        "COMMIT_URL": "https://github.com/o/r/commit/abc",
        "RELEASE_URL": "https://github.com/o/r/releases/tag/x",
        "REVIEW_URL": "https://github.com/o/r/compare/a...b",
    }
    for name, value in given_.items():
        monkeypatch.setenv(name, value)
    result = classroom50(report("x"))
    names = (
        "classroom",
        "assignment",
        "assignment_type",
        "owner",
        "submission",
        "commit",
        "release",
        "review",
    )
    assert [result[name] for name in names] == list(given_.values())


def test_times_for_classroom50_are_of_the_zone_that_they_name() -> None:
    made = report("x")
    made.started = datetime.fromisoformat("2026-01-02T03:04:05+05:45")
    assert classroom50(made)["graded_at"] == "2026-01-01T21:19:05Z"


def test_the_reporters_table_says_what_its_total_says() -> None:
    made = report("x")
    made.criteria[0].points, made.criteria[1].points, made.criteria[1].earned = 71, 29, 29
    made.score = 29
    table, total, most = reporter(github(made)) or (0, 0, 0)
    assert (round(table, 9), total, most) == (29, 29, 100)


@EVERY_TEXT
@pytest.mark.parametrize("name", sorted(set(FORMS) - {"annotations", "html"}))
def test_a_form_that_is_printed_holds_no_workflow_command(name: str, text: str) -> None:
    printed = [report(text).to_json(), form(report(text), name)]
    for line in "\n".join(printed).splitlines():
        assert not re.match(r"\s*::[A-Za-z]", line)
        assert "##[" not in line


@pytest.mark.parametrize("name", TEXT_FORMS)
@EVERY_TEXT
def test_forms_can_be_written_and_hold_no_control_characters(name: str, text: str) -> None:
    made = form(report(text), name)
    made.encode()
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)
    if name in {"gradescope", "classroom50", "github"}:
        assert not re.search(r"\\u00(?:[0189]|7f)", made)  # JSON's own way to hold them
    assert max(map(len, made.splitlines())) < 60_000


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_in_the_language_of_the_report_or_another(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[Language] = []

    def catalogue(lang: Language) -> gettext.NullTranslations:
        spoken.append(lang)
        return gettext.NullTranslations()

    monkeypatch.setattr("grading.text.messages.catalogue", catalogue)
    made = report("x").model_copy(update={"lang": Language.NL})
    made.criteria[0].detail = Detail.VERDICT
    form(made, name)
    assert set(spoken) == {Language.NL}
    spoken.clear()
    render(made, FORMS[name], NOWHERE, Language.EN)
    assert set(spoken) == {Language.EN}


def test_all_forms_are_written_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    assert write_reports(report("é\ud800"), folder) == []
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "report.json",
        "report.md",
        "junit.xml",
        "gradescope.json",
        "classroom50.json",
        "github.json",
    }
    assert not [name for name in names if name.endswith(".tmp")]
    read = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
    assert read == report("é\N{REPLACEMENT CHARACTER}")


def test_a_form_that_fails_takes_no_other_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "junit.xml").write_text("of an earlier run", "utf-8")

    def broken(_view: object) -> str:
        raise ValueError("not\nthis one")

    monkeypatch.setattr("grading.renderers.junit.to_junit", broken)
    assert write_reports(report("x"), tmp_path) == [
        "junit.xml could not be written: ValueError: not this one"
    ]
    assert {path.name for path in tmp_path.iterdir()} >= {"report.json", "report.md", "github.json"}
    assert not (tmp_path / "junit.xml").exists()
