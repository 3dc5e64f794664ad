"""The pytest plugin: it checks the collected tests against the rubric, and registers the reporter.

It stays out of the way of a session without graded tests.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Final

import pytest

from grading import timeouts
from grading.errors import InfrastructureError, ReportFolderError, RubricError, SubmissionError
from grading.exercise.given import REFERENCE
from grading.exercise.loader import choose_courses, choose_rubric, load_courses
from grading.files import write_text
from grading.pytest_plugin.console import start_live_view
from grading.pytest_plugin.hidden_tests import hide
from grading.pytest_plugin.items import criterion_of
from grading.pytest_plugin.reporter import NAME, GradingReporter, reporter_of
from grading.pytest_plugin.selection import selecting
from grading.renderers.folder import SUBMISSION, clear
from grading.report.model import FILE, Detail
from grading.report.results import Results
from grading.report.rubric import Rubric
from grading.submission.loader import load_submission
from grading.submission.opened import opened
from grading.text.i18n import Language, _, from_environment, use
from grading.text.log_records import keep_printable
from grading.text.sanitize import printable, shown_path
from grading.text.streams import replace_unencodable

RUBRIC: Final = pytest.StashKey[Rubric]()
"""The rubric, from the start of every session on: whether tests are graded is known after collection."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the courses, and let a terminated run clean up.

    Raises:
        pytest.UsageError: a course cannot be loaded, or lies in the submission.
    """
    replace_unencodable()
    config.add_cleanup(keep_printable())
    use(Language(config.option.lang) if config.option.lang else from_environment())
    timeouts.stretch(config.option.patience)
    choose_rubric(config.option.rubric)
    option = config.option
    if option.course and option.submission is SUBMISSION:
        option.submission = option.course[0] / REFERENCE
    try:
        choose_courses(option.course, option.submission)
        config.stash[RUBRIC] = load_courses().rubric
    except RubricError as error:
        raise pytest.UsageError(str(error)) from error
    # CI systems and `timeout` end a run with SIGTERM, of which pytest knows nothing.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the criterion's id with the item, for when its set-up fails."""
    marker = item.get_closest_marker("criterion")
    if marker:
        item.user_properties.append(("criterion", marker.args[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Check tests against the rubric, and put them in the rubric's order.

    Raises:
        pytest.UsageError: they disagree.
    """
    rubric = config.stash[RUBRIC]
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    problems = _disagreements(items, rubric, is_whole)
    if problems:
        items.clear()  # pytest still calls pytest_collection_finish
        raise pytest.UsageError("\n".join(["tests and courses disagree:", *problems]))
    _keep_only(config, items)
    _sort(items, rubric)
    hidden = {criterion.id for criterion in rubric.criteria if criterion.detail is Detail.NONE}
    hide(item for item in items if criterion_of(item) in hidden)


def _sort(items: list[pytest.Item], rubric: Rubric) -> None:
    """Put tests in the rubric's order: what a criterion needs is judged before it."""
    order = {criterion.id: index for index, criterion in enumerate(rubric.criteria)}
    items.sort(key=lambda item: order.get(criterion_of(item) or "", -1))


def _keep_only(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect all tests but those of ``--criterion``, if it is given.

    Raises:
        pytest.UsageError: there is no such criterion.
    """
    wanted = set(config.option.criterion or ())
    unknown = sorted(wanted - config.stash[RUBRIC].by_id.keys())
    if unknown:
        items.clear()
        raise pytest.UsageError(_("--criterion {id}: this criterion does not exist", id=unknown[0]))
    if wanted:
        config.hook.pytest_deselected(items=[item for item in items if criterion_of(item) not in wanted])
        items[:] = [item for item in items if criterion_of(item) in wanted]


def _disagreements(items: Iterable[pytest.Item], rubric: Rubric, is_whole: bool) -> list[str]:
    """Return what tests and rubric disagree about.

    Args:
        items: the collected tests.
        rubric: the rubric.
        is_whole: whether every criterion must have a test, because all tests were collected.
    """
    problems = []
    seen: dict[str, str] = {}
    for item in items:
        is_graded = any(item.get_closest_marker(chapter.chapter) for chapter in rubric.chapters)
        criterion = criterion_of(item)
        if criterion is None:
            if is_graded:
                problems.append(f"{item.nodeid} has no criterion")
        elif criterion not in rubric.by_id:
            problems.append(f"{item.nodeid}: the rubric has no criterion {criterion}")
        elif seen.setdefault(criterion, item.nodeid) != item.nodeid:
            problems.append(f"{criterion} has two tests, {seen[criterion]} and {item.nodeid}")
    if is_whole:
        problems += [
            f"{criterion.id} has no test" for criterion in rubric.criteria if criterion.id not in seen
        ]
    return problems


def pytest_collection_finish(session: pytest.Session) -> None:
    """Register the reporter if a graded test is about to run.

    Raises:
        pytest.UsageError: the submission cannot be read, or the report cannot be written.
    """
    config = session.config
    _sort(session.items, config.stash[RUBRIC])  # again: an option such as --failed-first has its own order
    selected = [criterion for item in session.items if (criterion := criterion_of(item))]
    if selected and not config.option.collectonly:
        config.pluginmanager.register(_reporter(config, selected), NAME)


def _reporter(config: pytest.Config, selected: Iterable[str]) -> GradingReporter:
    """Look at the submission, and write a first report, before anything is started.

    Returns:
        The reporter.

    Raises:
        pytest.UsageError: the submission cannot be read.
    """
    path: Path = config.option.submission
    rubric = config.stash[RUBRIC]
    try:
        clear(config.option.report_dir, path)
        handed_in = _opened(config, path)
        submission = load_submission(handed_in, load_courses().files.values(), called=path)
    except (SubmissionError, InfrastructureError, ReportFolderError) as error:
        raise pytest.UsageError(printable(str(error))) from error
    results = Results(rubric, shown_path(path))
    results.texts = submission.text
    results.select(selected)
    results.selection = tuple(selecting(config))
    _write_first(results, config.option.report_dir)
    return GradingReporter(config, results, submission, start_live_view(config, shown_path(path)))


def _opened(config: pytest.Config, path: Path) -> Path:
    """Return the folder of a submission.

    That of an archive exists until the session ends.
    """
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    handed_in = stack.enter_context(opened(path))
    for remark in handed_in.remarks:
        config.get_terminal_writer().line(printable(f"{shown_path(path)}: {remark}"))
    return handed_in.folder


def _write_first(results: Results, folder: Path) -> None:
    """Write a report without verdicts, which shows that the folder can be written to.

    Raises:
        pytest.UsageError: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / FILE, results.report().to_json())
    except OSError as error:
        raise pytest.UsageError(
            printable(
                _(
                    "{folder}: the report cannot be written there: {reason}. "
                    "Give another folder with --report-dir.",
                    folder=shown_path(folder),
                    reason=error.strerror,
                )
            )
        ) from error


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that records a remark for the student.

    The criterion passes all the same.
    """

    def remember(text: str) -> None:
        reporter, criterion = reporter_of(request.config), criterion_of(request.node)
        if reporter and criterion:
            reporter.remarks[criterion] = text

    return remember
