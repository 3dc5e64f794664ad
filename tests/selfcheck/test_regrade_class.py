"""A class judged again: ``kubegrade regrade OUT``."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from grading.exercise.loader import load_courses
from grading.exercise.overlay import overlaid
from grading.gradebook.errors import GradebookError
from grading.gradebook.model import LOCK
from grading.gradebook.read_class import read_class
from grading.gradebook.subject import subject
from grading.regrade import regrade_folder
from tests.selfcheck.classes import made, write

STUDENTS = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made(STUDENTS), tmp_path_factory.mktemp("classes") / "class")


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "class"))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grading.cli", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def rubric(folder: Path, text: str) -> Path:
    path = folder / "rubric.yaml"
    path.write_text(text, "utf-8")
    return path


def key_of(out: Path, number: int) -> str:
    keys: list[str] = [
        entry["key"] for entry in json.loads((out / "class.json").read_text("utf-8"))["entries"]
    ]
    return next(key for key in keys if key.endswith(f"-{number}"))


def grades(out: Path) -> dict[str, float | None]:
    return {entry.entry.key: entry.final for entry in read_class(out).entries}


def declare_three(folder: Path) -> None:
    """Let dep.yaml have declared 3 replicas."""
    path = folder / "evidence" / "deployment.json"
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    data["manifests"]["dep.yaml"]["data"]["spec"]["replicas"] = 3
    path.write_text(json.dumps(data), "utf-8")


def test_what_is_judged_the_same_stays_and_the_rest_is_written(out: Path) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    told: list[str] = []
    outcome = regrade_folder(out, None, told.append)
    assert (outcome.number, outcome.changed, outcome.unreadable, told) == (10, 0, [], [])
    assert not outcome.is_complete  # two of them have no score
    assert {path: path.read_bytes() for path in before} == before
    assert "<table" in (out / "class.html").read_text("utf-8")
    rows = list(csv.reader((out / "gradebook.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == 1 + sum(len(entry.entry.persons) for entry in read_class(out).entries)


def test_a_change_is_told_by_student_and_counts_everywhere(out: Path) -> None:
    key = key_of(out, 0)
    declare_three(out / "submissions" / key)
    before = grades(out)[key]
    done = run("regrade", out)
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(
        f"{out}/submissions/{key}: deployments.declared: passed 2/2 → failed 0/2: dep.yaml"
    )
    assert lines[1] == "1 of 10 runs changed"
    assert before is not None
    assert grades(out)[key] == before - 2
    assert "dep.yaml: spec.replicas differs from the course" in (out / "class.html").read_text("utf-8")
    html = (out / "submissions" / key / "report.html").read_text("utf-8")
    assert "98 / 100" in html
    assert run("regrade", out).stdout == "0 of 10 runs changed\n"


def test_a_rubric_counts_for_reports_record_gradebook_and_page(out: Path, tmp_path: Path) -> None:
    own = rubric(
        tmp_path,
        "version: own\ncriteria: {rolling.surge: {points: 6}}\nlate: {penalty_per_day: 50}\n",
    )
    late = key_of(out, 2)
    before = read_class(out)
    done = run("regrade", out, "--rubric", own)
    assert done.returncode == 3, done.stderr
    assert "the class is now judged with chapter11 1.1+own instead of chapter11 1.1" in done.stdout
    assert done.stdout.splitlines()[-1] == "10 of 10 runs changed"
    assert 'late penalty: {"penalty_per_day":50.0,' in done.stdout
    now = read_class(out)
    assert (now.record.rubric, now.record.max_score) == ("chapter11 1.1+own", 103)
    assert now.record.late.penalty_per_day == 50
    # Who is graded by it from now on is graded like the others, and they are not graded again.
    about = subject("chapter11", overlaid(load_courses(), own))
    assert now.record.rubric_digest == about.digest
    assert now.record.ledger_digest == before.record.rubric_digest
    assert {entry.entry.key for entry in now.entries if entry.final is not None} == {
        entry.entry.key for entry in before.entries if entry.final is not None
    }
    assert next(entry for entry in now.entries if entry.entry.key == late).final == 0
    assert "of 103 points" in (out / "class.html").read_text("utf-8")
    # Without a rubric the points are the courses' own again; what lateness costs is not theirs.
    assert run("regrade", out).returncode == 3
    again = read_class(out)
    assert (again.record.rubric, again.record.max_score) == ("chapter11 1.1", 100)
    assert again.record.late.penalty_per_day == 50
    # Neither is it that of a rubric that says nothing of it.
    points = rubric(tmp_path, "version: points\ncriteria: {rolling.surge: {points: 6}}\n")
    done = run("regrade", out, "--rubric", points)
    assert "lateness" not in done.stdout
    assert read_class(out).record.late.penalty_per_day == 50


def test_a_class_in_the_middle_of_its_run(out: Path) -> None:
    shutil.rmtree(out / "submissions" / key_of(out, 0))
    (out / "submissions" / key_of(out, 6) / "report.json").write_text('{"schema": 1}', "utf-8")
    done = run("regrade", out)
    assert done.returncode == 4
    assert done.stdout.splitlines() == ["1 submission is not graded yet", "0 of 9 runs changed"]
    assert 'its "schema" is 1' in done.stderr
    page = (out / "class.html").read_text("utf-8")
    assert "not graded yet" in page


def test_of_nobody_there_is_a_report_yet(out: Path) -> None:
    shutil.rmtree(out / "submissions")
    outcome = regrade_folder(out, None, lambda _line: None)
    assert (outcome.number, outcome.changed, outcome.is_complete) == (0, 0, True)
    assert (out / "class.html").is_file()


def test_not_while_another_run_grades_into_it(out: Path) -> None:
    with FileLock(out / LOCK), pytest.raises(GradebookError, match="Another run is writing its results"):
        regrade_folder(out, None, lambda _line: None)


def test_a_gradebook_that_cannot_be_written(out: Path) -> None:
    (out / "gradebook.csv").mkdir()
    done = run("regrade", out)
    assert done.returncode == 3
    assert "gradebook.csv could not be written" in done.stdout


def test_another_version_of_a_class(out: Path) -> None:
    (out / "class.json").write_text('{"schema": "kubegrade/class/v9"}', "utf-8")
    done = run("regrade", out)
    assert done.returncode == 4
    assert "kubegrade/class/v9" in done.stderr


def test_the_command_for_the_page(out: Path) -> None:
    done = run("class-page", out)
    assert (done.returncode, done.stdout) == (0, f"{out}/class.html\n")
    done = run("class-page", out, "--anonymous")
    assert (done.returncode, done.stdout) == (0, f"{out}/class-anonymous.html\n")
    assert run("class-page", out / "submissions").returncode == 4
