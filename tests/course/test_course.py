"""The graded tests of courses that are given with ``--course``: one for each criterion that they have."""

from collections.abc import Callable

from fixtures.graded_tests import graded
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses


@graded(*(course.spec.marker for course in load_courses().courses))
def test_criterion(criterion: str, evidence: Evidence, tell: Callable[[str], None]) -> None:
    tell(load_courses().judge(criterion)(evidence) or "")
