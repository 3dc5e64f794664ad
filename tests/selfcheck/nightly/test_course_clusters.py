"""Both courses in one run on their own clusters: the reference, faults, and a manifest that names a node."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import combined
from fixtures.faults.judging import judge
from grading.exercise.loader import load_courses
from grading.report.model import Verdict
from tests.selfcheck.cluster import runs

COURSE = ("--topology", "course")
FAULTS = (
    "cluster-other-name",
    "context-not-returned",
    "commands-pod-in-default",
    "ns-pod-without-namespace",
    "nodeport-other-number",
    "pvc-other-volume",
)
NODE = {"kubernetes.io/hostname": "k3d-storage-lab-agent-0"}


def nothing_is_left() -> None:
    made = [found for exercise in load_courses().exercises for found in [exercise.cluster] if found]
    for cluster in made:
        assert runs.containers(cluster.name) == []
        assert runs.docker("network", "ls", "--quiet", "--filter", f"name=^k3d-{cluster.name}$") == []


def test_reference_earns_everything(tmp_path: Path) -> None:
    run = runs.run(tmp_path / "report", "-m", "chapter11 or introlab", *COURSE)
    assert run.status == 0, run.last_words
    assert len(run.report.selected) == 53
    assert {result.verdict for result in run.report.selected} == {Verdict.PASSED}
    assert run.report.environment.cluster == "dev-cluster, test-cluster, mycluster, storage-lab, demo-cluster"
    nothing_is_left()


def test_faults_lose_what_they_lose_on_the_default_cluster(tmp_path: Path) -> None:
    known = load_faults()
    [fault] = combined([known[name] for name in FAULTS], load_courses())
    build(fault, tmp_path / "submission")
    sections = ("-m", "s11_4 or s11_6 or s11_7 or s11_8 or s11_10")
    run = runs.run(tmp_path / "report", *sections, *COURSE, submission=tmp_path / "submission")
    assert judge(fault, run.report, run.status).problem == ""
    nothing_is_left()


def test_manifests_that_name_a_node_of_the_course(tmp_path: Path) -> None:
    folder = shutil.copytree(runs.REFERENCE, tmp_path / "submission")
    for name in ("pod-with-pvc.yaml", "dynamic-pod.yaml"):
        [path] = folder.rglob(name)
        pod = yaml.safe_load(path.read_text("utf-8"))
        pod["spec"]["nodeSelector"] = NODE
        path.write_text(yaml.safe_dump(pod), "utf-8")
    run = runs.run(tmp_path / "report", "-m", "s11_10", *COURSE, submission=folder)
    assert run.status == 0, run.last_words
    assert run.report.environment.cluster == "storage-lab"
    nothing_is_left()
