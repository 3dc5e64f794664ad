"""``kubegrade check``: what the files alone tell, without a cluster, in less than two seconds.

Imports neither pytest nor kubernetes, for that reason.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Final

from grading.course.declared import DECLARED
from grading.errors import CriterionFailure, Location
from grading.exercise.rules import DeclarationFailure
from grading.precheck.consistency import check_consistency
from grading.precheck.files import FILES, CourseFile, files_in, files_of
from grading.precheck.findings import Finding
from grading.precheck.schema import check_schema
from grading.precheck.values import check_values
from grading.report.model import Detail
from grading.report.rubric import load_rubric
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest, WrongTypes
from grading.text.i18n import _, n_

__all__ = ["Finding", "check_folder"]

MOST: Final = 50
"""Findings of one file that are shown."""


def check_folder(root: Path, marker: str | None = None) -> list[Finding]:
    """Look through a submission.

    Args:
        root: its folder.
        marker: what to look at: a chapter, or one section such as ``s11_9``; every chapter that the folder
            holds a file of by default.

    Returns:
        What was found, in the order of files and lines; nothing where all is well.

    Raises:
        SubmissionError: the folder cannot be graded at all.
    """
    submission = load_submission(root, [file.name for file in FILES])
    files = files_of(marker) if marker else files_in({*submission.files, *submission.near})
    manifests, found = _read(submission, files)
    for name, manifest in manifests.items():
        found += _repeated(manifest)
        found += check_schema(manifest)
        found += check_values(name, manifest)
    found += _declared(submission, manifests)
    found += check_consistency(manifests)
    return _few(_once(found))


def _read(submission: Submission, files: tuple[CourseFile, ...]) -> tuple[dict[str, Manifest], list[Finding]]:
    manifests, found = {}, []
    for file in files:
        try:
            manifests[file.key] = submission.manifest(file.name, file.kind)
        except WrongTypes as failure:
            found += check_schema(failure.manifest)
        except CriterionFailure as failure:
            found.append(Finding.of(failure, file.name))
    return manifests, found


def _repeated(manifest: Manifest) -> list[Finding]:
    return [
        Finding.at(
            Location(manifest.file, line),
            _("the key {name:.60} stands here, and further down once more", name=name),
            _("Of a key that stands twice kubectl takes the last without a word: keep the right one."),
            costs=False,
        )
        for name, line in manifest.document.repeated
    ]


def _declared(submission: Submission, manifests: dict[str, Manifest]) -> list[Finding]:
    found = []
    told_of = {criterion.id for criterion in load_rubric().criteria if criterion.detail is Detail.FULL}
    for criterion, check in DECLARED.items():
        if check.file not in manifests or criterion not in told_of:
            continue
        try:
            told = check.look(submission)
        except DeclarationFailure as failure:
            found += [
                Finding(mismatch.problem(failure.problem.help), criterion) for mismatch in failure.mismatches
            ]
        except CriterionFailure as failure:
            found.append(Finding.of(failure, check.file, criterion))
        else:
            if told:
                place = Location(manifests[check.file].file)
                found.append(Finding.at(place, told, criterion=criterion, costs=False))
    return found


def _few(findings: list[Finding]) -> list[Finding]:
    """Keep the first findings of each file, and say how many more there are."""
    kept: list[Finding] = []
    for file, group in groupby(findings, key=lambda finding: finding.location.file):
        of_file = list(group)
        kept += of_file[:MOST]
        if more := of_file[MOST:]:
            words = n_("and {n} more finding in this file", "and {n} more findings in this file", len(more))
            help = _("Correct those above first; `kubegrade check` then shows the others.")
            kept.append(Finding.at(Location(file), words, help, costs=any(finding.costs for finding in more)))
    return kept


def _once(findings: list[Finding]) -> list[Finding]:
    """Sort, and say a thing about a place once: the criterion's words before the general ones."""
    kept: dict[tuple[str, int | None, str], Finding] = {}
    for finding in findings:
        place = (finding.location.file, finding.location.line, finding.problem.rationale)
        kept.setdefault(place, finding)
    return sorted(kept.values(), key=lambda finding: finding.order)
