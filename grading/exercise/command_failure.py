"""Say why commands did not lead to the state that the course asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from grading.errors import CriterionFailure
from grading.evidence.commands import CommandRun, CommandsEvidence
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line

MOST: Final = 3
"""Commands that went wrong of which a failure tells."""


def command_failure(
    evidence: CommandsEvidence,
    rationale: str,
    *,
    help: str,
    expected: str,
    actual: str,
    run: CommandRun | None = None,
    concerns: Callable[[CommandRun], bool] | None = None,
) -> CriterionFailure:
    """Return the failure of a criterion on commands.

    It names the commands that went wrong.

    Args:
        evidence: of the scenario.
        rationale: what is wrong with the state.
        help: what to do about it.
        expected: the state that the course asks for.
        actual: the state that was seen.
        run: the command that led to it, if one is known.
        concerns: whether a command that went wrong can be the cause; by default each can.

    Raises:
        Unplayable: the file cannot be used.
        InfrastructureError: not all commands were played, so that nobody can tell.
    """
    evidence.need(evidence.after)
    wrong = [found for found in evidence.runs if found.went_wrong and (concerns is None or concerns(found))]
    place = run or next(iter(wrong), None)
    advice = next((found.advice for found in [*([run] if run else []), *wrong] if found.advice), "")
    failure = CriterionFailure(
        rationale,
        help=help,
        expected=expected,
        actual=joined("\n", [actual, *_told(wrong)]),
        location=evidence.place(place),
    )
    if advice:
        failure.advise(advice)
    return failure


def _told(wrong: Iterable[CommandRun]) -> list[str]:
    """Return each command that went wrong with its line, and why."""
    found = list(wrong)
    lines: list[str] = [
        _("line {line}: {command}: {why}", line=run.line, command=one_line(run.typed), why=_why(run))
        for run in found[:MOST]
    ]
    return [*lines, "…"] if len(found) > MOST else lines


def _why(run: CommandRun) -> str:
    if run.outcome == "failed":
        return run.reason
    return one_line(run.stderr or run.stdout) or _("exit status {n}", n=run.status)
