"""Small courses for tests, made from a list of criteria."""

from collections.abc import Iterable
from typing import Any

from grading.exercise.course import Course, Courses, Exercise
from grading.exercise.model import CourseSpec, ExerciseSpec

Criterion = dict[str, Any]


def course_of(marker: str = "chapter1", points: int = 100) -> dict[str, Any]:
    return {"api": 1, "version": "1.0", "marker": marker, "title": "One", "points": points}


def exercise_of(criteria: Iterable[Criterion], section: str = "1.1") -> dict[str, Any]:
    """A section of one scenario, whose checks nobody calls."""
    return {
        "section": section,
        "marker": "s" + section.replace(".", "_"),
        "title": "First",
        "files": {"one.yaml": {"kind": "Pod", "course": section}},
        "scenarios": {"some": {"files": ["one.yaml"], "play": "scenario.SOME"}},
        "criteria": [{"scenario": "some", "check": "checks.check", **criterion} for criterion in criteria],
    }


def courses_of(criteria: Iterable[Criterion]) -> Courses:
    exercise = Exercise(ExerciseSpec.model_validate(exercise_of(criteria)), "nowhere", "chapter1")
    return Courses((Course(CourseSpec.model_validate(course_of()), (exercise,)),))
