"""Record the manifests of a submission as evidence."""

from __future__ import annotations

from collections.abc import Iterable

from grading.errors import Unplayable
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.submission.course_file import CourseFile
from grading.submission.loader import Submission


def record_manifests(submission: Submission, files: Iterable[CourseFile], evidence: Evidence) -> None:
    """Put what a submission declares into a scenario's evidence, or why it cannot be used.

    Args:
        submission: what is graded.
        files: the files that the scenario plays.
        evidence: of the scenario.
    """
    for file in files:
        paths = submission.files.get(file.name) or submission.near.get(file.name) or []
        texts = {path: submission.text(path) for path in paths[:1]}
        evidence.texts |= {path: text for path, text in texts.items() if text is not None}
        for kind in file.kinds:
            key = file.key(kind)
            try:
                evidence.manifests[key] = _recorded(submission, file, kind)
            except Unplayable as failure:
                evidence.unusable[key] = failure.problem


def _recorded(submission: Submission, file: CourseFile, kind: str) -> RecordedManifest:
    manifest = submission.manifest(file.name, kind)
    surplus = submission.surplus(file.name) if len(file.kinds) > 1 else []
    return RecordedManifest(
        file=manifest.file,
        data=manifest.data,
        lines={"|".join(map(str, path)): line for path, line in manifest.document.lines.items()},
        surplus=[place.line for place in surplus],
    )
