"""What the grader makes of the folder of an attack, without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from grading.errors import Problem, Unplayable
from grading.exercise.loader import load_courses
from grading.precheck import Finding, check_folder
from grading.runner.owned_namespaces import label
from grading.submission.companions import usable
from grading.submission.loader import load_submission
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

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Keep why an object is not applied, and go on without it."""
        try:
            yield
        except Unplayable as failure:
            self.refused.append(failure.problem)

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
            with seen.refusing():
                manifest = submission.manifest(file.name, kind)
                namespace_of(manifest)
                data = prepared(manifest, NAMESPACE, label if kind == "Namespace" else None)
                seen.applied.setdefault(manifest.file, []).append(data)
                for item in submission.companions(manifest):
                    with seen.refusing():
                        seen.applied[manifest.file].append(usable(item, manifest).object(NAMESPACE))
    return seen
