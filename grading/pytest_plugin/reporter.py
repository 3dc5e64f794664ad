"""The reporter of a graded session: verdicts from the outcomes of tests, and the report.

One object, registered as a plugin when graded tests are about to run; its methods are pytest's hooks.
A session without graded tests has none.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Final, NoReturn

import pytest

from grading.errors import InfrastructureError
from grading.files import write_text
from grading.pytest_plugin.console import print_summary
from grading.pytest_plugin.hidden_tests import run_hidden, silence
from grading.pytest_plugin.items import criterion_of, scenarios_of
from grading.pytest_plugin.live_view import LiveView, Progress
from grading.pytest_plugin.selection import ending
from grading.renderers import write_reports
from grading.report.model import FILE, CriterionResult, Detail, Report, Verdict
from grading.report.results import Results
from grading.report.student_view import for_student
from grading.submission.loader import Submission
from grading.text.i18n import _
from grading.text.sanitize import inert, one_line, printable

EXIT_INCOMPLETE: Final = 3
"""Exit status if some criterion could not be graded; pytest's own number for an internal error."""
EXIT_NOT_READY: Final = 6
"""Exit status if the machine is not ready: no Docker, a port taken, k3d failing."""

NAME: Final = "kubegrade-reporter"
"""The name under which the reporter is registered as a plugin."""

_LABELS: Final = {"failed": ("F", "FAILED"), "blocked": ("B", "BLOCKED"), "error": ("E", "ERROR")}
_RAN_TO_THE_END: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class GradingReporter:
    """Turn the outcomes of graded tests into verdicts, and write the report.

    Args:
        config: the session's.
        results: the verdicts so far; the selected criteria are known to it.
        submission: what is graded.
        live: the live view, None if pytest's own output is used.

    Attributes:
        remarks: what to tell the student although the criterion passes, by the criterion's id.
    """

    def __init__(
        self, config: pytest.Config, results: Results, submission: Submission, live: LiveView | None
    ) -> None:
        self.results = results
        self.submission = submission
        self.live = live
        self.remarks: dict[str, str] = {}
        self._folder = config.option.report_dir
        self._untidy = 0
        """Graded tests that failed to clean up: shown, but verdicts and exit status do not change."""
        self._unwritten: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a hidden test under a name that says nothing."""
        return run_hidden(item, nextitem)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the outcome of a graded test into a verdict."""
        report = yield
        criterion = criterion_of(item)
        if criterion is None:
            return report
        _make_printable(report)
        is_discreet = self.results.rubric.by_id[criterion].detail is not Detail.FULL
        if is_discreet:
            silence(report, item)
        if not _decides(call):
            self._untidy += report.failed
        elif call.excinfo is None or not call.excinfo.errisinstance(pytest.exit.Exception):
            result = self._record(criterion, item, call)
            so_far = self.results.report()
            if result.verdict is not Verdict.PASSED:
                seen = self._show(result, so_far, report)
                if seen and not is_discreet and (result.verdict is not Verdict.ERROR or _is_foreseen(call)):
                    report.longrepr = inert(one_line(seen.rationale))
            # The report so far survives a run that is killed; a full disk is reported at the end.
            with contextlib.suppress(OSError):
                write_text(self._folder / FILE, so_far.to_json())
        return report

    def _record(self, criterion: str, item: pytest.Item, call: pytest.CallInfo[None]) -> CriterionResult:
        evidence = [f"evidence/{name}.json" for name in scenarios_of(item)]
        return self.results.record(
            criterion,
            call.excinfo.value if call.excinfo else None,
            duration_s=call.duration,
            evidence=[path for path in evidence if (self._folder / path).exists()],
            remark=self.remarks.get(criterion, ""),
        )

    def _show(
        self, result: CriterionResult, so_far: Report, report: pytest.TestReport
    ) -> CriterionResult | None:
        """Put a verdict other than passed into pytest's own report, and on the live view.

        Returns:
            What a student sees of it, None if nothing.
        """
        report.outcome = "failed"
        report.verdict = result.verdict.value  # type: ignore[attr-defined]
        seen = next((shown for shown in for_student(so_far).report.criteria if shown.id == result.id), None)
        if seen and self.live:
            self.live.tell(seen)
        return seen

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Give blocked criteria and errors a letter; none beside a live view."""
        verdict = getattr(report, "verdict", None)
        if self.live and (verdict or (report.when == "call" and report.passed)):
            return _category(verdict) if verdict else "passed", "", ""
        if verdict is None:
            return None
        letter, word = _LABELS[verdict]
        return _category(verdict), letter, word

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports, and set the exit status by whether grading was done."""
        if self.live:
            self.live.stop()
        if not self.results.stopped:
            self.results.stopped = self._why_stopped(session, exitstatus)
        report = self.results.report()
        try:
            self._unwritten = write_reports(report, self._folder)
        except OSError as error:
            self._unwritten = [_("{file} could not be written: {error}", file=FILE, error=error.strerror)]
            session.exitstatus = EXIT_INCOMPLETE
            return
        if report.outcome == "incomplete" and exitstatus in _RAN_TO_THE_END:
            session.exitstatus = EXIT_INCOMPLETE
        elif exitstatus == pytest.ExitCode.TESTS_FAILED and session.testsfailed == self._untidy:
            session.exitstatus = pytest.ExitCode.OK

    def _why_stopped(self, session: pytest.Session, exitstatus: int) -> str:
        options = ending(session.config)
        if options and (session.shouldfail or session.shouldstop) and not self.results.is_whole:
            return _(
                "the run stopped early because of {options}, so not everything was graded",
                options=", ".join(options),
            )
        if exitstatus not in _RAN_TO_THE_END:
            return _("the run was stopped before everything was graded")
        return ""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the graded report, unless ``--no-summary`` is given."""
        if not terminalreporter.no_summary:
            print_summary(terminalreporter, self.results.report(), self._folder, self._unwritten)


def reporter_of(config: pytest.Config) -> GradingReporter | None:
    """Return the reporter of a graded session, else None."""
    reporter: GradingReporter | None = config.pluginmanager.get_plugin(NAME)
    return reporter


def phase(config: pytest.Config, words: str, seconds: float = 0.0) -> None:
    """Show on the live view, if there is one, what the run is doing.

    Args:
        config: the session's.
        words: in a few words.
        seconds: how long it usually takes.
    """
    reporter = reporter_of(config)
    if reporter and reporter.live:
        reporter.live.phase(words, seconds)


def follow(config: pytest.Config, runner: Progress) -> None:
    """Show the progress of a run's scenarios on the live view, if there is one."""
    reporter = reporter_of(config)
    if reporter and reporter.live:
        reporter.live.follow(runner)


def not_ready(config: pytest.Config, message: str) -> NoReturn:
    """End the session because the machine cannot grade.

    One message, no verdicts, exit status 6.

    Args:
        config: the session's.
        message: what is missing and how to get it.
    """
    reporter = reporter_of(config)
    if reporter:
        reporter.results.stopped = message
    pytest.exit(printable(message), returncode=EXIT_NOT_READY)


def _make_printable(report: pytest.TestReport) -> None:
    """Make pytest's output printable.

    Tracebacks and captured logs quote what a submission says.
    """
    report.sections = [(title, printable(text)) for title, text in report.sections]
    if report.failed:
        report.longrepr = printable(report.longreprtext)


def _is_foreseen(call: pytest.CallInfo[None]) -> bool:
    """Return whether an error of the infrastructure says all that there is to know, without a traceback."""
    return call.excinfo is not None and call.excinfo.errisinstance(InfrastructureError)


def _decides(call: pytest.CallInfo[None]) -> bool:
    """Return whether a phase of a test decides about its criterion.

    The call does, or a set-up that fails.
    """
    return call.when == "call" or (call.when == "setup" and call.excinfo is not None)


def _category(verdict: str) -> str:
    # Lost criteria are told once, in the graded report; pytest would repeat those that "failed".
    return "failed" if verdict == "error" else "lost"
