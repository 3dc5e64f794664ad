"""Pages to look at: reports and evidence made from recordings, or from the texts of `reports`."""

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from fixtures.faults.building import REFERENCE, change
from fixtures.faults.catalogue import load_faults
from grading.renderers.page import to_html
from grading.report.model import Detail, Report, Verdict
from grading.report.student_view import for_student
from grading.text.i18n import speaking
from tests.selfcheck.replayed import replay
from tests.selfcheck.reports import evidence, report

Made = tuple[Report, dict[str, Any]]

# The recordings of each fault, by scenario.
FAULTS = {
    "rolling-surge-half": ("rolling", "rollback"),
    "rolling-recreate": ("rolling",),
    "rolling-unavailable-three": ("rolling", "rollback", "bad_image"),
    "dynamic-class-manual": ("dynamic",),
    "dep-api-version": ("deployment",),
    "pod-crashes": ("pod",),
    "svc-wrong-selector": ("clusterip",),
}


@cache
def graded(*faults: str) -> Made:
    """Return the report on the reference with these faults in it, and its evidence by scenario."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "submission"
        shutil.copytree(REFERENCE, folder)
        for name in faults:
            change(load_faults()[name], folder)
        made, files = replay(folder, {scenario: name for name in faults for scenario in FAULTS[name]})
    return made, {Path(path).stem: data for path, data in files.items()}


@cache
def lab() -> Made:
    """Return the report on the reference of the introductory lab."""
    made, files = replay(REFERENCE, {}, "introlab")
    return made, {Path(path).stem: data for path, data in files.items()}


FAULTY = ("rolling-surge-half", "dynamic-class-manual", "dep-api-version", "pod-crashes")
"""A submission that breaks a limit of the update, has criteria blocked, and a place in its files."""


def page(made: Made) -> str:
    with speaking(made[0].lang):
        return to_html(for_student(made[0]), made[1])


def reduced(made: Made, detail: Detail, *ids: str) -> Made:
    """Return a report in which some criteria are shown in less detail."""
    criteria = [r.model_copy(update={"detail": detail} if r.id in ids else {}) for r in made[0].criteria]
    return made[0].model_copy(update={"criteria": criteria}), made[1]


def incomplete(reason: str = "Docker did not answer") -> Made:
    """Return a report in which one criterion could not be graded."""
    made, seen = graded()
    criteria = list(made.criteria)
    broken = {"verdict": Verdict.ERROR, "earned": 0, "rationale": reason}
    criteria[3] = criteria[3].model_copy(update=broken)
    update: dict[str, Any] = {"criteria": criteria, "score": None, "outcome": "incomplete", "reason": reason}
    return made.model_copy(update=update), seen


def hostile(text: str, verdict: Verdict = Verdict.FAILED) -> Made:
    """Return a report, and evidence, that say a text wherever a text from a submission can come."""
    return report(text, verdict), evidence(text)
