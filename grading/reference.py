"""The reference: the submission that earns every point of the courses that are graded."""

from __future__ import annotations

import shutil
from pathlib import Path

from grading.exercise.course import Courses
from grading.exercise.given import REFERENCE
from grading.pytest_startup import ROOT
from grading.renderers.folder import SUBMISSION


def references(courses: Courses) -> list[Path]:
    """Return the folders of the reference.

    One for each course that was given with ``--course``.
    """
    return [folder / REFERENCE for folder in courses.given] or [Path(ROOT) / SUBMISSION]


def copy_reference(courses: Courses, target: Path) -> None:
    """Copy the reference of courses into a new folder.

    Raises:
        OSError: a course has none, or the folder cannot be written.
    """
    for folder in references(courses):
        shutil.copytree(folder, target, dirs_exist_ok=True)
