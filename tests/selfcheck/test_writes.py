"""Nothing is written outside the report folder and the suite's own folders."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from grading.renderers import FORMS
from grading.report.model import FILE, Verdict
from tests.selfcheck.audited import noting, outside
from tests.selfcheck.planted import BIN, ROOT, run, submission
from tests.selfcheck.reports import report


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with folders of their own, whose writes are noted."""
    home = tmp_path / "home"
    (home / "log").mkdir(parents=True)
    places = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_STATE_HOME": home / "state"}
    return noting(home / "log" / "writes") | {name: str(path) for name, path in places.items()}


def written(own: dict[str, str], *folders: Path) -> set[str]:
    """What was written outside folders, and outside the suite's own cache."""
    return outside(Path(own["WRITES_LOG"]), *folders, Path(own["XDG_CACHE_HOME"], "kubegrade"))


def test_a_write_is_noted(tmp_path: Path, own: dict[str, str]) -> None:
    """The proof that the other tests here can fail."""
    program = (
        "import os, shutil, subprocess, sys; os.mkdir('a'); os.mkdir('a/b'); open('a/b/c', 'w').close();"
        "os.symlink('x', 'link'); os.rename('link', 'moved'); shutil.rmtree('a');"
        "subprocess.run([sys.executable, '-c', 'open(\"of a child\", \"a\")'], check=True)"
    )
    done = run(tmp_path, sys.executable, "-c", program, **own)
    assert done.returncode == 0, done.stderr
    names = ("a", "a/b", "a/b/c", "link", "moved", "of a child")
    assert written(own) == {str(tmp_path / name) for name in names}


def test_checking_a_submission_writes_nothing(tmp_path: Path, own: dict[str, str]) -> None:
    folder = submission(tmp_path)
    done = run(folder, BIN / "kubegrade", "check", ".", **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert written(own) == set()


@pytest.mark.parametrize("form", FORMS)
def test_rendering_a_report_writes_its_file_alone(tmp_path: Path, own: dict[str, str], form: str) -> None:
    folder, out = tmp_path / "report", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (folder / FILE).write_text(report("it failed", Verdict.FAILED).to_json(), "utf-8")
    done = run(folder, BIN / "kubegrade", "render", FILE, "--to", form, "--out", out / "file", **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "file").exists()
    assert written(own, out) == set()


def test_a_graded_run_writes_into_its_report_folder_and_its_own_folders(
    tmp_path: Path, own: dict[str, str]
) -> None:
    """Without Docker here, to its report; `tests/selfcheck/cluster` has one with a cluster."""
    folder, out = submission(tmp_path), tmp_path / "out"
    (tmp_path / "path").mkdir()
    for name, age in (("killed", 8 * 24 * 3600), ("running", 3600)):
        left = Path(own["XDG_STATE_HOME"], "kubegrade", "tmp", name)
        left.mkdir(mode=0o700, parents=True)
        os.utime(left, (time.time() - age,) * 2)
    left.parent.chmod(0o700)
    left.parent.parent.chmod(0o700)
    command = (BIN / "pytest", "-m", "s11_5", "--submission", ".", "--report-dir", out)
    done = run(folder, *command, **own, PATH=str(tmp_path / "path"))
    assert (out / FILE).exists(), done.stdout + done.stderr
    state = Path(own["XDG_STATE_HOME"], "kubegrade")
    kept = Path(ROOT, ".pytest_cache")
    made = {str(path) for path in (state, state.parent, Path(own["XDG_CACHE_HOME"]))}
    assert written(own, out, kept, *(state / name for name in ("clusters", "k3d", "tmp"))) <= made
    assert [path.name for path in (state / "tmp").iterdir()] == ["running"]
    assert {path.stat().st_mode & 0o777 for path in state.iterdir()} == {0o700}
