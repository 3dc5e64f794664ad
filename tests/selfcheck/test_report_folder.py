"""A report folder holds what its run made and nothing else; nothing is written through a link."""

import os
import signal
import sys
from pathlib import Path

import pytest

from grading.errors import ReportFolderError
from grading.files import write_text
from grading.renderers.folder import FILES, clear
from tests.selfcheck.planted import BIN, OLD, ROOT, fill, left, run, submission

NONE = Path("manifests/none")
FOLDERS = ("evidence", "evidence/second", "evidence/control")


def test_only_files_of_ours_are_removed(tmp_path: Path) -> None:
    fill(tmp_path)
    others = {"notes.md", "evidence/notes.md", "report.json.bak", "grades.tmp"}
    for name in others:
        (tmp_path / name).write_text(OLD, "utf-8")
    clear(tmp_path, NONE)
    assert left(tmp_path) == others
    clear(tmp_path, NONE)
    clear(tmp_path / "none", NONE)


@pytest.mark.parametrize("name", [*FILES, *FOLDERS, *(f"{name}/rolling.json" for name in FOLDERS)])
def test_links_are_removed_and_not_followed(tmp_path: Path, name: str) -> None:
    folder, target = tmp_path / "report", tmp_path / "home"
    target.mkdir()
    (target / "rolling.json").write_text(OLD, "utf-8")
    (target / "second").symlink_to(target)
    (folder / name).parent.mkdir(parents=True)
    (folder / name).symlink_to(target if name in FOLDERS else target / "rolling.json")
    clear(folder, NONE)
    assert not (folder / name).is_symlink()
    assert (target / "second").is_symlink()
    assert (target / "rolling.json").exists()


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "home")
    (tmp_path / "report").symlink_to("home")
    with pytest.raises(
        ReportFolderError, match=r"is a link to home\. Give the folder itself with --report-dir"
    ):
        clear(tmp_path / "report", NONE)
    assert left(tmp_path / "home") >= set(FILES)


@pytest.mark.parametrize("name", [".", "report.json", "evidence/rolling.json"])
def test_what_cannot_be_removed_is_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "report"
    if name == ".":
        folder.write_text("a file", "utf-8")
    else:
        (folder / name).mkdir(parents=True)
    with pytest.raises(
        ReportFolderError, match=r"report.*: the report of an earlier run cannot be removed: .+"
    ):
        clear(folder, NONE)


@pytest.mark.parametrize("name", ["report.json", "report.json.tmp"])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "home").write_text(OLD, "utf-8")
    (tmp_path / name).symlink_to("home")
    write_text(tmp_path / "report.json", "new")
    assert (tmp_path / "home").read_text("utf-8") == OLD
    assert (tmp_path / "report.json").read_text("utf-8") == "new"
    assert not (tmp_path / "report.json").is_symlink()


@pytest.mark.parametrize("before", [None, "file", "link"])
def test_a_secret_file_is_secret_from_the_beginning(tmp_path: Path, before: str | None) -> None:
    target, home = tmp_path / "kubeconfig", tmp_path / "home"
    home.write_text(OLD, "utf-8")
    if before == "file":
        target.write_text(OLD, "utf-8")
    elif before == "link":
        target.symlink_to("home")
    write_text(target, "new", mode=0o600)
    assert (target.read_text("utf-8"), target.lstat().st_mode & 0o777) == ("new", 0o600)
    assert home.read_text("utf-8") == OLD


def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "report.json", "\ud800")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        pytest.param(["--submission=none"], 4, id="no such submission"),
        pytest.param(["--submission=empty"], 4, id="no manifest"),
        pytest.param(["--submission=class/jan", "--no-such-option"], 4, id="unknown option"),
        pytest.param(["--submission=class/jan", "--slot=x"], 4, id="no number"),
        pytest.param(["--submission=class/jan", "--lang=xx"], 4, id="no language"),
        pytest.param(["--submission=class/jan", "-k", "no_such_test"], 5, id="no test"),
        pytest.param(["--submission=class/jan", "-p", "killer"], -signal.SIGKILL, id="SIGKILL"),
    ],
)
def test_a_run_that_ends_early_leaves_no_earlier_report(
    tmp_path: Path, options: list[str], status: int
) -> None:
    """A student who plants a report, and hands in nothing that can be graded, has no points from it."""
    submission(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "killer.py").write_text(
        "import os, signal\ndef pytest_collection_finish(): os.kill(os.getpid(), signal.SIGKILL)\n", "utf-8"
    )
    fill(tmp_path / "report")
    command = [BIN / "pytest", "-m", "s11_5", *options]
    done = run(tmp_path, *command, PYTHONPATH=str(tmp_path / "plugins"))
    assert done.returncode == status, done.stdout + done.stderr
    assert left(tmp_path / "report") == set()


@pytest.mark.parametrize("report_dir", ["out", "out/mail", "deep/../out/mail"])
def test_a_link_of_the_submission_leads_nowhere(tmp_path: Path, report_dir: str) -> None:
    folder = submission(tmp_path)
    fill(tmp_path / "home" / "mail")
    (folder / "deep").mkdir()
    (folder / "out").symlink_to(tmp_path / "home")
    for submitted in (folder, Path()):
        done = run(
            folder, BIN / "pytest", "-m", "s11_5", f"--submission={submitted}", "--report-dir", report_dir
        )
        assert done.returncode == 4
        assert f"out is a link to {tmp_path}/home. Give the folder itself" in done.stderr
    assert left(tmp_path / "home" / "mail") >= set(FILES)


def test_links_elsewhere_are_of_who_grades(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to("disk")
    fill(tmp_path / "out" / "jan")
    clear(tmp_path / "out" / "jan", tmp_path / "class" / "jan")
    assert left(tmp_path / "disk") == set()


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="not Linux: root may write everywhere")
def test_a_report_that_cannot_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    submission(tmp_path)
    command = [BIN / "pytest", "-m", "s11_5", "--submission=class/jan", "--report-dir=/sys/kernel"]
    done = run(tmp_path, *command)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "/sys/kernel: the report cannot be written there: " in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_report_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    submission(tmp_path)
    (tmp_path / "report").symlink_to("class")
    done = run(tmp_path, BIN / "pytest", "-m", "s11_5", "--submission=class/jan")
    assert done.returncode == 4
    assert done.stderr.startswith("ERROR: report is a link to class. Give the folder itself")
    assert done.stdout == ""


@pytest.mark.parametrize(
    "option", ["--collect-only", "--collectonly", "-qh", "--version", "--markers", "--cache-show"]
)
def test_to_look_leaves_the_report(tmp_path: Path, option: str) -> None:
    submission(tmp_path)
    fill(tmp_path / "report")
    done = run(tmp_path, BIN / "pytest", "-m", "s11_5", "--submission=class/jan", option)
    assert done.returncode == 0, done.stderr
    assert left(tmp_path / "report") >= set(FILES)


def test_make_grade_begins_without_an_earlier_report(tmp_path: Path) -> None:
    """Its set-up may fail before pytest is started."""
    fill(tmp_path / "report")
    environment = {"REPORT_DIR": str(tmp_path / "report"), "PATH": os.environ["PATH"]}
    done = run(ROOT, "make", "--no-print-directory", "forget", f"VENV={BIN.parent}", **environment)
    assert done.returncode == 0, done.stderr
    assert left(tmp_path / "report") == set()
    refused = run(tmp_path, sys.executable, "-m", "grading.renderers.folder", __file__, ".")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "cannot be removed: Not a directory" in refused.stderr
