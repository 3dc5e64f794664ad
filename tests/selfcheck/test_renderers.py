"""The forms of a report, with text from a submission that tries to be more than text."""

import io
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from grading.renderers.junit import to_junit
from grading.renderers.markdown import to_markdown
from grading.renderers.terminal import print_report
from grading.report.model import Report, Verdict
from grading.report.student_view import for_student
from tests.selfcheck.reports import HOSTILE, report

TEXTS = [pytest.param(text, id=name) for name, text in HOSTILE.items()]


def on_terminal(made: Report, width: int = 80) -> str:
    stream = io.StringIO()
    print_report(
        for_student(made),
        Console(file=stream, width=width, no_color=True, force_terminal=False, highlight=False),
    )
    return stream.getvalue()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERROR, Verdict.BLOCKED])
def test_markdown_keeps_its_shape(text: str, verdict: Verdict) -> None:
    lines: list[str] = []
    fence = ""
    for line in to_markdown(for_student(report(text, verdict))).rstrip("\n").split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
            assert set(fence) == {"`"}
        else:
            lines.append(line)
    assert not fence
    outside = "\n".join(lines)
    headings = [line for line in lines if line.startswith("#")]
    plain = "Not graded: incomplete" if verdict is Verdict.ERROR else "40 / 100 points"
    sections = ["## 1.1", "## 1.2"] if verdict is Verdict.ERROR else ["## 1.1: 0 / 60", "## 1.2: 40 / 40"]
    assert headings[:3] == [f"# {plain}", *sections]
    assert len(headings) == 6
    assert not re.search(r"<(?!br)[a-zA-Z/!]", outside)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", outside)
    for row in (line for line in lines if line.startswith("| `")):
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "a.other" not in outside


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_terminal_shows_text_as_text(text: str, width: int) -> None:
    printed = on_terminal(report(text), width)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", printed)
    assert not [line for line in printed.splitlines() if re.match(r"\s*::[A-Za-z]", line) or "##[" in line]
    assert printed.count("\n") < 6_000
    assert "40 / 100 points" in printed


def test_terminal_takes_no_markup() -> None:
    # Location, rationale, expected, actual and help of each of two criteria; image and note of a stand-in.
    assert on_terminal(report("[bold red]x[/]")).count("[bold red]x[/]") == 12


def test_terminal_says_what_is_wrong() -> None:
    made = report("dep.yaml: wrong")
    printed = on_terminal(made)
    for part in (
        "a.bad",
        "failed",
        "0/60",
        "40/40",
        "expected:",
        "actual:",
        "stand-in for nginx: built here",
    ):
        assert part in printed
    assert "a.other" not in printed


@pytest.mark.parametrize("width", [32, 40, 80])
def test_a_narrow_terminal_shows_every_verdict_and_point(width: int) -> None:
    made = report("x")
    made.criteria[0].id = "services.clusterip.endpoints"
    printed = on_terminal(made, width)
    assert max(map(len, printed.splitlines())) <= width
    assert re.search(r"^  services\S* +failed +0/60$", printed, re.MULTILINE)
    assert "…" not in printed
    assert "services.clusterip.endpoints" in "".join(re.findall(r"^  (\S+)", printed, re.MULTILINE))


def test_what_does_not_fit_on_a_line_stays_below_its_beginning() -> None:
    made = report("word " * 60)
    made.criteria = [made.criteria[0].model_copy(update={"location": None})]
    made.environment.stand_ins = []
    printed = on_terminal(made, 60)
    lines = [line for line in printed.splitlines() if "word" in line]
    assert len(lines) > 20
    assert all(line.startswith("  ") for line in lines)
    label, below = printed[printed.index("  expected:") :].splitlines()[:2]
    assert below.startswith(" " * label.index("word") + "word")


def test_terminal_without_a_score() -> None:
    printed = on_terminal(report("no Docker", Verdict.ERROR))
    assert "Not graded: incomplete" in printed
    assert "points\n" not in printed.partition("Not graded")[2]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERROR, Verdict.BLOCKED])
def test_junit_says_what_was_graded(text: str, verdict: Verdict) -> None:
    root = ElementTree.fromstring(to_junit(for_student(report(text, verdict))))  # noqa: S314 - made here
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
