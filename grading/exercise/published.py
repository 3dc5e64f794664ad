"""The manifests that a course shows its students in full: what a correction follows if no rule tells it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from grading.errors import RubricError, SubmissionError, Unplayable
from grading.evidence.manifest import RecordedManifest
from grading.exercise.model import ObjectSpec
from grading.submission.course_file import CourseFile
from grading.submission.loader import load_submission


@dataclass(frozen=True)
class Published:
    """An object as the course shows it.

    Attributes:
        data: the object.
        spec: what the course fixes in it.
        file: its file in the course.
        course: the section that shows it, for messages.
    """

    data: Mapping[str, Any]
    spec: ObjectSpec
    file: str
    course: str


class Known(NamedTuple):
    """An object of a submission, and the course's own."""

    manifest: RecordedManifest
    published: Published


@functools.cache
def objects_in(folder: Path, files: tuple[CourseFile, ...]) -> Mapping[str, Mapping[str, Any]]:
    """Return the objects of a folder of manifests, by the keys that evidence has for them.

    Args:
        folder: the manifests; nothing is in one that does not exist, as beside an installed package.
        files: those of them that are looked for.

    Raises:
        RubricError: it cannot be read, or one of the files is missing or wrong.
    """
    if not folder.is_dir():
        return {}
    try:
        found = load_submission(folder, files)
        return {file.key(kind): found.manifest(file.name, kind).data for file in files for kind in file.kinds}
    except (SubmissionError, Unplayable) as error:
        raise RubricError(f"{folder}: {error}") from error
