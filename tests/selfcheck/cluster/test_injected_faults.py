"""The quickest of the faults that `make nightly` injects into graded runs, side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.selfcheck.faults.catalogue import INJECTIONS, QUICK
from tests.selfcheck.faults.injected_run import inject

FIRST_SLOT = 5


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    def of(number: int, name: str) -> list[str]:
        folder: Path = tmp_path_factory.mktemp(name)
        return inject(INJECTIONS[name], folder, FIRST_SLOT + number)

    with ThreadPoolExecutor(len(QUICK)) as pool:
        return dict(zip(QUICK, pool.map(of, range(len(QUICK)), QUICK), strict=True))


@pytest.mark.parametrize("name", QUICK)
def test_costs_nothing_and_is_named(name: str, problems: dict[str, list[str]]) -> None:
    assert problems[name] == []
