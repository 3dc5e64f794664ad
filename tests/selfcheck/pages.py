"""Pages to look at: reports made from recordings, and one that says the same hostile text everywhere."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fixtures import faulty
from grading.i18n import speaking
from grading.renderers.page import to_html
from grading.report import CriterionResult, Detail, Place, Report, StandIn, Verdict
from grading.view import for_student
from tests.selfcheck.replayed import ENVIRONMENT, replay

Made = tuple[Report, dict[str, Any]]

# Of each faulty submission its files, and its recordings by scenario.
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
        faulty.build(Path(), faulty.Faulty(title="", loses=[]), folder)
        for name in faults:
            for path in (faulty.FAULTY / name / "files").iterdir():
                (folder / path.name).write_bytes(path.read_bytes())
        report, files = replay(folder, {scenario: name for name in faults for scenario in FAULTS[name]})
    return report, {Path(path).stem: data for path, data in files.items()}


@cache
def lab() -> Made:
    """Return the report on the reference of the introductory lab."""
    report, files = replay(faulty.REFERENCE, {}, "introlab")
    return report, {Path(path).stem: data for path, data in files.items()}


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
    report, evidence = graded()
    criteria = list(report.criteria)
    broken = {"verdict": Verdict.ERROR, "earned": 0, "rationale": reason}
    criteria[3] = criteria[3].model_copy(update=broken)
    update: dict[str, Any] = {"criteria": criteria, "score": None, "outcome": "incomplete", "reason": reason}
    return report.model_copy(update=update), evidence


def hostile(text: str, verdict: Verdict = Verdict.FAILED) -> Made:
    """Return a report, and evidence, that say a text wherever a text from a submission can come."""
    place = Place(file=f"{text[:200]}.yaml", line=2)
    bad = CriterionResult(
        id="rolling.surge",
        chapter="chapter11",
        section="11.9",
        title=text,
        points=60,
        verdict=verdict,
        rationale=text,
        help=text,
        expected=text,
        actual=text,
        location=place,
        evidence=["evidence/rolling.json", "evidence/history.json", "evidence/other.json"],
    )
    passed = bad.model_copy(update={"id": "rolling.complete", "verdict": Verdict.PASSED, "earned": 40})
    report = Report(
        submission=text,
        started=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        duration_s=12.3,
        environment=ENVIRONMENT.model_copy(update={"stand_ins": [StandIn(image=text, note=text)]}),
        score=None if verdict is Verdict.ERROR else 40,
        max_score=100,
        outcome="incomplete" if verdict is Verdict.ERROR else "graded",
        reason=text if verdict is Verdict.ERROR else "",
        criteria=[bad, passed],
        sources={place.file: f"first\n{text}\nlast"},
    )
    return report, _evidence(text)


def _evidence(text: str) -> dict[str, Any]:
    base: Mapping[str, Any] = {"started": "2026-01-02T03:04:00Z", "admissions": {text: text}, "notes": [text]}
    trouble = {"rationale": text, "help": text, "expected": text, "actual": text}
    sample = {"uid": "u", "owner": text, "phase": "Running", "ready": True, "terminating": False}
    pods = [
        {**sample, "t": t, "event": "ADDED", "name": text, "image": text, "waiting": text} for t in (0.0, 2.0)
    ]
    sets = [
        {**sample, "t": 0.0, "event": "ADDED", "name": text, "hash": text, "image": text, "revision": 1}
        | {"cause": text, "asked": 2, "replicas": 2, "ready": 2, "available": 2}
    ]
    timeline = {
        "started": base["started"],
        "deployment": text,
        "pods": pods,
        "replica_sets": sets,
        "marks": [{"t": 1, "name": text}],
    }
    undo = {"command": text, "status": 0, "output": text}
    return {
        "rolling": {**base, "scenario": "rolling", "timeline": timeline, "trouble": trouble},
        "history": {**base, "scenario": "history", "undo": undo, "updated": [{"number": 1, "cause": text}]},
        "other": {**base, "scenario": text, "error": text},
    }
