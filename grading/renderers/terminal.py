"""The report on a terminal: a table per section, then what to look at."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grading.plainly import inert, one_line, visible
from grading.renderers.markdown import headline
from grading.report import CriterionResult, Report, Verdict

STYLES: Final = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "magenta",
    Verdict.ERROR: "yellow",
}


def print_report(report: Report, console: Console) -> None:
    """Print a report; nothing from a submission is taken for markup."""
    table = Table(box=None, pad_edge=False, expand=False)
    for title, justify in (("criterion", "left"), ("verdict", "left"), ("points", "right")):
        table.add_column(title, justify="right" if justify == "right" else "left", no_wrap=True)
    for section, results in groupby(report.selected, key=lambda result: result.section):
        members = list(results)
        earned, points = sum(r.earned for r in members), sum(r.points for r in members)
        table.add_row(Text(section, style="bold"), "", Text(f"{earned}/{points}", style="bold"))
        for result in members:
            verdict = Text(result.verdict.value, style=STYLES[result.verdict])
            table.add_row(Text(f"  {result.id}"), verdict, f"{result.earned}/{result.points}")
    console.print(table)
    for result in report.selected:
        if result.verdict is not Verdict.PASSED or result.rationale:
            _detail(result, console)
    for stand_in in report.environment.stand_ins:
        console.print(Text(f"stand-in for {stand_in.image}: {stand_in.note}", style="dim"))
    style = "yellow" if report.score is None else "green" if report.score == report.max_score else "red"
    console.print(Text(f"\n{headline(report)}", style=f"bold {style}"))
    if report.reason:
        console.print(Text(inert(one_line(report.reason, limit=2000)), style="yellow"))


def _detail(result: CriterionResult, console: Console) -> None:
    console.print()
    where = ""
    if result.location:
        where = f" ({result.location.file}" + (f":{result.location.line})" if result.location.line else ")")
    console.print(Text.assemble((result.id, f"bold {STYLES[result.verdict]}"), inert(one_line(where))))
    console.print(Text(f"  {inert(one_line(result.rationale, limit=2000))}"))
    for label, text in (("expected", result.expected), ("actual", result.actual)):
        if text:
            first, *rest = inert(visible(text, limit=500)).splitlines()[:12]
            console.print(Text(f"  {label + ':':10}{first}"))
            for line in rest:
                console.print(Text(f"  {'':10}{line}"))
    if result.help:
        console.print(Text(f"  {inert(one_line(result.help, limit=1000))}", style="dim"))
