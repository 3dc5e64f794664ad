"""Bound what pytest itself prints of criteria that a student does not see in full.

Of some a student sees the verdict alone: the error message is left out. Of others a student sees only that
there is one: the name of its test is left out too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from grading.text.i18n import _

_NAMELESS: Final = pytest.StashKey[str]()
"""The node id shown for a hidden test."""


def hide(items: Iterable[pytest.Item]) -> None:
    """Give tests names that say nothing."""
    for number, item in enumerate(items, 1):
        item.stash[_NAMELESS] = f"{item.location[0]}::hidden-{number}"


def run_hidden(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a hidden test under its other name.

    With -v pytest prints the name before there is a report.

    Args:
        item: the test.
        nextitem: the test after it, for pytest.

    Returns:
        True if it was run, None if the test is not hidden: as the hook `pytest_runtest_protocol` does.
    """
    nodeid = item.stash.get(_NAMELESS, None)
    if nodeid is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=nodeid, location=_location(nodeid))
    runtestprotocol(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=nodeid, location=_location(nodeid))
    return True


def silence(report: pytest.TestReport, item: pytest.Item) -> None:
    """Remove from a report of pytest what a student may not see."""
    report.sections = []
    if _NAMELESS in item.stash:
        report.nodeid = item.stash[_NAMELESS]
        report.location = _location(report.nodeid)
        report.user_properties = []  # the criterion's id, which --junitxml writes
    if not report.passed:
        report.longrepr = _("The details of this criterion are not shown.")


def _location(nodeid: str) -> tuple[str, None, str]:
    file, _colons, name = nodeid.partition("::")
    return file, None, name
