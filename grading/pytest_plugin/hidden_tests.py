"""What pytest itself prints of criteria that a student does not see in full.

Of some a student sees the verdict alone, so that the words of a failure go; of others no more than that
there is one, so that the name of its test goes too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from grading.text.i18n import _

NAMELESS: Final = pytest.StashKey[str]()
"""The node id that a test goes by of which a student sees no more than that it is there."""


def hide(items: Iterable[pytest.Item]) -> None:
    """Give tests names that say nothing."""
    for number, item in enumerate(items, 1):
        item.stash[NAMELESS] = f"{item.location[0]}::hidden-{number}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a hidden test under its other name, as pytest prints one with -v before there is a report."""
    nodeid = item.stash.get(NAMELESS, None)
    if nodeid is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=nodeid, location=_location(nodeid))
    runtestprotocol(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=nodeid, location=_location(nodeid))
    return True


def silence(report: pytest.TestReport, item: pytest.Item) -> None:
    """Take out of a report of pytest what a student may not see."""
    report.sections = []
    if NAMELESS in item.stash:
        report.nodeid = item.stash[NAMELESS]
        report.location = _location(report.nodeid)
        report.user_properties = []  # the criterion's id, which --junitxml writes
    if not report.passed:
        report.longrepr = _("The details of this criterion are not shown.")


def _location(nodeid: str) -> tuple[str, None, str]:
    file, _colons, name = nodeid.partition("::")
    return file, None, name
