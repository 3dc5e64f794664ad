"""The commands ``kubegrade faulty`` and ``kubegrade record``, with runs that no cluster plays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from fixtures.faults import catalogue, commands, recording, runs, update
from fixtures.faults.judging import Outcome
from fixtures.faults.model import Fault
from grading.errors import InfrastructureError
from tests.selfcheck import reports
from tests.selfcheck.cluster.runs import REFERENCE


def play(patch: pytest.MonkeyPatch, problems: dict[str, str]) -> list[tuple[list[str], Any]]:
    """Replace the runs of faults; return what was asked for."""
    asked: list[tuple[list[str], Any]] = []

    def grade_all(faults: Iterable[Fault], *options: Any) -> Iterator[Outcome]:
        chosen = list(faults)
        asked.append(([fault.id for fault in chosen], options))
        for fault in chosen:
            problem = problems.get(fault.id, "")
            yield Outcome(fault.id, problem, ("pods.exec",), (), is_graded=True, duration_s=12.3)

    patch.setattr(runs, "grade_all", grade_all)
    return asked


def test_faults_are_graded_and_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = play(monkeypatch, {"pod-tabs": "does not lose pods.exec\nand more"})
    with pytest.raises(typer.Exit) as caught:
        commands.faulty(["pod-crashes", "pod-tabs"], jobs=3, marker="s11_5", first_slot=2)
    assert caught.value.exit_code == 1
    assert asked == [(["pod-crashes", "pod-tabs"], (3, "s11_5", 2))]
    assert capsys.readouterr().out.splitlines() == [
        "ok    pod-crashes (12 s)",
        "WRONG pod-tabs (12 s)",
        "      does not lose pods.exec",
        "      and more",
        "1 of 2 lose exactly the criteria listed in faults.yaml",
    ]


def test_all_faults_or_those_of_the_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = play(monkeypatch, {})
    for cover_only in (False, True):
        with pytest.raises(typer.Exit) as caught:
            commands.faulty(cover_only=cover_only)
        assert caught.value.exit_code == 0
    (everything, _), (some, _) = asked
    assert everything == list(catalogue.load_faults())
    assert 0 < len(some) < len(everything) / 4


def test_update_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    play(monkeypatch, {})
    written: list[list[str]] = []

    def write(_files: Any, outcomes: dict[str, Outcome]) -> list[str]:
        written.append(list(outcomes))
        return ["pod-tabs"]

    monkeypatch.setattr(update, "update", write)
    with pytest.raises(typer.Exit):
        commands.faulty(["pod-crashes", "pod-tabs"], update=True)
    assert written == [["pod-crashes", "pod-tabs"]]
    assert capsys.readouterr().out.splitlines()[-1] == "changed in faults.yaml: pod-tabs"


@pytest.mark.parametrize("command", [commands.faulty, commands.record])
def test_unknown_names_are_bad_input(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught:
        command(["pod-tabs", "no-such", "nor-this"])
    assert caught.value.exit_code == 4
    assert capsys.readouterr().err == "there is no faulty submission no-such, nor-this\n"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Any, ...]]:
    """Replace runs by ones that leave the evidence of one scenario; return what was asked for."""
    asked: list[tuple[Any, ...]] = []

    def run(submission: Path, marker: str, report_dir: Path, slot: int, criteria: list[str]) -> Any:
        asked.append((submission, marker, slot, criteria))
        (report_dir / "evidence").mkdir(parents=True)
        (report_dir / "evidence" / "pod.json").write_text("{}", "utf-8")
        report = reports.report("because of something")
        first = report.criteria[0].model_copy(update={"id": "pods.exec", "evidence": ["evidence/pod.json"]})
        return report.model_copy(update={"criteria": [first], "outcome": "graded"}), 1

    monkeypatch.setattr(recording, "run", run)
    return asked


def test_fault_is_recorded(recorded: list[tuple[Any, ...]], tmp_path: Path) -> None:
    fault = catalogue.load_faults()["pod-tabs"]
    assert recording.record([fault], 1, None, tmp_path) == [tmp_path / "pod-tabs-pod.json.gz"]
    [(submission, marker, slot, criteria)] = recorded
    assert submission != REFERENCE
    assert (marker, slot) == ("s11_5", 1)
    assert criteria == ["pods.declared", "pods.running", "pods.exec", "pods.not-replaced"]
    both = [fault, catalogue.load_faults()["cluster-two-agents"]]
    recording.record(both, 1, None, tmp_path)
    assert recorded[1][1:] == ("s11_5 or s11_4", 1, ["clusters.created", *criteria])


def test_reference_is_recorded(recorded: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert recording.record([], 2, None, tmp_path) == [tmp_path / "reference-pod.json.gz"]
    assert recording.record([], 2, "s11_5", tmp_path) == [tmp_path / "reference-pod.json.gz"]
    assert recorded == [(REFERENCE, "chapter11 or introlab", 2, []), (REFERENCE, "s11_5", 2, [])]


def test_run_without_a_verdict_is_not_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = reports.report("because of something").model_copy(
        update={"outcome": "incomplete", "reason": "Docker is gone"}
    )
    monkeypatch.setattr(recording, "run", lambda *_arguments: (broken, 3))
    with pytest.raises(InfrastructureError, match="Docker is gone"):
        recording.record([], 1, None, tmp_path)
    assert not list(tmp_path.iterdir())
