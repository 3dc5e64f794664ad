"""Show findings: as a table for a person, as plain lines for everything else."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grading.precheck.findings import Finding
from grading.text.i18n import _, n_
from grading.text.sanitize import inert, one_line


def show(findings: list[Finding], console: Console) -> None:
    """Print findings and what they come to."""
    if console.is_terminal and findings:
        console.print(_table(findings))
    else:
        for finding in findings:
            console.print(_line(finding), markup=False, highlight=False, soft_wrap=True, emoji=False)
    console.print(_sum(findings), markup=False, highlight=False, soft_wrap=True, emoji=False)


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_("place"), no_wrap=True, overflow="ellipsis", max_width=32)
    table.add_column(_("what"), overflow="fold")
    table.add_column(_("what to do"), overflow="fold")
    for finding in findings:
        problem = finding.problem
        words = Text(
            inert(one_line(problem.rationale, limit=600)), style="red" if finding.costs else "yellow"
        )
        if finding.criterion:
            words.append(f"\n{finding.criterion}", style="dim")
        place, help = one_line(str(finding.location)), one_line(problem.help, limit=600)
        table.add_row(Text(inert(place)), words, Text(inert(help)))
    return table


def _line(finding: Finding) -> str:
    """Return one line of the form that editors and CI systems find places in."""
    mark = "error" if finding.costs else "note"
    criterion = f" [{finding.criterion}]" if finding.criterion else ""
    problem = finding.problem
    help_words = f" - {problem.help}" if problem.help else ""
    line = f"{finding.location}: {mark}: {problem.rationale}{criterion}{help_words}"
    return inert(one_line(line, limit=1000))


def _sum(findings: list[Finding]) -> str:
    costly = sum(finding.costs for finding in findings)
    if not costly:
        return _(
            "found nothing that costs points; run `kubegrade grade` for everything that only a cluster can "
            "show"
        )
    return n_("{n} finding that costs points", "{n} findings that cost points", costly)
