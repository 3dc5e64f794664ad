"""The report in Markdown: text of a submission stays text, and a summary stays within GitHub's limit."""

import re

import pytest
from hypothesis import given

from grading.renderers.markdown import MAX_BYTES, to_markdown
from grading.report.model import Report, Verdict
from grading.report.student_view import for_student
from tests.selfcheck.reports import ANY_REPORT, EVERY_TEXT, report, reports


@EVERY_TEXT
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


@ANY_REPORT
@given(reports())
def test_a_summary_stays_within_its_limit(made: Report) -> None:
    view = for_student(made)
    whole = to_markdown(view)
    assert len(whole.encode()) <= MAX_BYTES
    head = len(whole.partition("\n## ")[0].encode()) + 200
    for limit in (head, head + 500, head + 2_000):
        cut = to_markdown(view, limit=limit)
        assert len(cut.encode()) <= limit
        assert cut.startswith(whole.partition("\n")[0])
        assert cut == whole or "Shortened: " in cut


@pytest.mark.parametrize("text", [("x" * 999 + "\n") * 70, "é`|" * 30_000, ("😀" * 2000 + "\n") * 3])
def test_a_summary_of_huge_texts_is_cut_from_the_least_important(text: str) -> None:
    made = report(text)
    made.criteria = [made.criteria[0].model_copy(update={"id": f"a.c{n}"}) for n in range(150)]
    page = to_markdown(for_student(made))
    assert len(page.encode()) < 1024 * 1024
    assert len(re.findall(r"^\| `a\.c\d+`", page, re.MULTILINE)) == 150
    assert re.search(r"Shortened: \d+ parts", page)
    details, evidence = page.count("### "), page.count("Expected:")
    assert details == 150 or not evidence


def test_even_too_many_criteria_leave_a_score() -> None:
    made = report("x" * 900)
    made.criteria = [
        made.criteria[0].model_copy(update={"id": f"a.c{n}", "title": "é" * 900}) for n in range(2000)
    ]
    page = to_markdown(for_student(made))
    assert 1_000_000 < len(page.encode()) < 1024 * 1024
    assert page.startswith("# 40 / 100 points\n")
    assert re.search(r"Shortened: \d+ parts", page)
