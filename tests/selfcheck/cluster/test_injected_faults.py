"""The quickest of the faults that `make nightly` injects into graded runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.selfcheck.faults.catalogue import INJECTIONS, QUICK
from tests.selfcheck.faults.injected_run import inject


@pytest.mark.parametrize("name", QUICK)
def test_costs_nothing_and_is_named(name: str, tmp_path: Path) -> None:
    assert inject(INJECTIONS[name], tmp_path) == []
