"""``kubegrade check``: judge the files alone, without a cluster, in less than two seconds.

Imports neither pytest nor kubernetes, for that reason.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from grading.errors import CriterionFailure, Location, Unplayable
from grading.evidence.base import Evidence
from grading.exercise.course import Courses, Exercise
from grading.exercise.declared import check_declared
from grading.exercise.loader import load_courses
from grading.exercise.rules import DeclarationFailure
from grading.precheck.commands import check_commands
from grading.precheck.consistency import check_consistency
from grading.precheck.findings import Finding
from grading.precheck.references import check_references
from grading.precheck.schema import check_schema
from grading.precheck.values import check_images
from grading.report.model import Detail
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest, WrongTypes
from grading.submission.opened import opened
from grading.submission.record import record_manifests
from grading.text.i18n import _, n_

__all__ = ["Finding", "check_folder"]

MOST: Final = 50
"""Findings of one file that are shown."""


def check_folder(root: Path, marker: str | None = None) -> list[Finding]:
    """Look through a submission.

    Args:
        root: its folder or archive.
        marker: what to look at: a course, or one of its sections; every course that the folder
            holds a file of by default.

    Returns:
        What was found, in the order of files and lines; nothing if all is well.

    Raises:
        SubmissionError: the folder cannot be graded at all.
    """
    courses = load_courses()
    with opened(root) as handed_in:
        submission = load_submission(handed_in.folder, courses.files.values(), called=root)
        found = [Finding.at(Location(root.name), remark, costs=False) for remark in handed_in.remarks]
        found += _look_through(courses, submission, marker)
    return _few(_once(found))


def _look_through(courses: Courses, submission: Submission, marker: str | None) -> list[Finding]:
    exercises = _chosen(courses, submission, marker)
    manifests, found = _read(submission, exercises)
    for manifest in manifests.values():
        found += _repeated(manifest)
        found += check_schema(manifest)
        found += check_images(manifest, courses.images)
    for exercise in exercises:
        found += _declared(submission, exercise)
        found += check_commands(submission, exercise)
        found += check_consistency(exercise, manifests)
    return found


def _chosen(courses: Courses, submission: Submission, marker: str | None) -> list[Exercise]:
    """Return the sections that a marker selects.

    By default those of every course of which there is a file.
    """
    if marker:
        return [item for item in courses.exercises if marker in courses.markers(item)]
    names = submission.found.names
    begun = {item.chapter for item in courses.exercises if names & item.files.keys()}
    return [item for item in courses.exercises if item.chapter in begun]


def _read(submission: Submission, exercises: list[Exercise]) -> tuple[dict[str, Manifest], list[Finding]]:
    manifests: dict[str, Manifest] = {}
    found: list[Finding] = []
    for file in (file for exercise in exercises for file in exercise.files.values()):
        for kind in file.kinds:
            try:
                manifest = submission.manifest(file.name, kind)
                manifests[file.key(kind)] = manifest
                needed = submission.companions(manifest)
                found += check_references(manifest, needed, submission.objects.found)
            except WrongTypes as failure:
                found += check_schema(failure.manifest)
            except CriterionFailure as failure:
                found.append(Finding.of(failure, file.name))
    return manifests, found


def _repeated(manifest: Manifest) -> list[Finding]:
    return [
        Finding.at(
            Location(manifest.file, line),
            _("the key {name:.60} appears twice: here and further down", name=name),
            _("kubectl silently uses the last one. Remove one of them."),
            costs=False,
        )
        for name, line in manifest.document.repeated
    ]


def _declared(submission: Submission, exercise: Exercise) -> list[Finding]:
    """Compare files with the course's values, but for what is hidden."""
    evidence = Evidence(scenario="", started=datetime.now(UTC))
    record_manifests(submission, exercise.files.values(), evidence)
    found = [
        Finding.at(Location(submission.location(name)), remark, costs=False)
        for name, remark in evidence.remarks.items()
    ]
    manifests = {name: file for name, file in exercise.spec.files.items() if not file.commands}
    for name, file in manifests.items():
        criterion = exercise.declares(name)
        if criterion is not None and criterion.detail is not Detail.FULL:
            continue
        key = criterion.id if criterion else ""
        try:
            told = check_declared(evidence, name, file)
        except DeclarationFailure as failure:
            found += [
                Finding(mismatch.problem(failure.problem.help), key, mismatch.costs)
                for mismatch in failure.mismatches
            ]
        except Unplayable:
            continue  # it is told already why the file cannot be used
        except CriterionFailure as failure:
            found.append(replace(Finding.of(failure, name, key), costs=criterion is not None))
        else:
            if told:
                place = Location(submission.location(name))
                found.append(Finding.at(place, told, criterion=key, costs=False))
    return found


def _few(findings: list[Finding]) -> list[Finding]:
    """Keep the first findings of each file, and say how many more there are."""
    kept: list[Finding] = []
    for file, group in groupby(findings, key=lambda finding: finding.location.file):
        of_file = list(group)
        kept += of_file[:MOST]
        if more := of_file[MOST:]:
            words = n_("and {n} more finding in this file", "and {n} more findings in this file", len(more))
            help = _("Correct the findings above first; `kubegrade check` then shows the others.")
            kept.append(Finding.at(Location(file), words, help, costs=any(finding.costs for finding in more)))
    return kept


def _once(findings: list[Finding]) -> list[Finding]:
    """Sort, and tell a thing about a place once, in the criterion's words."""
    kept: dict[tuple[str, int | None, str], Finding] = {}
    for finding in findings:
        place = (finding.location.file, finding.location.line, finding.problem.rationale)
        kept.setdefault(place, finding)
    return sorted(kept.values(), key=lambda finding: finding.order)
