"""A clock that a file shifts, for one program and nothing that it waits for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Final, cast

import pytest

from grading import processes
from tests.selfcheck.faults.programs import CLOCK, clock_shifted, make_clock
from tests.selfcheck.faults.site import Site

ASK: Final = """
import datetime, sys, time
begun = time.monotonic()
time.sleep(0.01)
print(time.time(), datetime.datetime.now(datetime.UTC).timestamp(), time.monotonic() - begun)
"""

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


def told(folder: Path) -> list[float]:
    environment = {name: value.format(folder=folder) for name, value in CLOCK.items()}
    done = processes.run([sys.executable, "-c", ASK], timeout=60, env=environment)
    return [float(word) for word in done.stdout.split()]


def test_the_time_of_day_is_shifted_and_nothing_else(tmp_path: Path) -> None:
    make_clock(tmp_path)
    before = told(tmp_path)
    with clock_shifted(cast(Site, SimpleNamespace(folder=tmp_path)), -120):
        after = told(tmp_path)
    assert [late - early for early, late in zip(before[:2], after[:2], strict=True)] == pytest.approx(
        [-120, -120], abs=10
    )
    assert 0 < after[2] < 10
