"""Sections on the clusters of the course: nobody's own is touched, and an interrupted run leaves none."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import k3d
from fixtures.airgap.kit import load_kit
from fixtures.environment import use
from grading.pytest_plugin.reporter import EXIT_INCOMPLETE
from grading.report.model import Verdict
from tests.selfcheck.cluster import runs

COURSE = ("--topology", "course")
OWN = "demo-cluster"


@pytest.fixture
def own_cluster() -> Iterator[list[str]]:
    """A cluster demo-cluster as somebody makes it by hand, without a load balancer to start sooner."""
    kit = load_kit()
    environment = dict(os.environ)
    use(kit, environment)
    command = [str(kit.k3d), "cluster", "create", OWN, "--no-lb", "--image", kit.node_image]
    command += ["--kubeconfig-update-default=false", "--timeout=180s"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    yield sorted(runs.containers(OWN))
    subprocess.run([str(kit.k3d), "cluster", "delete", OWN], env=environment, check=True, capture_output=True)


def test_somebodys_own_cluster_is_left_alone_and_stops_its_section_alone(
    tmp_path: Path, own_cluster: list[str]
) -> None:
    run = runs.run(tmp_path / "report", "-m", "s11_8 or introlab", *COURSE)
    assert run.status == EXIT_INCOMPLETE, run.last_words
    graded = [result for result in run.report.selected if result.section == "11.8"]
    assert {result.verdict for result in graded} == {Verdict.PASSED}, run.last_words
    for result in run.report.selected:
        if result.section != "11.8":
            assert result.verdict is Verdict.ERROR
            assert result.earned is None
            assert f"k3d cluster delete {OWN}" in result.rationale
    assert run.report.environment.cluster == "mycluster"
    assert sorted(runs.containers(OWN)) == own_cluster
    running = runs.docker("ps", "--quiet", "--filter", f"label=k3d.cluster={OWN}")
    assert sorted(running) == own_cluster
    with pytest.raises(k3d.ClusterTrouble, match="did not create"):
        k3d.delete(load_kit().k3d, OWN)
    assert sorted(runs.containers(OWN)) == own_cluster
    assert runs.containers("mycluster") == []


def test_ctrl_c_while_two_clusters_are_made(tmp_path: Path) -> None:
    names = ("mycluster", "storage-lab")
    process = runs.start(tmp_path / "report", "-m", "s11_8 or s11_10", *COURSE)
    try:
        deadline = time.monotonic() + 240
        while not all(map(runs.containers, names)):
            assert process.poll() is None, process.communicate()[0][-4000:]
            assert time.monotonic() < deadline, "no clusters were made"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output[-4000:]
    for name in names:
        assert runs.containers(name) == []
        assert runs.docker("network", "ls", "--quiet", "--filter", f"name=^k3d-{name}$") == []
