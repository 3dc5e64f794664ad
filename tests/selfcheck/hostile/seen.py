"""What the grader makes of the folder of an attack, without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from grading.errors import Problem, Unplayable
from grading.exercise.loader import load_courses
from grading.precheck import Finding, check_folder
from grading.runner.owned_namespaces import label
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import namespace_of
from grading.submission.preparation import prepared

Object = dict[str, Any]

NAMESPACE: Final = "claim-wall"
"""That of a run, in these tests."""


@dataclass
class Seen:
    """What comes of a submission.

    Attributes:
        told: what `kubegrade check` tells.
        refused: why an object of the course is not applied.
        applied: the objects that are applied, as they are, by file.
    """

    told: list[Finding]
    refused: list[Problem] = field(default_factory=list)
    applied: dict[str, list[Object]] = field(default_factory=dict)

    @property
    def objects(self) -> list[Object]:
        """All objects that are applied."""
        return [item for items in self.applied.values() for item in items]

    def refusal(self, words: str) -> Problem:
        """Return why an object is not applied, by a part of its words."""
        found = next((problem for problem in self.refused if words in problem.rationale), None)
        assert found, [problem.rationale for problem in self.refused]
        return found


def look(folder: Path) -> Seen:
    """Look at a submission as `kubegrade check` and a graded run do.

    Raises:
        SubmissionError: it cannot be graded at all.
    """
    seen = Seen(check_folder(folder))
    courses = load_courses()
    submission = load_submission(folder, courses.files.values())
    for file in courses.files.values():
        for kind in file.kinds:
            try:
                manifest = submission.manifest(file.name, kind)
                objects = list(_applied(submission, manifest))
            except Unplayable as failure:
                seen.refused.append(failure.problem)
            else:
                seen.applied.setdefault(manifest.file, []).extend(objects)
    return seen


def _applied(submission: Submission, manifest: Manifest) -> Iterator[Object]:
    """Yield an object of the course, and those that it refers to, as they are applied."""
    namespace_of(manifest)
    yield prepared(manifest, NAMESPACE, label if manifest.data["kind"] == "Namespace" else None)
    for companion in submission.companions(manifest):
        yield companion.object(NAMESPACE)
