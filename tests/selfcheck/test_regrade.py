"""Stored runs judged again: ``kubegrade regrade``."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from grading import renderers
from grading.confinement import version
from grading.exercise.loader import choose_rubric, load_courses
from grading.files import write_text
from grading.regrade import regrade, stored_runs
from grading.renderers.read import UnreadableReport, read_report
from grading.report.model import Report, Verdict
from grading.text.i18n import Language, speaking
from tests.selfcheck.replayed import replay

FAULT = "dep-crash"


@pytest.fixture(autouse=True)
def _no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderers, "write_page", lambda folder: "")  # half a second a run


@pytest.fixture
def _own_rubric() -> Iterator[None]:
    yield
    choose_rubric(None)


def store(report: Report, files: dict[str, Any], folder: Path) -> Path:
    (folder / "evidence").mkdir(parents=True)
    for path, data in files.items():
        write_text(folder / path, json.dumps(data))
    renderers.write_reports(report, folder)
    return folder


@pytest.fixture
def passed(tmp_path: Path) -> Path:
    return store(*replay(REFERENCE, {}), tmp_path / "out" / "passed")


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    fault = load_faults()[FAULT]
    build(fault, tmp_path / "submission")
    recordings = dict.fromkeys(load_courses().playing(fault.files), FAULT)
    return store(*replay(tmp_path / "submission", recordings), tmp_path / "out" / "lost")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def edit(folder: Path, scenario: str, change: dict[str, Any]) -> None:
    path = folder / "evidence" / f"{scenario}.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")


def declare_three(folder: Path) -> None:
    """Let dep.yaml have declared 3 replicas."""
    data = json.loads((folder / "evidence" / "deployment.json").read_text("utf-8"))
    data["manifests"]["dep.yaml"]["data"]["spec"]["replicas"] = 3
    edit(folder, "deployment", data)


@pytest.mark.parametrize("name", ["passed", "lost"])
def test_what_is_judged_the_same_is_left_as_it_is(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    before = content(folder)
    run = regrade(folder)
    assert (run.is_changed, run.changes, run.kept, list(run.lines())) == (False, (), (), [])
    assert content(folder) == before


def test_neither_the_submission_nor_a_cluster_is_needed(lost: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "submission")
    assert not regrade(lost).is_changed
    report = read_report(lost / "report.json")
    assert {r.id for r in report.selected if r.verdict.is_lost} == set(load_faults()[FAULT].loses)


def test_a_verdict_that_changes_is_told_with_its_reason(passed: Path) -> None:
    declare_three(passed)
    run = regrade(passed)
    (change,) = run.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before.verdict, change.after.verdict) == (Verdict.PASSED, Verdict.FAILED)
    (line,) = run.lines()
    assert "deployments.declared: passed 2/2 → failed 0/2: dep.yaml" in line
    report = read_report(passed / "report.json")
    assert report.score == 98
    assert "deployments.declared" in (passed / "report.md").read_text("utf-8")


def test_what_is_about_the_run_stays(passed: Path) -> None:
    before = read_report(passed / "report.json")
    declare_three(passed)
    after = regrade(passed).report
    for field in ("submission", "started", "duration_s", "environment", "lang"):
        assert getattr(after, field) == getattr(before, field)
    assert [r.duration_s for r in after.criteria] == [r.duration_s for r in before.criteria]


def test_the_place_of_a_new_loss_is_shown_with_its_text(passed: Path) -> None:
    declare_three(passed)
    report = regrade(passed).report
    result = next(r for r in report.criteria if r.id == "deployments.declared")
    assert result.verdict is Verdict.FAILED
    assert str(result.location) == "dep.yaml:6"
    assert "replicas: 2" in report.sources["dep.yaml"]


@pytest.mark.usefixtures("_own_rubric")
def test_a_rubric_of_ones_own_counts(passed: Path, tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(
        "version: own\ncriteria: {rolling.surge: {points: 6}, pods.exec: {left_out: true}}\n", "utf-8"
    )
    choose_rubric(path)
    report = regrade(passed).report
    assert (report.score, report.max_score) == (102, 102)
    assert report.rubric == "chapter11 1.1+own"
    assert "pods.exec" not in {result.id for result in report.criteria}
    choose_rubric(None)
    again = regrade(passed).report
    assert (again.score, again.max_score, again.rubric) == (100, 100, "chapter11 1.1")


@pytest.mark.parametrize("data", [None, "{", "[]", "{}", '{"version": "kubegrade/evidence/v1"}'])
def test_without_evidence_a_verdict_is_kept(lost: Path, data: str | None) -> None:
    path = lost / "evidence" / "deployment.json"
    if data is None:
        path.unlink()
    else:
        path.write_text(data, "utf-8")
    run = regrade(lost)
    assert run.changes == ()
    assert "deployments.declared" in run.kept
    assert read_report(lost / "report.json").score == run.report.score
    assert "no evidence that this version can read: deployments.declared" in list(run.lines())[-1]


def test_a_report_keeps_its_language(tmp_path: Path) -> None:
    with speaking(Language.NL):
        folder = store(*replay(REFERENCE, {}), tmp_path / "nl")
    declare_three(folder)
    report = regrade(folder).report
    assert report.lang is Language.NL
    lost = next(r for r in report.criteria if r.id == "deployments.declared")
    assert str(lost.rationale) == "dep.yaml: spec.replicas verschilt van de cursus"


def test_a_folder_of_runs(passed: Path, lost: Path) -> None:
    assert stored_runs(passed.parent) == [lost, passed]
    assert stored_runs(passed) == [passed]
    with pytest.raises(UnreadableReport, match=r"no report\.json in it"):
        stored_runs(passed / "evidence")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grading.cli", "regrade", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def test_the_command(passed: Path, lost: Path) -> None:
    declare_three(passed)
    done = run(passed.parent)
    assert done.returncode == 0, done.stderr
    assert "deployments.declared: passed 2/2 → failed 0/2" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 of 2 runs changed"
    assert run(passed.parent).stdout == "0 of 2 runs changed\n"
    (lost / "report.json").write_text("{}", "utf-8")
    assert run(passed.parent).returncode == 4
    assert run(passed / "evidence").returncode == 4
    assert run(passed, "--rubric", passed / "report.md").returncode == 4


@pytest.mark.skipif(version() < 2, reason="this kernel has no Landlock")
def test_a_run_that_is_a_link_to_elsewhere_is_not_written(passed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    passed.rename(elsewhere)
    passed.symlink_to(elsewhere)
    declare_three(elsewhere)
    before = (elsewhere / "report.json").read_bytes()
    done = run(passed.parent)
    assert done.returncode == 3, done.stderr
    assert "report.json could not be written: Permission denied" in done.stdout
    assert (elsewhere / "report.json").read_bytes() == before
