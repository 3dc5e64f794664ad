"""Take a part of the nightly tests, leave out what was right at this commit, and write down the outcomes."""

from __future__ import annotations

import os

import pytest

from fixtures.faults.judging import Outcome
from fixtures.faults.nightly import append, done, outcomes, shard


def identifier(nodeid: str) -> str:
    """Return what a test is called in the file of outcomes, beside the faults."""
    return nodeid.removeprefix("tests/selfcheck/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    try:
        chosen = shard((identifier(item.nodeid) for item in items), os.environ.get("SHARD") or "1/1")
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    left = set(chosen) - done(outcomes())
    config.hook.pytest_deselected(items=[item for item in items if identifier(item.nodeid) not in left])
    items[:] = [item for item in items if identifier(item.nodeid) in left]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    # A test that could not be prepared has no call, one that is skipped no outcome.
    if report.failed or (report.when == "call" and report.passed):
        append(
            outcomes(),
            Outcome(identifier(report.nodeid), problem(report), duration_s=round(report.duration, 1)),
        )


def problem(report: pytest.TestReport) -> str:
    """Return the first line of what went wrong, or nothing."""
    if not report.failed:
        return ""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = (crash.message if crash else report.longreprtext).splitlines()
    return lines[0] if lines else "failed"


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK  # all of this part was right before
