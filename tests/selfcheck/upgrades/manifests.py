"""Evidence that had no manifests: they are read again from the submission that was recorded."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.model import Fault
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses
from grading.submission.loader import load_submission
from grading.submission.record import record_manifests


def upgrade(data: dict[str, Any], name: str) -> dict[str, Any]:
    if "manifests" in data:
        return data
    applied = data.pop("sources", {})
    made = manifests(name, data["scenario"])
    for key in made["manifests"]:
        made["manifests"][key]["applied"] = key in applied
        if key in applied:
            made["manifests"][key] |= {"lines": applied[key]["lines"], "file": applied[key]["file"]}
    return {**data, **made}


@cache
def submissions() -> dict[str, Fault]:
    return load_faults()


def manifests(name: str, scenario: str) -> dict[str, Any]:
    courses = load_courses()
    evidence = Evidence(scenario=scenario, started=datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "submission")
        if name in submissions():
            build(submissions()[name], root)
        else:
            root = REFERENCE
        submission = load_submission(root, courses.files.values())
        record_manifests(submission, courses.scenario(scenario).files, evidence)
    return evidence.model_dump(mode="json", include={"manifests", "unusable", "texts"})
