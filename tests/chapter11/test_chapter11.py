"""The graded tests of chapter 11: one for each criterion that the course has."""

from collections.abc import Callable

from fixtures.graded_tests import graded
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses


@graded("chapter11")
def test_criterion(criterion: str, evidence: Evidence, tell: Callable[[str], None]) -> None:
    tell(load_courses().judge(criterion)(evidence) or "")
