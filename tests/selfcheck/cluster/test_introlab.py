"""The introductory lab on the default cluster and on its own."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

from fixtures.claims import Claim
from fixtures.local import own_address
from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.pytest_plugin.reporter import EXIT_NOT_READY
from grading.report.model import Verdict
from tests.selfcheck.cluster import runs

LAB = ("-m", "introlab")
COURSE = (*LAB, "--topology", "course")
SLOT, SLOT_CLUSTER = "--slot=7", "pytest-kubegrade-7"
DEMO = "demo-cluster"


def earns_everything(run: runs.Run) -> None:
    assert run.status == 0, run.last_words
    assert (run.report.score, run.report.max_score) == (100, 100)
    assert {result.chapter for result in run.report.criteria} == {"introlab"}
    assert {result.verdict for result in run.report.criteria} == {Verdict.PASSED}


def nothing_is_left(cluster: str) -> None:
    assert runs.containers(cluster) == []
    assert runs.agents(cluster) == []
    assert runs.docker("network", "ls", "--quiet", "--filter", f"name=^k3d-{cluster}$") == []


def test_on_its_own_cluster(tmp_path: Path) -> None:
    run = runs.run(tmp_path / "report", *COURSE)
    earns_everything(run)
    assert run.report.environment.cluster == DEMO
    nothing_is_left(DEMO)


def test_on_the_default_cluster_after_a_run_that_left_its_agent(tmp_path: Path) -> None:
    earns_everything(runs.run(tmp_path / "1", *LAB, SLOT, "--keep-cluster"))
    made = runs.containers(SLOT_CLUSTER)
    node = docker_agent.join(SLOT_CLUSTER, "kubegrade-agent-left-behind")
    api = Cluster(Claim(SLOT_CLUSTER).kubeconfig)
    api.wait_for("Node", None, node, lambda found: found is not None, 120, "the agent's node")
    api.close()
    assert runs.agents(SLOT_CLUSTER)
    earns_everything(runs.run(tmp_path / "2", *LAB, SLOT, "--keep-cluster"))
    assert sorted(runs.containers(SLOT_CLUSTER)) == sorted(made)
    earns_everything(runs.run(tmp_path / "3", *LAB, SLOT))
    nothing_is_left(SLOT_CLUSTER)


def test_ctrl_c_while_the_agent_joins(tmp_path: Path) -> None:
    process = runs.start(tmp_path / "report", *LAB, SLOT)
    try:
        deadline = time.monotonic() + 240
        while not runs.agents(SLOT_CLUSTER):
            assert process.poll() is None, process.communicate()[0][-4000:]
            assert time.monotonic() < deadline, "no agent was started"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 2, output[-4000:]
    nothing_is_left(SLOT_CLUSTER)


def test_port_of_the_api_taken(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind((own_address(), 6443))
        holder.listen()
        run = runs.run(tmp_path / "report", *COURSE)
    assert run.status == EXIT_NOT_READY, run.last_words
    assert "port 6443" in run.output
    assert str(os.getpid()) in run.output
    nothing_is_left(DEMO)
