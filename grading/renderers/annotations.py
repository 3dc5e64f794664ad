"""The report as annotations on the lines of the manifests, by workflow commands of GitHub Actions.

Commands and their escapes: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
and https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts. GitHub shows ten of each kind
per step: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from grading.renderers.labels import headline, plain, verdict_word
from grading.report.model import CriterionResult, Verdict
from grading.report.student_view import StudentView
from grading.text.i18n import _, n_
from grading.text.sanitize import inert, one_line, visible

MOST: Final = 10
"""Annotations of one kind that GitHub shows of a step."""


def to_annotations(view: StudentView, environment: Mapping[str, str] = os.environ) -> str:
    """Render a report; every line but the last is a workflow command.

    Args:
        view: what the student may see.
        environment: where GitHub says which folder the repository is in; GitHub wants paths from there.

    Returns:
        The lines.
    """
    folder = _in_repository(view.report.submission, environment.get("GITHUB_WORKSPACE", ""))
    commands = [
        *_kind("error", _lost(view, folder)),
        *_kind("warning", _trouble(view)),
        *_kind("notice", _remarks(view, folder)),
    ]
    return "".join(f"{line}\n" for line in [*commands, inert(headline(view))])


def _kind(kind: str, annotations: Iterator[tuple[dict[str, str], str]]) -> Iterator[str]:
    for properties, message in islice(annotations, MOST):
        yield command(kind, properties, message)
    rest = sum(1 for _rest in annotations)
    if rest:
        yield inert(n_("… and {n} more, see the report", "… and {n} more, see the report", rest))


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a workflow command, a single line."""
    given = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:  # the % first, so that no escape is escaped again
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _lost(view: StudentView, folder: str) -> Iterator[tuple[dict[str, str], str]]:
    lost = [result for result in view.lost if result.verdict.is_lost]
    # GitHub drops what is too much: what is blocked goes when that which blocks it is mended.
    for result in sorted(lost, key=lambda result: result.verdict is Verdict.BLOCKED):
        title = f"{result.id}: {verdict_word(result.verdict)}"
        yield _place(result, folder) | {"title": title}, f"{one_line(result.title)}\n{plain(result)}"


def _trouble(view: StudentView) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the infrastructure's errors, those of one cause together."""
    causes: dict[str, list[str]] = {}
    for result in view.lost:
        if result.verdict is Verdict.ERROR:
            causes.setdefault(plain(result), []).append(result.id)
    for cause, ids in causes.items():
        yield {"title": _("Not graded: {criteria}", criteria=visible(", ".join(ids)))}, cause
    if view.report.reason and not causes:
        yield {"title": headline(view)}, visible(view.report.reason)


def _remarks(view: StudentView, folder: str) -> Iterator[tuple[dict[str, str], str]]:
    for result in view.results:
        if result.verdict is Verdict.PASSED and plain(result):
            yield _place(result, folder) | {"title": result.id}, plain(result)


def _place(result: CriterionResult, folder: str) -> dict[str, str]:
    if result.location is None:
        return {}
    file = posixpath.normpath(posixpath.join(folder, result.location.file))
    return {"file": visible(file), "line": str(result.location.line or "")}


def _in_repository(submission: str, workspace: str) -> str:
    """Return the submission's folder relative to the repository."""
    inside = workspace and posixpath.isabs(submission)
    return posixpath.relpath(submission, workspace) if inside else submission
