"""What a fault loses, and at which place: as the first version of these checks judged it.

``verdicts.json`` has of each fault what its live run lost: the verdict, what blocks it, and the place. It was
kept before the checks were rewritten, and no rewriting may change it unnoticed.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading.exercise.loader import load_courses
from tests.selfcheck.replayed import replay

VERDICTS: Final[dict[str, dict[str, list[str]]]] = json.loads(
    Path(__file__).with_name("verdicts.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_and_places_are_as_they_were(name: str, tmp_path: Path) -> None:
    courses, fault = load_courses(), load_faults()[name]
    build(fault, tmp_path / name)
    recordings = dict.fromkeys(courses.playing(fault.files), name)
    lost: dict[str, list[str]] = {}
    for course in courses.courses:
        touched = [exercise for exercise in course.exercises if fault.files & exercise.files.keys()]
        criteria = {criterion.id for exercise in touched for criterion in exercise.spec.criteria}
        if criteria:
            report, _evidence = replay(tmp_path / name, recordings, course.spec.marker, criteria)
            lost |= {
                result.id: [result.verdict.value, result.blocked_by or "", str(result.location or "")]
                for result in report.selected
                if result.verdict.is_lost
            }
    assert lost == VERDICTS[name]
