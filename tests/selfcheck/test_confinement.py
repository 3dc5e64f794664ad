"""A process that is confined, and what it starts, writes to a few folders only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures import least_writes
from fixtures.least_writes import UNCONFINED, confine
from grading import confinement
from grading.confinement import Unconfined
from grading.renderers import FORMS, render
from grading.renderers.labels import unconfined
from grading.report.model import Environment
from tests.selfcheck.planted import BIN, run, submission
from tests.selfcheck.reports import report

needs_landlock = pytest.mark.skipif(not confinement.is_there(), reason="this kernel has no Landlock")

CONFINED = """
import subprocess, sys, threading
from pathlib import Path
from grading.confinement import confinement
with confinement([Path("own"), Path("/dev/null"), Path("file")]) as confined:
    confined.enter()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").write_text("old", "utf-8")
    (tmp_path / "file").touch()
    return tmp_path


def confined(place: Path, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CONFINED + program],
        cwd=place,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )


WRITES = {
    "make": "echo x > {}/new",
    "change": "echo x >> {}/old",
    "empty": ": > {}/old",
    "truncate": "truncate -s 0 {}/old",
    "remove": "rm {}/old",
    "make a folder": "mkdir {}/folder",
    "make a link": "ln -s x {}/link",
    "make a hard link": "ln {}/old {}/link",
    "make a pipe": "mkfifo {}/pipe",
    "move": "mv {}/old {}/new",
}


@needs_landlock
@pytest.mark.parametrize("shell", WRITES.values(), ids=list(WRITES))
def test_a_program_writes_only_where_it_may(place: Path, shell: str) -> None:
    program = f"sys.exit(subprocess.run(['sh', '-c', {shell!r}.replace('{{}}', sys.argv[1])]).returncode)"
    for name, works in (("own", True), ("other", False)):
        done = confined(place, program.replace("sys.argv[1]", repr(name)))
        assert (done.returncode == 0) is works, done.stderr
    assert (place / "other" / "old").read_text("utf-8") == "old"
    assert [path.name for path in (place / "other").iterdir()] == ["old"]


@needs_landlock
@pytest.mark.parametrize(
    ("program", "works"),
    [
        ("Path('own', 'old').rename('other/moved')", False),
        ("Path('other', 'old').rename('own/moved')", False),
        ("Path('own', 'folder').mkdir(); Path('own', 'old').rename('own/folder/moved')", True),
        ("Path('own', 'way').symlink_to('../other'); Path('own', 'way', 'new').touch()", False),
        ("Path('own', '..', 'other', 'new').touch()", False),
        ("Path('file').write_text('x'); Path('/dev/null').write_text('x')", True),
        ("print(Path('other', 'old').read_text())", True),
    ],
)
def test_no_way_leads_out(place: Path, program: str, works: bool) -> None:
    done = confined(place, program)
    assert (done.returncode == 0) is works, done.stderr
    assert works or "Permission denied" in done.stderr or "cross-device" in done.stderr


@needs_landlock
def test_threads_that_start_later_are_confined_too(place: Path) -> None:
    program = "t = threading.Thread(target=lambda: Path('other', 'new').touch()); t.start(); t.join()"
    assert "Permission denied" in confined(place, program).stderr
    assert not (place / "other" / "new").exists()


@needs_landlock
def test_a_program_that_fails_confined_alone_is_found_before(place: Path) -> None:
    """As Docker's command does that is a snap; this process itself stays as it was."""
    with confinement.confinement([place / "own"]) as prepared:
        assert prepared.works_for(["touch", str(place / "own" / "new")])
        assert not prepared.works_for(["touch", str(place / "other" / "new")])
        assert not prepared.works_for([str(place / "no such program")])
    (place / "other" / "new").touch()


@pytest.mark.parametrize("known", [0, 1])
def test_a_kernel_without_it_is_told(monkeypatch: pytest.MonkeyPatch, known: int) -> None:
    monkeypatch.setattr(confinement, "version", lambda: known)
    assert not confinement.is_there()
    with pytest.raises(Unconfined), confinement.confinement([]):
        pass


def test_another_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confinement.version() == 0


@needs_landlock
def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unconfined), confinement.confinement([tmp_path / "nowhere"]):
        pass


class Refusing:
    """A confinement in which Docker's command does not work."""

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def works_for(self, words: object) -> bool:
        return False


def nothing(_paths: object) -> Refusing:
    raise Unconfined("none")


@pytest.mark.parametrize(
    ("found", "why"),
    [(nothing, "system"), (lambda _paths: Refusing(), "docker")],
    ids=["no Landlock", "a Docker that does not work confined"],
)
def test_a_run_goes_on_unconfined_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Callable[[object], Any], why: str
) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(least_writes, "confinement", found)
    config: Any = SimpleNamespace(option=SimpleNamespace(report_dir=tmp_path), stash=pytest.Stash())
    confine(config)
    assert config.stash[UNCONFINED] == why
    assert unconfined(Environment(unconfined=why)).startswith("no: ")
    (tmp_path / "still").touch()


@pytest.mark.parametrize("form", ["html", "md"])
def test_a_report_says_that_nothing_kept_the_run(tmp_path: Path, form: str) -> None:
    graded = report("it failed")
    told = "from writing outside its own folders"
    assert told not in render(graded, FORMS[form], tmp_path)
    graded.environment.unconfined = "system"
    shown = render(graded, FORMS[form], tmp_path)
    assert told in shown
    assert "no: the system has no Landlock" in shown


PROBE = """
from pathlib import Path

def pytest_runtest_setup():
    try:
        Path({target!r}).touch()
    except PermissionError:
        Path({report!r}, "refused").write_text("kept from it")
"""


@needs_landlock
@pytest.mark.parametrize(("docker", "confines"), [("exit 0", True), ("exit 1", False)])
def test_a_graded_run_is_confined_if_docker_works_so(tmp_path: Path, docker: str, confines: bool) -> None:
    folder, out, target = submission(tmp_path), tmp_path / "out", tmp_path / "target"
    for name, text in (("docker", f"#!/bin/sh\n{docker}\n"), ("probe.py", PROBE)):
        path = tmp_path / "path" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            text.replace("{target!r}", repr(str(target))).replace("{report!r}", repr(str(out))), "utf-8"
        )
        path.chmod(0o755)
    environment = {name: str(tmp_path / "path") for name in ("PATH", "PYTHONPATH")}
    environment |= {name: str(tmp_path / "own") for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    command = (BIN / "pytest", "-m", "s11_5", "-p", "probe", "--submission", folder, "--report-dir", out)
    wanted = [tmp_path / "wanted" / name for name in ("junit.xml", "log")]
    options = (f"--junit-xml={wanted[0]}", f"--log-file={wanted[1]}")
    done = run(tmp_path, *command, *options, **environment)
    assert (out / "refused").exists() is confines, done.stdout + done.stderr
    assert target.exists() is not confines
    assert all(path.exists() for path in wanted)
