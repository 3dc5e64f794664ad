"""A lecturer's own rubric, laid over the courses: points, what is left out, what students see, and names.

It also says what lateness costs in a class, and which attempt counts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from grading.errors import RubricError
from grading.exercise.class_policy import AttemptPolicy, LatePolicy
from grading.exercise.course import Course, Courses, Exercise
from grading.exercise.files import read_yaml
from grading.exercise.model import CriterionSpec
from grading.report.model import Detail


class Change(BaseModel):
    """What is different about a criterion.

    Attributes:
        points: what it is worth; as in the course if it is not given.
        detail: what a student sees of it; as in the course if it is not given.
        left_out: whether it is not graded at all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: Annotated[int, Field(ge=1, le=100)] | None = None
    detail: Detail | None = None
    left_out: bool = False


class Overlay(BaseModel):
    """The file of ``--rubric``.

    Attributes:
        version: names it in every report, behind the course's own version.
        criteria: what is different, by the id of the criterion.
        exact_names: whether a file of another name is missing, even if it is plainly the one that is meant.
        commands: whether files of commands are graded; without them their criteria are left out.
        late: what lateness costs in a class.
        attempts: which of several attempts of a student counts in a class.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(min_length=1, max_length=80)]
    criteria: dict[str, Change] = {}
    exact_names: bool = False
    commands: bool = True
    late: LatePolicy = LatePolicy()
    attempts: AttemptPolicy = AttemptPolicy.LATEST


def class_policies(path: Path | None) -> tuple[LatePolicy, AttemptPolicy]:
    """Return what a lecturer's rubric says about lateness and attempts.

    Args:
        path: the lecturer's file; None for what counts without one: lateness costs nothing, and the latest
            attempt counts.

    Raises:
        RubricError: the file cannot be read.
    """
    overlay = read_yaml(path, Overlay) if path else Overlay(version="none")
    return overlay.late, overlay.attempts


def late_policy(path: Path) -> LatePolicy | None:
    """Return what a lecturer's rubric says about lateness; None if it says nothing of it.

    Raises:
        RubricError: the file cannot be read.
    """
    overlay = read_yaml(path, Overlay)
    return overlay.late if "late" in overlay.model_fields_set else None


def overlaid(courses: Courses, path: Path) -> Courses:
    """Return courses with a lecturer's rubric laid over them.

    Args:
        courses: as they are installed.
        path: the lecturer's file.

    Raises:
        RubricError: the file cannot be read, or names a criterion that no course has.
    """
    overlay = read_yaml(path, Overlay)
    unknown = sorted(overlay.criteria.keys() - courses.criteria.keys())
    if unknown:
        raise RubricError(f"{path}: no course has the criterion {', '.join(unknown)}")
    return Courses(tuple(_course(course, overlay) for course in courses.courses))


def _course(course: Course, overlay: Overlay) -> Course:
    exercises = tuple(_exercise(exercise, overlay) for exercise in course.exercises)
    if exercises == course.exercises:
        return course
    points = sum(criterion.points for exercise in exercises for criterion in exercise.spec.criteria)
    version = f"{course.spec.version}+{overlay.version}"
    spec = course.spec.model_copy(update={"points": points, "version": version})
    return replace(course, spec=spec, exercises=exercises)


def _exercise(exercise: Exercise, overlay: Overlay) -> Exercise:
    left_out = {name for name, change in overlay.criteria.items() if change.left_out}
    if not overlay.commands:
        left_out |= {item.id for item in exercise.spec.criteria if _is_on_commands(exercise, item)}
    criteria = [
        _criterion(criterion, overlay.criteria.get(criterion.id, Change()), left_out)
        for criterion in exercise.spec.criteria
        if criterion.id not in left_out
    ]
    spec = exercise.spec.model_copy(update={"criteria": criteria})
    gone = tuple(criterion for criterion in exercise.spec.criteria if criterion.id in left_out)
    return replace(exercise, spec=spec, exact_names=overlay.exact_names, left_out=gone)


def _is_on_commands(exercise: Exercise, criterion: CriterionSpec) -> bool:
    return all(
        exercise.files[name].holds_commands for name in exercise.spec.scenarios[criterion.scenario].files
    )


def _criterion(criterion: CriterionSpec, change: Change, left_out: set[str]) -> CriterionSpec:
    """Return a changed criterion; one that is left out can block none."""
    given = change.model_dump(include={"points", "detail"}, exclude_none=True)
    needs = [need for need in criterion.needs if need not in left_out]
    return criterion.model_copy(update={**given, "needs": needs})
