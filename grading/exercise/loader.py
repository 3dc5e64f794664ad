"""Find and load courses: by the entry point ``kubegrade.courses``, or given with ``--course DIR``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from grading.errors import RubricError
from grading.exercise.course import Course, Courses, Exercise
from grading.exercise.course_cluster import FOLDER, ClusterFile, ClusterSpec, CourseCluster
from grading.exercise.files import read_yaml
from grading.exercise.given import check_apart, package_of
from grading.exercise.model import CourseSpec, ExerciseSpec
from grading.exercise.overlay import overlaid

GROUP: Final = "kubegrade.courses"


class _Chosen:
    """The courses of this process, if not the installed ones, and its rubric."""

    folders: tuple[Path, ...] = ()
    rubric: Path | None = None


def choose_courses(folders: Iterable[Path], submission: Path | None = None) -> None:
    """Let `load_courses` load these courses in place of the installed ones.

    Args:
        folders: of the courses; none for the installed ones.
        submission: the folder that is graded, if one is.

    Raises:
        RubricError: a course lies in the submission.
    """
    _Chosen.folders = tuple(folder.absolute() for folder in folders)
    _loaded.cache_clear()  # what is in the folders may have changed
    if submission is not None:
        check_apart(_Chosen.folders, submission)


def choose_rubric(path: Path | None) -> None:
    """Let `load_courses` lay a lecturer's rubric over the courses.

    None for their own.
    """
    _Chosen.rubric = path


def load_courses() -> Courses:
    """Return the chosen courses, or all installed ones, with the rubric.

    Raises:
        RubricError: one cannot be read, or contradicts itself: what, in which file.
    """
    return _loaded(_Chosen.folders, _Chosen.rubric)


@cache
def _loaded(folders: tuple[Path, ...], rubric: Path | None) -> Courses:
    if folders:
        courses = joined(load_course(folder) for folder in folders)
    else:
        found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
        courses = joined(load_course(_folder(entry.value), entry.value) for entry in found)
    return overlaid(courses, rubric) if rubric else courses


def joined(courses: Any) -> Courses:
    """Return courses together.

    Raises:
        RubricError: they contradict each other.
    """
    made = Courses(tuple(courses))
    names = Counter(
        name for exercise in made.exercises for name in (*exercise.files, *exercise.spec.scenarios)
    )
    for name, count in names.items():
        if count > 1:
            raise RubricError(f"several sections have a file or a scenario {name}")
    scenarios = [spec for exercise in made.exercises for spec in exercise.spec.scenarios.values()]
    for name, count in Counter(name for spec in scenarios for name in spec.owns).items():
        if count > 1:
            raise RubricError(f"several scenarios own the namespace {name}, and they play side by side")
    try:
        made.rubric  # noqa: B018 - it validates itself
    except ValidationError as error:
        raise RubricError(str(error)) from error
    return made


def load_course(folder: Path, package: str = "") -> Course:
    """Return the course in a folder.

    Args:
        folder: holds ``course.yaml``, and ``exercise.yaml`` itself or in folders of its own, one a section.
        package: the Python package of the folder; without one the folder is that of a course given with
            ``--course``, which becomes one.

    Raises:
        RubricError: what is wrong in which file.
    """
    spec = read_yaml(folder / "course.yaml", CourseSpec)
    given = None if package else folder
    package = package or package_of(folder, spec.marker)
    exercises = [
        _exercise(path, folder, package, spec)
        for path in sorted([*folder.glob("exercise.yaml"), *folder.glob("*/exercise.yaml")])
    ]
    if not exercises:
        raise RubricError(f"{folder}: no exercise.yaml in it or in a folder of it")
    return Course(spec, tuple(sorted(exercises, key=lambda exercise: _number(exercise.spec.section))), given)


def _exercise(path: Path, folder: Path, package: str, course: CourseSpec) -> Exercise:
    """Return the section of an ``exercise.yaml`` at ``path``."""
    spec = read_yaml(path, ExerciseSpec)
    known = {
        name: tuple(_cluster(folder, ClusterSpec(k3d=file)) for file in scenario.clusters)
        for name, scenario in spec.scenarios.items()
    }
    return Exercise(
        spec,
        ".".join((package, *path.parent.relative_to(folder).parts)),
        course.marker,
        cluster=_cluster(folder, spec.cluster) if spec.cluster else None,
        known=known,
        manifests=folder / course.published if course.published else None,
    )


def _cluster(folder: Path, spec: ClusterSpec) -> CourseCluster:
    return CourseCluster(made=read_yaml(folder / FOLDER / spec.k3d, ClusterFile), joins=spec.joins)


def _number(section: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a key that sorts sections by number, 1.10 behind 1.9."""
    return tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in section.split(".")
    )


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RubricError(f"{package}: no such package; it is named by an entry point of the group {GROUP}")
    return Path(next(iter(spec.submodule_search_locations)))
