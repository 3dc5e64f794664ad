"""What a report tells about files that are graded although the course names them otherwise."""

from pathlib import Path

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading.exercise.loader import load_courses
from grading.precheck import check_folder
from grading.report.model import Report
from tests.selfcheck.replayed import replay

FAULTS = load_faults()


def report(name: str, folder: Path, prefix: str) -> Report:
    build(FAULTS[name], folder / name)
    recordings = dict.fromkeys(load_courses().playing(FAULTS[name].files), name)
    criteria = {criterion for criterion in load_courses().criteria if criterion.startswith(prefix)}
    return replay(folder / name, recordings, criteria=criteria)[0]


def remarks(report: Report) -> dict[str, list[str]]:
    return {found.id: found.rationale.split("; ") for found in report.selected if found.rationale}


def test_the_criterion_of_a_file_tells_the_name_of_it(tmp_path: Path) -> None:
    found = report("pod-file-yml", tmp_path, "pods.")
    words = "second-pod.yml is graded as second-pod.yaml, the name that the course gives it"
    assert remarks(found) == {"pods.declared": [words]}


def test_what_no_criterion_declares_is_told_once(tmp_path: Path) -> None:
    found = report("services-other-names", tmp_path, "services.")
    told = remarks(found)
    assert list(told) == ["services.clusterip.declared", "services.nodeport.declared"]
    graded = [words.split(" is graded as ")[0] for words in told["services.clusterip.declared"]]
    assert graded == [
        "svc-1.yaml",
        "12345_67890_svc_nginx.yaml",
        "Services_jan_attempt_2026-11-20-23-50-01_svc-deb.yml",
    ]
    assert [words.split(" is graded as ")[0] for words in told["services.nodeport.declared"]] == [
        "nodeport - Copy.yaml"
    ]


def test_what_kubectl_warned_of_is_told_with_its_line(tmp_path: Path) -> None:
    found = report("ns-warned", tmp_path, "namespaces.")
    (told,) = remarks(found).values()
    words = "duplicate port definition with spec.containers[0].ports[0]"
    assert f"ns-pod.yaml:12: kubectl warns: spec.containers[0].ports[1]: {words}" in told


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if not fault.loses])
def test_what_loses_nothing_is_told_to_cost_nothing(name: str, tmp_path: Path) -> None:
    build(FAULTS[name], tmp_path / name)
    assert [str(found.problem) for found in check_folder(tmp_path / name) if found.costs] == []
