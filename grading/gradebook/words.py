"""Texts for a student about the grade: the points, lateness, and what the instructor decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grading.gradebook.results import CriterionPoints, EntryResult
from grading.platforms.grade_files.layout import shortest
from grading.report.student_view import StudentView
from grading.text.i18n import _

BEGINNING: Final = "kubegrade: "
"""Of feedback in a grade file; feedback that begins otherwise is somebody else's, and stays."""


def feedback(result: EntryResult, max_score: int, view: StudentView) -> str:
    """Return the feedback on a grade, as one line without submitted text.

    Args:
        result: with a grade.
        max_score: of the class.
        view: what the student may see of the report.
    """
    return BEGINNING + " ".join(_sentences(result, max_score, view))


def grade_words(result: EntryResult, max_score: int, view: StudentView) -> str:
    """Return what a report does not say of a grade, empty if it says all.

    Lateness and overrides.

    Args:
        result: with a grade, or without one.
        max_score: of the class.
        view: what the student may see of the report.
    """
    if result.final is None or (result.final == view.report.score and not _overridden(result)):
        return ""
    return "\n".join([_points(result, max_score), *_decisions(result, view)]) + "\n"


def _sentences(result: EntryResult, max_score: int, view: StudentView) -> Iterator[str]:
    yield _points(result, max_score)
    criteria = [result.criteria[item.id] for item in view.report.criteria if item.id in result.criteria]
    lost = [item for item in criteria if (item.final or 0) < item.points]
    if lost:
        yield _("Lost points: {criteria}.", criteria=", ".join(map(_of, lost)))
    yield from _decisions(result, view)


def _points(result: EntryResult, max_score: int) -> str:
    points = {"final": shortest(result.final or 0), "max": max_score}
    if not result.penalty:
        return _("{final} / {max} points.", **points)
    return _(
        "{final} / {max} points: {raw}, minus {penalty} for handing in late.",
        raw=shortest(result.raw or 0),
        penalty=shortest(result.penalty),
        **points,
    )


def _decisions(result: EntryResult, view: StudentView) -> Iterator[str]:
    """Yield what the instructor decided about the criteria that a student may see."""
    shown = {item.id for item in view.report.criteria}
    for item in _overridden(result):
        assert item.override is not None  # noqa: S101 - such items only
        if item.id not in shown:
            continue
        if item.override.reason:
            yield _(
                "Decided by the instructor: {points} ({reason}).",
                points=_of(item),
                reason=item.override.reason,
            )
        else:
            yield _("Decided by the instructor: {points}.", points=_of(item))


def _overridden(result: EntryResult) -> list[CriterionPoints]:
    return [item for item in result.criteria.values() if item.override]


def _of(item: CriterionPoints) -> str:
    return f"{item.id} {shortest(item.final or 0)}/{item.points}"
