"""`kubegrade check` and a graded run take an archive in place of a folder."""

import shutil
import tempfile
from pathlib import Path

import pytest

from fixtures.faults.building import REFERENCE
from grading.errors import SubmissionError
from grading.precheck import check_folder
from grading.report.model import FILE
from grading.submission.opened import opened
from tests.selfcheck.planted import BIN, run
from tests.selfcheck.platforms import packing
from tests.selfcheck.platforms.packing import FORMS, zipped


def reference(folder: str = "manifests-jan/") -> dict[str, bytes]:
    """Return the files of the reference, in a folder of an archive."""
    return {
        f"{folder}{path.relative_to(REFERENCE).as_posix()}": path.read_bytes()
        for path in sorted(REFERENCE.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files; empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_the_reference_in_an_archive_has_no_findings(tmp_path: Path, temporary: Path, form: str) -> None:
    archive = tmp_path / f"jan.{form}"
    archive.write_bytes(FORMS[form](reference()))
    assert check_folder(archive, "chapter11") == []
    assert list(temporary.iterdir()) == []


def test_a_folder_is_looked_at_where_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as submission:
        assert submission.folder == tmp_path


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    archive = tmp_path / "jan.zip"
    archive.write_bytes(zipped(reference("") | {"../dep.yaml": b""}))
    [finding] = check_folder(archive, "chapter11")
    assert str(finding.location) == "jan.zip"
    assert finding.problem.rationale == "left out, because their names point outside the archive: ../dep.yaml"
    assert not finding.costs


def test_an_archive_without_a_file_of_the_course(tmp_path: Path) -> None:
    archive = tmp_path / "jan.zip"
    archive.write_bytes(zipped({"notes.txt": b""}))
    with pytest.raises(SubmissionError) as caught:
        check_folder(archive)
    assert str(caught.value).startswith(
        f"{archive}: this archive contains no file of the course. Expected are files such as"
    )


def test_any_other_file_is_no_submission(tmp_path: Path) -> None:
    shutil.copy(REFERENCE / "dep.yaml", tmp_path)
    with pytest.raises(SubmissionError, match="is a file"):
        check_folder(tmp_path / "dep.yaml")


BAD = {
    "empty.zip": (b"", "it is empty. Download or upload it again."),
    "page.zip": (b"<html>Log in</html>" * 99, "it is not an archive of a known kind"),
    "none.zip": (zipped({}), "it contains no files"),
    "half.zip": (zipped(reference())[:999], "it is damaged"),
    "secret.zip": (packing.encrypted(reference()), "it is encrypted"),
    "other.zip": (zipped({"a.txt": b"a"}), "this archive contains no file of the course"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_bad_input(tmp_path: Path, temporary: Path, name: str) -> None:
    data, words = BAD[name]
    (tmp_path / name).write_bytes(data)
    done = run(tmp_path, BIN / "kubegrade", "check", name)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith(f"{name}: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["half.zip", "other.zip"])
def test_a_graded_run_of_a_bad_archive(tmp_path: Path, name: str) -> None:
    data, words = BAD[name]
    (tmp_path / name).write_bytes(data)
    done = run(tmp_path, BIN / "kubegrade", "grade", name, "-m", "s11_5", "--report-dir", "out")
    assert done.returncode == 4, done.stdout + done.stderr
    assert words in done.stderr
    assert not (tmp_path / "out" / FILE).exists()


def test_a_graded_run_takes_an_archive(tmp_path: Path) -> None:
    """Without Docker it ends before there is a cluster, after the submission was looked through."""
    (tmp_path / "jan.tar.xz").write_bytes(FORMS["tar.xz"](reference() | {"../x": b""}))
    (tmp_path / "path").mkdir()
    places = {
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": str(tmp_path / "path"),
    }
    command = (BIN / "pytest", "-m", "s11_5", "--submission", "jan.tar.xz", "--report-dir", "out")
    done = run(tmp_path, *command, **places)
    assert '"submission": "jan.tar.xz"' in (tmp_path / "out" / FILE).read_text("utf-8"), (
        done.stdout + done.stderr
    )
    assert "jan.tar.xz: left out, because their names point outside the archive: ../x" in done.stdout
    assert list((tmp_path / "state/kubegrade/tmp").iterdir()) == []
