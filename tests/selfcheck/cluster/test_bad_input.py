"""What keeps a run from starting: one clear message, the right exit status, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from fixtures.airgap.kit import load_kit
from grading.pytest_plugin.reporter import EXIT_NOT_READY
from tests.selfcheck.cluster import runs

SLOT, PORT, CLUSTER = "--slot=8", 30058, "pytest-kubegrade-8"


def _one_message(result: runs.Run, *words: str) -> None:
    for word in words:
        assert word in result.output, result.last_words
    assert "Traceback" not in result.output, result.last_words
    assert "INTERNALERROR" not in result.output, result.last_words


def test_port_taken(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("0.0.0.0", PORT))  # noqa: S104 - where k3d publishes ports
        holder.listen()
        result = runs.run(tmp_path / "report", SLOT)
    assert result.status == EXIT_NOT_READY, result.last_words
    _one_message(result, f"port {PORT}", str(os.getpid()))
    assert result.report.score is None
    assert runs.containers(CLUSTER) == []


def test_k3d_fails_in_its_own_words(tmp_path: Path) -> None:
    kit = load_kit()
    broken = kit.model_copy(update={"node_image": "kubegrade/does-not-exist:1"})
    cache = tmp_path / "cache" / "kubegrade"
    cache.mkdir(parents=True)
    (cache / "kit.json").write_text(broken.model_dump_json(), "utf-8")
    shutil.copytree(kit.binaries, cache / "bin", symlinks=True)
    result = runs.run(tmp_path / "report", SLOT, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert result.status == EXIT_NOT_READY, result.last_words
    _one_message(result, "k3d could not create the cluster", "does-not-exist")
    assert runs.containers(CLUSTER) == []


def test_no_docker(tmp_path: Path) -> None:
    result = runs.run(tmp_path / "report", SLOT, DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert result.status == EXIT_NOT_READY, result.last_words
    _one_message(result, "Docker")


def test_nothing_set_up(tmp_path: Path) -> None:
    result = runs.run(tmp_path / "report", SLOT, XDG_CACHE_HOME=str(tmp_path / "empty"))
    assert result.status == EXIT_NOT_READY, result.last_words
    _one_message(result, "kubegrade setup")
    assert json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))["outcome"] == "incomplete"


@pytest.mark.parametrize("content", [None, ""])
def test_no_submission(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "submission"
    if content is not None:
        folder.mkdir()
        (folder / "notes.txt").write_text(content, "utf-8")
    result = runs.run(tmp_path / "report", SLOT, submission=folder)
    assert result.status == 4, result.last_words
    _one_message(result, str(folder))
    assert not (tmp_path / "report" / "report.json").exists()
