"""Faults of the infrastructure in graded runs: nothing is lost by them, and each is named as the cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.selfcheck.faults.catalogue import INJECTIONS
from tests.selfcheck.faults.injected_run import inject


@pytest.mark.parametrize("name", INJECTIONS)
def test_costs_nothing_and_is_named(name: str, tmp_path: Path) -> None:
    assert inject(INJECTIONS[name], tmp_path) == []
