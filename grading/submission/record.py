"""Record the manifests of a submission as evidence."""

from __future__ import annotations

from collections.abc import Iterable

from grading.errors import Unplayable
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.evidence.steps import Step
from grading.submission.course_file import CourseFile
from grading.submission.loader import Submission
from grading.text.i18n import _, joined


def record_manifests(submission: Submission, files: Iterable[CourseFile], evidence: Evidence) -> None:
    """Record what a submission declares as evidence, or why it is unusable.

    Args:
        submission: what is graded.
        files: the files that the scenario plays.
        evidence: of the scenario.
    """
    for file in files:
        _record_text(submission, submission.location(file.name), evidence)
        if remarks := submission.remarks(file.name):
            evidence.remarks[file.name] = joined("; ", remarks)
            evidence.steps.append(Step(done=_("Find {file}", file=file.name), seen=joined("; ", remarks)))
        for kind in file.kinds:
            key = file.key(kind)
            try:
                evidence.manifests[key] = _recorded(submission, file, kind)
            except Unplayable as failure:
                evidence.unusable[key] = failure.problem
            else:
                _record_text(submission, evidence.manifests[key].file, evidence)


def _record_text(submission: Submission, path: str, evidence: Evidence) -> None:
    text = submission.text(path)
    if text is not None:
        evidence.texts[path] = text


def _recorded(submission: Submission, file: CourseFile, kind: str) -> RecordedManifest:
    manifest = submission.manifest(file.name, kind)
    surplus = submission.surplus(file.name)
    unread = submission.unread(file.name)
    return RecordedManifest(
        file=manifest.file,
        data=manifest.data,
        lines={"|".join(map(str, path)): line for path, line in manifest.document.lines.items()},
        surplus=[place.line for place in surplus if place.file == manifest.file],
        unread=unread if manifest.file == submission.location(file.name) else None,
    )
