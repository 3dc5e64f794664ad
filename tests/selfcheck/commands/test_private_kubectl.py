"""A kubectl that does not end: by a submission's deed, or because the cluster does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading import timeouts
from grading.errors import InfrastructureError
from grading.runner.commands.private_kubectl import KILLED, PrivateKubectl


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateKubectl:
    monkeypatch.setattr(timeouts, "COMMAND", 0.3)
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\necho begun\nexec sleep 60\n", "utf-8")
    program.chmod(0o755)
    return PrivateKubectl(program, tmp_path, tmp_path / "kubeconfig")


def test_what_may_wait_is_killed_and_the_commands_go_on(stuck: PrivateKubectl) -> None:
    output = stuck.run(["get", "pods", "-w"], waits=True)
    assert (output.status, output.stdout) == (KILLED, "begun\n")


def test_what_waits_for_the_cluster_alone_is_the_clusters_fault(stuck: PrivateKubectl) -> None:
    with pytest.raises(InfrastructureError, match="kubectl"):
        stuck.run(["run", "nginx-pod", "--image=nginx"], waits=False)
