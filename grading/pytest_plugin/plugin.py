"""The pytest plugin: what a graded test's outcome means, and the reports at the end of a session.

It stays out of the way of a session without graded tests.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType
from typing import Final, TextIO

import pytest
from rich.console import Console

from grading.course.scenarios import ALL
from grading.errors import ReportFolderError, RubricError, SubmissionError
from grading.files import write_text
from grading.pytest_plugin.hidden_tests import hide, pytest_runtest_protocol, silence  # noqa: F401 - a hook here too
from grading.pytest_plugin.live_view import LiveView
from grading.renderers import write_reports
from grading.renderers.folder import clear
from grading.renderers.terminal import print_report
from grading.report.model import FILE, Detail, Verdict
from grading.report.results import Results
from grading.report.rubric import Rubric, load_rubric
from grading.report.student_view import for_student
from grading.runner.runner import Runner
from grading.submission.loader import Submission, load_submission
from grading.text.i18n import Language, _, from_environment, use
from grading.text.sanitize import inert, one_line, shown_path
from grading.text.streams import replace_unencodable

EXIT_INCOMPLETE: Final = 3
"""Exit status where some criterion could not be graded; pytest's own number for an internal error."""
EXIT_NOT_READY: Final = 6
"""Exit status where the machine is not ready: no Docker, a port taken, k3d failing."""

RUBRIC: Final = pytest.StashKey[Rubric]()
RESULTS: Final = pytest.StashKey[Results]()
SUBMISSION: Final = pytest.StashKey[Submission]()
UNTIDY: Final = pytest.StashKey[int]()
"""How many graded tests failed to clean up: it is shown, and changes neither verdicts nor exit status."""
REMARK: Final = pytest.StashKey[str]()
UNWRITTEN: Final = pytest.StashKey[list[str]]()
"""What could not be written of the report's forms."""
LIVE: Final = pytest.StashKey[LiveView]()
LABELS: Final = {"failed": ("F", "FAILED"), "blocked": ("B", "BLOCKED"), "error": ("E", "ERROR")}


def pytest_configure(config: pytest.Config) -> None:
    """Load the rubric, and let a terminated run clean up as an interrupted one does."""
    replace_unencodable()
    use(Language(config.option.lang) if config.option.lang else from_environment())
    try:
        config.stash[RUBRIC] = load_rubric()
    except RubricError as error:
        raise pytest.UsageError(str(error)) from error
    # CI systems and `timeout` end a run with SIGTERM, of which pytest knows nothing.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the criterion's id travel with the item, so that it survives a failure of the set-up."""
    marker = item.get_closest_marker("criterion")
    if marker:
        item.user_properties.append(("criterion", marker.args[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Check that tests and rubric belong together, and put the tests in the rubric's order."""
    rubric = config.stash[RUBRIC]
    order = {criterion.id: index for index, criterion in enumerate(rubric.criteria)}
    problems = []
    seen: dict[str, str] = {}
    for item in items:
        graded = any(item.get_closest_marker(chapter.chapter) for chapter in rubric.chapters)
        criterion = criterion_of(item)
        if graded and criterion is None:
            problems.append(f"{item.nodeid} has no criterion")
        elif criterion is not None and criterion not in order:
            problems.append(f"{item.nodeid}: the rubric has no criterion {criterion}")
        elif criterion is not None and seen.setdefault(criterion, item.nodeid) != item.nodeid:
            problems.append(f"{criterion} has two tests, {seen[criterion]} and {item.nodeid}")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        problems += [f"{criterion} has no test" for criterion in order if criterion not in seen]
    if problems:
        items.clear()  # pytest still calls pytest_collection_finish
        raise pytest.UsageError("\n".join(["tests and grading/course/rubric.yaml disagree:", *problems]))
    items.sort(key=lambda item: order.get(criterion_of(item) or "", -1))
    hide(item for item in items if _detail_of(item, rubric) is Detail.NONE)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look at the submission before anything is started."""
    config = session.config
    selected = [criterion for item in session.items if (criterion := criterion_of(item))]
    if not selected or config.option.collectonly:
        return
    path: Path = config.option.submission
    rubric = config.stash[RUBRIC]
    try:
        clear(config.option.report_dir, path)
        config.stash[SUBMISSION] = load_submission(path, rubric.files)
    except (SubmissionError, ReportFolderError) as error:
        raise pytest.UsageError(str(error)) from error
    results = Results(rubric, shown_path(path))
    results.texts = config.stash[SUBMISSION].text
    results.select(selected)
    try:
        config.option.report_dir.mkdir(parents=True, exist_ok=True)
        # It says that nothing is graded yet, and shows that a report can be written there.
        write_text(config.option.report_dir / FILE, results.report().to_json())
    except OSError as error:
        raise pytest.UsageError(
            _(
                "{folder}: the report cannot be written there: {reason}. "
                "Give another folder with --report-dir.",
                folder=config.option.report_dir,
                reason=error.strerror,
            )
        ) from error
    config.stash[RESULTS] = results
    _look_on(config, shown_path(path))


def _look_on(config: pytest.Config, title: str) -> None:
    """Show what goes on to a person at a terminal, in place of pytest's letters."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    quiet = config.get_verbosity() <= 0 and config.option.capture != "no"
    if reporter is None or not reporter.isatty or not quiet or os.environ.get("TERM") == "dumb":
        return
    # A copy of the terminal's descriptor: while a test runs, pytest captures what goes to its own.
    shown = reporter._tw._file
    terminal = os.fdopen(os.dup(shown.fileno()), "w", encoding=shown.encoding, errors="replace")
    live = config.stash[LIVE] = LiveView(_console(reporter, terminal), title)
    reporter.showfspath = False
    live.start()
    config.add_cleanup(terminal.close)
    config.add_cleanup(live.stop)


def phase(config: pytest.Config, words: str, seconds: float = 0.0) -> None:
    """Tell whoever looks on what the run is at, and how many seconds it usually takes."""
    if LIVE in config.stash:
        config.stash[LIVE].phase(words, seconds)


def follow(config: pytest.Config, runner: Runner) -> None:
    """Show whoever looks on how far the scenarios are."""
    if LIVE in config.stash:
        config.stash[LIVE].follow(runner)


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the outcome of a graded test into a verdict."""
    report = yield
    criterion = criterion_of(item)
    results = item.config.stash.get(RESULTS, None)
    ended = call.when == "call" or (call.when == "setup" and call.excinfo is not None)
    if criterion is None or results is None:
        return report
    discreet = _detail_of(item, item.config.stash[RUBRIC]) is not Detail.FULL
    if discreet:
        silence(report, item)
    if not ended:
        if report.failed:
            item.config.stash[UNTIDY] = item.config.stash.get(UNTIDY, 0) + 1
        return report
    if call.excinfo is not None and call.excinfo.errisinstance(pytest.exit.Exception):
        return report
    result = results.record(
        criterion,
        call.excinfo.value if call.excinfo else None,
        duration_s=call.duration,
        evidence=_evidence_of(item),
        remark=item.stash.get(REMARK, ""),
    )
    so_far = results.report()
    seen = next((shown for shown in for_student(so_far).report.criteria if shown.id == criterion), None)
    if result.verdict is not Verdict.PASSED:
        report.outcome = "failed"
        report.verdict = result.verdict.value  # type: ignore[attr-defined]
        if seen is not None and LIVE in item.config.stash:
            item.config.stash[LIVE].tell(seen)
        if seen is not None and not discreet and result.verdict is not Verdict.ERROR:
            report.longrepr = inert(one_line(seen.rationale))
    # What was graded so far outlives a run that is killed; a disk that is full now is told in the end.
    with contextlib.suppress(OSError):
        write_text(item.config.option.report_dir / FILE, so_far.to_json())
    return report


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Give blocked criteria and errors a letter of their own; none to those who look on live."""
    verdict = getattr(report, "verdict", None)
    if LIVE in config.stash and (verdict or (report.when == "call" and report.passed)):
        return _category(verdict) if verdict else "passed", "", ""
    if verdict is None:
        return None
    letter, word = LABELS[verdict]
    return _category(verdict), letter, word


def _category(verdict: str) -> str:
    # Lost criteria are told once, in the graded report; pytest would repeat those that "failed".
    return "failed" if verdict == "error" else "lost"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports, whatever happened, and say by the exit status whether grading was done."""
    results = session.config.stash.get(RESULTS, None)
    if LIVE in session.config.stash:
        session.config.stash[LIVE].stop()
    if results is None:
        return
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not results.stopped:
        results.stopped = _("the run was stopped before everything was graded")
    report = results.report()
    try:
        session.config.stash[UNWRITTEN] = write_reports(report, session.config.option.report_dir)
    except OSError as error:
        words: str = _("{file} could not be written: {error}", file=FILE, error=error.strerror)
        session.config.stash[UNWRITTEN] = [words]
        session.exitstatus = EXIT_INCOMPLETE
        return
    if report.outcome == "incomplete" and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        session.exitstatus = EXIT_INCOMPLETE
    elif exitstatus == pytest.ExitCode.TESTS_FAILED and session.testsfailed == session.config.stash.get(
        UNTIDY, 0
    ):
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the graded report."""
    results = config.stash.get(RESULTS, None)
    if results is None:
        return
    terminalreporter.section(_("graded report"))
    console = _console(terminalreporter)
    print_report(for_student(results.report()), console)
    for line in config.stash.get(UNWRITTEN, []):
        console.print(inert(line), markup=False)
    written = [config.option.report_dir / name for name in ("report.html", "report.md")]
    paths = [path for path in written if path.exists()] or [config.option.report_dir / FILE]
    shown = ", ".join(map(shown_path, paths))
    console.print(_("report: {path}", path=shown), markup=False)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tell the student something although the criterion passes."""

    def remember(text: str) -> None:
        request.node.stash[REMARK] = text

    return remember


def not_ready(config: pytest.Config, message: str) -> None:
    """End the session: the machine cannot grade. One message, no verdicts, exit status 6."""
    results = config.stash.get(RESULTS, None)
    if results is not None:
        results.stopped = message
    pytest.exit(message, returncode=EXIT_NOT_READY)


def criterion_of(item: pytest.Item) -> str | None:
    """Return the id of the criterion that a test grades."""
    return next((value for name, value in item.user_properties if name == "criterion"), None)  # type: ignore[return-value]


def _detail_of(item: pytest.Item, rubric: Rubric) -> Detail:
    criterion = rubric.by_id.get(criterion_of(item) or "")
    return criterion.detail if criterion else Detail.FULL


def scenarios_of(item: pytest.Item) -> list[str]:
    """Return the names of the scenarios whose evidence a test takes."""
    names: list[str] = [name for name in getattr(item, "fixturenames", ()) if name in ALL]
    return names


def _evidence_of(item: pytest.Item) -> list[str]:
    return [
        f"evidence/{name}.json"
        for name in scenarios_of(item)
        if (item.config.option.report_dir / "evidence" / f"{name}.json").exists()
    ]
