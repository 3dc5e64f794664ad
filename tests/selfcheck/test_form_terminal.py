"""The report on a terminal: text of a submission stays text, and everything fits."""

import io
import re

import pytest
from rich.console import Console

from grading.renderers.terminal import print_report
from grading.report.model import Report
from grading.report.student_view import for_student
from tests.selfcheck.reports import EVERY_TEXT, report


def on_terminal(made: Report, width: int = 80) -> str:
    stream = io.StringIO()
    print_report(
        for_student(made),
        Console(file=stream, width=width, no_color=True, force_terminal=False, highlight=False),
    )
    return stream.getvalue()


@EVERY_TEXT
@pytest.mark.parametrize("width", [40, 80, 200])
def test_terminal_shows_text_as_text(text: str, width: int) -> None:
    printed = on_terminal(report(text), width)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", printed)
    assert not [line for line in printed.splitlines() if re.match(r"\s*::[A-Za-z]", line) or "##[" in line]
    assert printed.count("\n") < 6_000
    assert "40 / 100 points" in printed


def test_terminal_takes_no_markup() -> None:
    # Location, rationale, first error, expected, actual and help of each of two criteria; image and note of a
    # stand-in; of what to do next file and field in its title, field and value.
    assert on_terminal(report("[bold red]x[/]")).count("[bold red]x[/]") == 18


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
