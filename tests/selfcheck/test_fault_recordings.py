"""Each fault, graded on recordings, loses exactly what its ``faults.yaml`` names."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.judging import judge
from grading.exercise.loader import load_courses
from tests.selfcheck.recorded import FOLDER
from tests.selfcheck.replayed import replay

FAULTS: Final = load_faults()
COURSES: Final = load_courses()
PRIVATE: Final = re.compile(rb"/(root|home|Users|work|tmp/pytest)/|node-args|node-token|K10[0-9a-f]{32}")
"""Paths of a developer's machine, how a node was started, and secrets of a cluster."""


@pytest.mark.parametrize("name", FAULTS)
def test_loses_exactly_what_it_names(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    build(fault, tmp_path / name)
    recordings = dict.fromkeys(COURSES.playing(fault.files), name)
    for course in COURSES.courses:
        touched = [exercise for exercise in course.exercises if fault.files & exercise.files.keys()]
        if touched:
            criteria = {criterion.id for exercise in touched for criterion in exercise.spec.criteria}
            report, _evidence = replay(tmp_path / name, recordings, course.spec.marker, criteria)
            assert judge(fault, report).problem == ""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json.gz")), ids=lambda path: path.name)
def test_a_recording_tells_nothing_private(path: Path) -> None:
    assert not PRIVATE.search(gzip.decompress(path.read_bytes()))
