"""Hostile submissions that only a graded run can show: each costs what it breaks, and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.slot_clusters import remove
from tests.selfcheck.hostile.catalogue import load_attacks, stopped_by
from tests.selfcheck.hostile.graded import grade

SLOT = 6


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    yield
    remove(SLOT)


@pytest.mark.parametrize("name", [attack.id for attack in stopped_by("run")])
def test_it_does_not_get_what_it_tries(tmp_path: Path, name: str) -> None:
    assert grade(load_attacks()[name], SLOT, tmp_path).problem == ""
