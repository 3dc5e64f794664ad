"""``kubegrade check`` tells which commands will not be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.precheck import check_folder
from grading.precheck.findings import Finding


def found(folder: Path, text: str) -> list[Finding]:
    (folder / "commands").mkdir()
    (folder / "commands" / "11.6.sh").write_text(text, "utf-8")
    return check_folder(folder, "s11_6")


def test_commands_that_are_played_are_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, "# 11.6\nkubectl config get-contexts\nnano x\n") == []


@pytest.mark.parametrize(
    ("text", "rationale"),
    [
        ("kubeclt get pods", "did you mean kubectl?"),
        ("kubectl edit pod x", "it opens an editor"),
        ("kubectl config use-contxt x", "did you mean use-context?"),
        ("kubectl create ns 'pxl", "has no end"),
        ("$ kubectl get ns\nNAME STATUS", "line 2 looks like output of the terminal"),
        ("kubectl run nginx \u2013image=nginx", "an unusual character"),
    ],
)
def test_what_is_told_costs_nothing(tmp_path: Path, text: str, rationale: str) -> None:
    finding = found(tmp_path, text)[0]
    assert rationale in finding.problem.rationale
    assert not finding.costs
    assert finding.location.file == "commands/11.6.sh"


def test_what_to_type_is_told(tmp_path: Path) -> None:
    finding = found(tmp_path, "\nkubectl run nginx \u2013image=nginx")[0]
    assert finding.location.line == 2
    assert finding.problem.help == "Line 2, column 19 holds EN DASH (U+2013). Type - instead."


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_file_without_commands_costs_points(tmp_path: Path, text: str) -> None:
    finding = found(tmp_path, text)[0]
    assert "is empty" in finding.problem.rationale
    assert finding.costs


def test_a_file_that_is_missing_costs_points(tmp_path: Path) -> None:
    (tmp_path / "11.4.sh").write_text("kubectl get nodes", "utf-8")
    finding = check_folder(tmp_path, "s11_6")[0]
    assert finding.problem.expected == "commands/11.6.sh"
    assert finding.costs
