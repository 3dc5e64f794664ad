"""Each of these faulty submissions loses exactly what it names; together they lose every criterion once,
and those that look different and are right lose nothing.

All of them: ``kubegrade faulty``.
"""

from __future__ import annotations

import pytest

from fixtures import faulty
from grading.exercise.loader import load_courses

FOLDERS = {path.parent.name: path.parent for path in sorted(faulty.FAULTY.glob("*/faulty.yaml"))}
CHOSEN = faulty.cover({name: faulty.load(folder) for name, folder in FOLDERS.items()})


@pytest.fixture(scope="module")
def outcomes() -> dict[str, faulty.Outcome]:
    return {outcome.name: outcome for outcome in faulty.grade_all([FOLDERS[name] for name in CHOSEN], jobs=2)}


def test_every_criterion_is_lost_by_one() -> None:
    lost = {criterion for folder in FOLDERS.values() for criterion in faulty.load(folder).loses}
    assert lost == {criterion.id for criterion in load_courses().rubric.criteria}


@pytest.mark.parametrize("name", CHOSEN)
def test_loses_exactly_what_it_names(name: str, outcomes: dict[str, faulty.Outcome]) -> None:
    assert outcomes[name].problem == ""
