"""Judge the report of a run into which a fault was injected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from grading.pytest_plugin.reporter import EXIT_INCOMPLETE
from grading.report.model import CriterionResult, Report, Verdict
from tests.selfcheck.faults.injection import Injection


def problems(injection: Injection, report: Report, status: int, loses: Collection[str] = ()) -> list[str]:
    """Return what is wrong with a report: points that are lost, causes that are not named.

    Args:
        injection: what was injected.
        report: of the run.
        status: the exit status of the run.
        loses: the criteria that the submission loses by its own fault.
    """
    found = [problem for result in report.selected for problem in _problems(injection, result, loses)]
    verdicts = {result.verdict for result in report.selected}
    wanted = EXIT_INCOMPLETE if verdicts & {Verdict.ERROR, Verdict.NOT_RUN} else int(bool(loses))
    if status != wanted:
        found.append(f"exit status {status}, not {wanted}")
    return found


def _problems(injection: Injection, result: CriterionResult, loses: Collection[str]) -> Iterator[str]:
    told = f"{result.id} is {result.verdict.value}: {result.rationale}"
    if result.verdict.is_lost:
        if result.id not in loses:
            yield f"{told} (expected {result.expected!r}, actual {result.actual!r})"
    elif result.verdict is Verdict.PASSED:
        if result.id in loses:
            yield f"{result.id} is not lost"
        elif result.id in injection.hides:
            yield f"the fault did not hurt: {told}"
    elif not any(fnmatchcase(result.id, pattern) for pattern in injection.lacks):
        yield f"could be seen all the same: {told}"
    elif not re.search(injection.cause, result.rationale):
        yield f"the cause is not named: {told}"
