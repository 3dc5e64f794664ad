"""Look at a file of commands without a cluster: which of them will not be played, and why."""

from __future__ import annotations

from collections.abc import Iterator

from grading.commands.reader import Step, read
from grading.errors import CriterionFailure, Location
from grading.exercise.course import Exercise
from grading.precheck.findings import Finding
from grading.submission.loader import Submission
from grading.text.i18n import _


def check_commands(submission: Submission, exercise: Exercise) -> Iterator[Finding]:
    """Yield what is to be told about the commands of a section.

    A command that is not played costs nothing by itself: the state that all of them lead to is judged.

    Args:
        submission: what was handed in.
        exercise: the section.
    """
    for file in exercise.files.values():
        if not file.holds_commands:
            continue
        try:
            reading = read(submission.commands(file.name))
        except CriterionFailure as failure:
            yield Finding.of(failure, file.name)
            continue
        path = submission.location(file.name)
        for remark in reading.remarks:
            yield Finding.at(Location(path), remark, costs=False)
        for step in reading.steps:
            yield from _of_step(path, step)


def _of_step(path: str, step: Step) -> Iterator[Finding]:
    place = Location(path, step.line)
    for decision in step.decisions:
        if decision.outcome == "failed":
            words = _("this command will not be run: {reason}", reason=decision.reason)
            yield Finding.at(place, words, step.advice, costs=False)
        elif decision.outcome == "played" and step.advice:
            words = _("this line contains an unusual character, probably copied from a document")
            yield Finding.at(place, words, step.advice, costs=False)
