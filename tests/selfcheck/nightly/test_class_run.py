"""A class on real clusters: three submissions on two slots, one of them without its files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from grading.pytest_startup import ROOT
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.planted import BIN

FIRST_SLOT = 12


def test_three_submissions_on_two_slots(tmp_path: Path) -> None:
    for name in ("an", "bo"):
        shutil.copytree(REFERENCE, tmp_path / "autumn" / name)
    (tmp_path / "autumn" / "cy").mkdir()
    (tmp_path / "autumn" / "cy" / "notes.txt").write_text("niets", "utf-8")
    words = [f"{BIN}/kubegrade", "class", str(tmp_path / "autumn"), "--from", "folder", "-m", "s11_5"]
    words += ["--out", str(tmp_path / "out"), "--jobs", "2", f"--first-slot={FIRST_SLOT}"]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 3, done.stdout + done.stderr
    jobs = [json.loads(path.read_bytes()) for path in (tmp_path / "out" / "ledger").glob("*.job.json")]
    assert {job["key"]: job["state"] for job in jobs} == {"an": "graded", "bo": "graded", "cy": "error"}
    clusters = subprocess.run(
        ["docker", "ps", "--all", "--format", "{{.Names}}"], check=True, capture_output=True, encoding="utf-8"
    )
    left = [name for name in clusters.stdout.split() if f"kubegrade-{FIRST_SLOT}-" in name]
    assert not left
