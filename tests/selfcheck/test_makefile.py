"""What make says on a machine whose python3 is too old or is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("python", ["false", "python-that-is-not-there"])
@pytest.mark.parametrize(
    ("goals", "again"), [(["setup"], "setup"), (["-k", "grade"], "grade"), ([], "grade")]
)
def test_the_way_to_another_python_is_said(tmp_path: Path, python: str, goals: list[str], again: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    done = subprocess.run(
        ["make", f"PYTHON={python}", *goals],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        # These tests may be started by a make themselves, whose words to its children are not for this one.
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
    )
    assert done.returncode == 2
    said = done.stdout.splitlines()
    assert said[0] == f"{python} is not Python 3.11 or newer with venv, which is needed."
    assert f"sudo dnf install python3.12, then: make PYTHON=python3.12 {again}" in said[2]
    assert not (tmp_path / ".venv").exists()
