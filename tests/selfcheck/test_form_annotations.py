"""The report as annotations of GitHub: commands of ours alone, each on its line, as many as are shown."""

import re
from pathlib import Path

import pytest

from grading.errors import Location
from grading.renderers import FORMS, render
from grading.report.model import Report, Verdict
from tests.selfcheck.reports import EVERY_TEXT, VERDICTS, report


def annotations(made: Report) -> str:
    return render(made, FORMS["annotations"], Path("no evidence"))


@EVERY_TEXT
@VERDICTS
def test_annotations_are_commands_of_ours_alone(text: str, verdict: Verdict) -> None:
    *commands, last = annotations(report(text, verdict)).removesuffix("\n").split("\n")
    assert not last.startswith("::")
    for line in commands:
        assert re.fullmatch(r"::(error|warning|notice) [^:]*::[^\r\n]*", line)
        head, message = line.split("::", 2)[1:]
        properties = dict(pair.split("=", 1) for pair in head.partition(" ")[2].split(","))
        assert set(properties) <= {"file", "line", "title"}
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
        assert not re.search(r"%(?!25|0D|0A|3A|2C)", line)
        assert len(message) < 100_000
    kinds = {Verdict.FAILED: "error", Verdict.BLOCKED: "error", Verdict.ERROR: "warning"}
    expected = [kinds[verdict]] if verdict in kinds else []
    remarks = (2 if verdict is Verdict.PASSED else 1) if text else 0
    found = [line.split(" ")[0].strip(":") for line in commands]
    assert found == expected + ["notice"] * remarks


def unescaped(text: str) -> str:
    for code in ("0A", "0D", "3A", "2C", "25"):
        text = text.replace(f"%{code}", chr(int(code, 16)))
    return text


def test_an_annotation_stands_on_its_line_in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/home/runner/work/course/course")
    made = report("100%: no, it is\nnot")
    made.criteria[0].location = Location("a,b/dep.yaml", 2)
    for submission in ("submission", "/home/runner/work/course/course/submission"):
        made.submission = submission
        first = annotations(made).splitlines()[0]
        assert first.startswith(
            "::error file=submission/a%2Cb/dep.yaml,line=2,title=a.bad%3A failed::100%25: no, it is not%0A"
        )
        assert "100%25: no, it is" in first
        assert unescaped(first).startswith(
            "::error file=submission/a,b/dep.yaml,line=2,title=a.bad: failed::"
        )


def test_no_more_annotations_than_github_shows() -> None:
    made = report("x")
    bad, good = made.criteria
    error = bad.model_copy(update={"verdict": Verdict.ERROR})
    made.criteria = [
        result.model_copy(update={"id": f"a.{result.verdict.value}{n}", "rationale": f"{n}"})
        for result in (bad, good, error)
        for n in range(25)
    ]
    lines = annotations(made).splitlines()
    for kind in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{kind} ") for line in lines) == 10
    assert lines.count("… and 15 more, see the report") == 3


def test_what_is_blocked_takes_no_annotation_from_what_failed() -> None:
    made = report("x")
    bad = made.criteria[0]
    blocked = {"verdict": Verdict.BLOCKED, "blocked_by": "a.bad"}
    made.criteria = [
        bad,
        *(bad.model_copy(update={"id": f"a.blocked{n}", **blocked}) for n in range(12)),
        bad.model_copy(update={"id": "a.last"}),
    ]
    titles = re.findall(r"title=([^:%]*)%3A", annotations(made))
    assert titles == ["a.bad", "a.last", *(f"a.blocked{n}" for n in range(8))]


def test_one_cause_of_errors_is_one_annotation() -> None:
    made = report("no Docker", Verdict.ERROR)
    made.criteria = [made.criteria[0].model_copy(update={"id": f"a.c{n}"}) for n in range(12)]
    warnings = [line for line in annotations(made).splitlines() if line.startswith("::warning")]
    assert len(warnings) == 1
    assert "a.c0%2C a.c1%2C" in warnings[0]
    assert "no Docker" in warnings[0]
