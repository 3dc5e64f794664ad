"""Manifests for the self-checks: the reference, and edits of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from grading.evidence.base import Evidence
from grading.exercise.declared import check_declared
from grading.exercise.fixed import rules_of
from grading.exercise.loader import load_courses
from grading.exercise.model import FileSpec
from grading.exercise.rules import Rule
from grading.submission.course_file import CourseFile
from grading.submission.loader import Submission, load_submission
from grading.submission.record import record_manifests

REFERENCE = Path(__file__).parent.parent.parent / "manifests" / "reference"

Edit = Callable[[Any], object]


@dataclass(frozen=True)
class Declaration:
    """An object of a file of the course."""

    file: str
    kind: str
    section: str
    spec: FileSpec
    is_graded: bool

    @property
    def key(self) -> str:
        return known(self.file)[0].key(self.kind)

    @property
    def course(self) -> str:
        return self.spec.course.en

    @property
    def rules(self) -> list[Rule]:
        """The rules for the file as it is to be handed in."""
        found = self.spec.objects[self.kind]
        return rules_of({**found.fixed, **(found.variants[0].fixed if found.variants else {})}, {})


FILES = [
    Declaration(name, kind, exercise.spec.section, file, exercise.declares(name) is not None)
    for exercise in load_courses().exercises
    for name, file in exercise.spec.files.items()
    for kind in file.objects
]
DECLARATIONS = [found for found in FILES if found.is_graded]


def declaration(key: str) -> Declaration:
    return next(found for found in FILES if found.key == key)


def known(*names: str) -> list[CourseFile]:
    """Files of the course; of another name, a file of one Pod."""
    return [load_courses().files.get(name) or CourseFile(name, ("Pod",)) for name in names]


def text_of(file: str) -> str:
    return (REFERENCE / file).read_text("utf-8")


def data_of(declaration: Declaration) -> Any:
    """The object of the reference that a declaration is about."""
    return next(data for data in documents(text_of(declaration.file)) if data["kind"] == declaration.kind)


def documents(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def together(texts: Iterable[str]) -> str:
    """One file of some documents."""
    return "---\n".join(texts)


def submit(root: Path, file: str, raw: str | bytes) -> Submission:
    """A submission of one file."""
    (root / file).write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return load_submission(root, known(file))


def seen(submission: Submission) -> Evidence:
    """The evidence of a look at the files alone."""
    evidence = Evidence(scenario="x", started=datetime(2026, 1, 1, tzinfo=UTC))
    record_manifests(submission, submission.found.known.values(), evidence)
    return evidence


def check(submission: Submission, declaration: Declaration, evidence: Evidence | None = None) -> str:
    """Check a declaration on the files alone; return what the student is told.

    Args:
        submission: what is checked.
        declaration: what it is to declare.
        evidence: of a look at its files, if one was taken before.
    """
    for kind in declaration.spec.objects:
        submission.manifest(declaration.file, kind)
    return check_declared(evidence or seen(submission), declaration.file, declaration.spec)
