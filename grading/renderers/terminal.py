"""The report on a terminal: a table per section, then what to look at."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grading.renderers.labels import (
    clipped,
    difference_lines,
    headline,
    in_words,
    named,
    place,
    points,
    rationale,
    repair_gain,
    repair_title,
    result_word,
    selection,
    sum_of,
    tries,
)
from grading.renderers.stories import NO_EVIDENCE, Story, lost_stories
from grading.report.model import CriterionResult, Detail, Verdict
from grading.report.repairs import ADVICE, repairs_of
from grading.report.student_view import StudentView
from grading.text.i18n import _, n_
from grading.text.sanitize import inert, one_line

STYLES: Final = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "magenta",
    Verdict.ERROR: "yellow",
}
WIDTH: Final = 100
"""Columns of the report if no terminal says how many it has."""
_SIGNS: Final = {"-": "red", "+": "green"}
LAST_STEPS: Final = 3
"""Steps of a scenario that are shown; the page has them all."""


def to_terminal(view: StudentView, evidence: Mapping[str, Any] = NO_EVIDENCE) -> str:
    """Render a report as text, without colours."""
    stream = io.StringIO()
    print_report(view, Console(file=stream, width=WIDTH, color_system=None, highlight=False), evidence)
    return stream.getvalue()


def print_report(view: StudentView, console: Console, evidence: Mapping[str, Any] = NO_EVIDENCE) -> None:
    """Print a report; nothing from a submission is taken for markup."""
    report = view.report
    stories = lost_stories(view, evidence)
    console.print(_table(view))
    told = {(str(report.reason), "")}  # a run that was stopped has the same words for every criterion
    for section in view.sections:
        for result in section.criteria:
            why = (str(result.rationale), str(result.first_error))
            if result.verdict is Verdict.ERROR and why in told:
                continue
            if result.verdict is Verdict.ERROR:
                told.add(why)
            if result.verdict is not Verdict.PASSED or result.rationale or result.first_error:
                _detail(result, console, stories.get(result.id, []), repeats=view.repeats(result))
    _next(view, console)
    for stand_in in report.environment.stand_ins:
        stand_in_for = _("stand-in for {image}: {note}", image=stand_in.image, note=stand_in.note)
        console.print(Text(inert(one_line(stand_in_for)), style="dim"))
    console.print(Text(f"\n{headline(view)}", style=f"bold {_style(view)}"))
    for words in filter(None, (selection(view), report.reason)):
        console.print(Text(inert(one_line(words, limit=2000)), style="yellow"))


def _style(view: StudentView) -> str:
    """Return the colour of the headline: green for every point of the whole only."""
    if view.report.score is None:
        return "yellow"
    if view.report.score < view.report.max_score:
        return "red"
    return "green" if view.is_full else "yellow"


def _table(view: StudentView) -> Table:
    table = Table(box=None, pad_edge=False, expand=False)
    # Where it is narrow the names are broken, and verdicts and points stay whole.
    table.add_column(_("criterion"), overflow="fold")
    table.add_column(_("verdict"), no_wrap=True)
    table.add_column(_("points"), no_wrap=True, justify="right")
    for section in view.sections:
        total = sum_of(view.report, section)
        table.add_row(Text(named(section.section, section), style="bold"), "", Text(total, style="bold"))
        for result in section.results:
            name = _("(not shown)") if result.detail is Detail.NONE else result.id
            verdict = Text(result_word(result), style=STYLES[result.verdict])
            table.add_row(Padding(Text(name, overflow="fold"), (0, 0, 0, 2)), verdict, points(result))
    return table


def _detail(result: CriterionResult, console: Console, stories: Sequence[Story], *, repeats: bool) -> None:
    console.print()
    where = f" ({inert(place(result))})" if result.location else ""
    console.print(Text.assemble((result.id, f"bold {STYLES[result.verdict]}"), where))
    for told in filter(None, [rationale(result), tries(result)]):
        _print(Text(inert(told)), console)
    if repeats:
        return
    labels = (_("expected"), _("actual"), _("steps"))
    width = max(map(len, labels)) + 2
    for label, text in zip(labels, (result.expected, result.actual, _last_steps(stories)), strict=True):
        if text:
            _print(Text(inert(clipped(text))), console, label=f"{label + ':':{width}}")
    if result.help:
        _print(Text(inert(one_line(result.help, limit=1000)), style="dim"), console)


def _next(view: StudentView, console: Console) -> None:
    """Print what to do next, by cause; the help of each criterion stands above."""
    repairs = repairs_of(view)
    if not repairs:
        return
    console.print(Text(f"\n{_('What to do next')}", style="bold"))
    for number, repair in enumerate(repairs[:ADVICE], 1):
        _print(Text(inert(one_line(repair_title(repair))), style="bold"), console, label=f"{number}. ")
        if not repair.corrections:
            _print(Text(inert(rationale(repair.first))), console, label="   ")
        for difference in repair.differences:
            for sign, line in difference_lines(difference):
                _print(Text(inert(line), style=_SIGNS.get(sign, "dim")), console, label="   ")
            for correction in difference.unwritten:
                _print(Text(inert(in_words(correction))), console, label="   ")
        _print(Text(inert(repair_gain(repair))), console, label="   ")
    further = len(repairs) - ADVICE
    if further > 0:
        _print(Text(n_("Then {n} more, shown above.", "Then {n} more, shown above.", further)), console)


def _last_steps(stories: Sequence[Story]) -> str:
    """Return the last steps of scenarios, a line for each."""
    steps = [step for story in stories for step in story.steps[-LAST_STEPS:]]
    return "\n".join(one_line(f"{step.done}: {step.seen}" if step.seen else step.done) for step in steps)


def _print(text: Text, console: Console, *, label: str = "") -> None:
    """Print indented text behind a label."""
    margin = f"  {label}"
    for line in text.wrap(console, max(10, console.width - len(margin))):
        line.rstrip()
        console.print(Text.assemble(margin, line))
        margin = " " * len(margin)
