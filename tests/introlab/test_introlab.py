"""The graded tests of the introductory lab: one for each criterion that the course has."""

from collections.abc import Callable

from fixtures.graded_tests import graded
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses


@graded("introlab")
def test_criterion(criterion: str, evidence: Evidence, tell: Callable[[str], None]) -> None:
    tell(load_courses().judge(criterion)(evidence) or "")
