"""The report as GitHub-flavoured Markdown, for a job summary."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from grading.plainly import fenced, markdown
from grading.report import CriterionResult, Report, Verdict

SYMBOLS: Final = {
    Verdict.PASSED: "✅ passed",
    Verdict.FAILED: "❌ failed",
    Verdict.BLOCKED: "⛔ blocked",
    Verdict.ERROR: "⚠️ error",
    Verdict.NOT_RUN: "⚪ not run",
}


def headline(report: Report) -> str:
    """Return the score in words."""
    if report.score is None:
        return "Not graded: incomplete"
    return f"{report.score} / {report.max_score} points"


def to_markdown(report: Report) -> str:
    """Render a report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {headline(report)}"
    yield ""
    when = f"{report.started:%Y-%m-%d %H:%M} UTC, {report.duration_s:.0f} s"
    yield f"Submission {markdown(report.submission)}, {when}"
    if report.reason:
        yield ""
        yield f"> ⚠️ {markdown(report.reason)}"
    yield ""
    for section, results in groupby(report.selected, key=lambda result: result.section):
        yield from _section(section, list(results))
    lost = [result for result in report.selected if result.verdict is not Verdict.PASSED]
    if lost:
        yield "## What to look at"
        yield ""
    for result in lost:
        yield from _detail(result)
    yield from _environment(report)


def _section(section: str, results: list[CriterionResult]) -> Iterator[str]:
    earned, points = sum(r.earned for r in results), sum(r.points for r in results)
    yield f"## {section}: {earned} / {points}"
    yield ""
    yield "| criterion | | verdict | points |"
    yield "| --- | --- | --- | ---: |"
    for result in results:
        verdict = SYMBOLS[result.verdict]
        yield f"| `{result.id}` | {markdown(result.title)} | {verdict} | {result.earned} / {result.points} |"
        if result.verdict is Verdict.PASSED and result.rationale:
            yield f"| | {markdown(result.rationale)} | | |"
    yield ""


def _detail(result: CriterionResult) -> Iterator[str]:
    yield f"### {SYMBOLS[result.verdict]}: `{result.id}`"
    yield ""
    yield markdown(result.rationale)
    if result.location:
        line = f", line {result.location.line}" if result.location.line else ""
        yield ""
        yield f"Where: {markdown(result.location.file)}{line}"
    for label, text in (("Expected", result.expected), ("Actual", result.actual)):
        if text:
            yield ""
            yield f"{label}:"
            yield ""
            yield fenced(text)
    if result.help:
        yield ""
        yield markdown(result.help)
    yield ""


def _environment(report: Report) -> Iterator[str]:
    environment = report.environment
    yield "## Where it was graded"
    yield ""
    yield (
        f"k3d {markdown(environment.k3d)}, Kubernetes {markdown(environment.kubernetes)}, "
        f"node image `{environment.node_image}`"
    )
    for stand_in in environment.stand_ins:
        yield f"- stand-in for `{stand_in.image}`: {markdown(stand_in.note)}"
