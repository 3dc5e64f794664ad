"""The output of a graded run on the terminal: the live view, and the graded report at the end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pytest
from rich.console import Console

from grading.pytest_plugin.live_view import LiveView
from grading.renderers.terminal import print_report
from grading.report.model import FILE, Report
from grading.report.student_view import for_student
from grading.text.i18n import _
from grading.text.sanitize import printable, shown_path


def start_live_view(config: pytest.Config, title: str) -> LiveView | None:
    """Show the run's progress on an interactive terminal, in place of letters.

    Args:
        config: the session's; the view is stopped at its end.
        title: what is graded.

    Returns:
        The view, None if pytest's own output is used.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    is_quiet = config.get_verbosity() <= 0 and config.option.capture != "no"
    if reporter is None or not reporter.isatty or not is_quiet or os.environ.get("TERM") == "dumb":
        return None
    # A copy of the terminal's descriptor: while a test runs, pytest captures what goes to its own.
    shown = reporter._tw._file
    terminal = os.fdopen(os.dup(shown.fileno()), "w", encoding=shown.encoding, errors="replace")
    live = LiveView(_console(reporter, terminal), title)
    reporter.showfspath = False
    live.start()
    config.add_cleanup(terminal.close)
    config.add_cleanup(live.stop)
    return live


def print_summary(
    reporter: pytest.TerminalReporter, report: Report, folder: Path, unwritten: Iterable[str]
) -> None:
    """Print the graded report, and where its files are.

    Args:
        reporter: pytest's own, which decides about colours and width.
        report: the whole report; a student's view of it is printed.
        folder: the report folder.
        unwritten: for each file that could not be written the reason, in a sentence.
    """
    reporter.section(_("graded report"))
    console = _console(reporter)
    print_report(for_student(report), console)
    for line in unwritten:
        console.print(printable(line), markup=False)
    written = [folder / name for name in ("report.html", "report.md")]
    paths = [path for path in written if path.exists()] or [folder / FILE]
    shown = ", ".join(map(shown_path, paths))
    console.print(printable(_("report: {path}", path=shown)), markup=False)


def _console(reporter: pytest.TerminalReporter, file: TextIO | None = None) -> Console:
    # pytest's own writer decides about colours; rich only lays out.
    writer = reporter._tw
    return Console(
        file=file or writer._file,
        width=max(40, writer.fullwidth),
        no_color=not writer.hasmarkup,
        force_terminal=writer.hasmarkup,
        highlight=False,
        soft_wrap=False,
    )
