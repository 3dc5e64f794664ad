"""Twelve submissions, in the form of one platform, are graded live; the unit tests replay the other forms."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

from grading.pytest_startup import ROOT
from tests.selfcheck.planted import BIN
from tests.selfcheck.platforms.twelve import twelve
from tests.selfcheck.platforms.ways import TERMS, WAYS

FIRST_SLOT = 12
MARKER = "s11_4 or s11_9"
"""The sections with the faults."""


def test_twelve_through_blackboard(tmp_path: Path) -> None:
    way = WAYS["blackboard"]
    way.write(tmp_path, twelve())
    words = [
        f"{BIN}/kubegrade",
        "class",
        str(way.archive(tmp_path)),
        "--out",
        str(tmp_path / "out"),
        "-m",
        MARKER,
    ]
    words += [f"--{name}={value}" for name, value in TERMS.items()]
    words += [f"--rubric={tmp_path / 'rubric.yaml'}", "--jobs=2", f"--first-slot={FIRST_SLOT}"]
    done = subprocess.run(
        words, cwd=ROOT, check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 3, done.stdout + done.stderr
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "out/gradebook.csv").read_text("utf-8-sig")), delimiter=";")
    )
    maximum = int(rows[0]["maximum"])
    wanted = {one.user: way.points(one, maximum, MARKER) for one in twelve() if one.hand_ins}
    assert {row["user name"]: float(row["final"]) if row["final"] else None for row in rows} == wanted
