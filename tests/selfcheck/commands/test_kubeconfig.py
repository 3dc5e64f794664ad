"""A private kubeconfig has the names of the course."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grading.evidence.commands import ContextEntry
from grading.runner.commands.kubeconfig import PrivateKubeconfig


@pytest.fixture
def kubeconfig(tmp_path: Path) -> PrivateKubeconfig:
    return PrivateKubeconfig(tmp_path / "kubeconfig")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "admin"
    data = {"clusters": [{"cluster": {"server": "https://x"}}], "users": [{"user": {"client-key-data": "k"}}]}
    path.write_text(yaml.safe_dump(data), "utf-8")
    return path


def test_it_is_for_its_owner_alone(kubeconfig: PrivateKubeconfig) -> None:
    assert kubeconfig.path.stat().st_mode & 0o077 == 0


def test_a_cluster_is_named_as_k3d_does(kubeconfig: PrivateKubeconfig, source: Path) -> None:
    kubeconfig.add("dev-cluster", source, switch=True)
    state = kubeconfig.state()
    assert state.current == "k3d-dev-cluster"
    assert state.clusters == ["k3d-dev-cluster"]
    assert state.users == ["admin@k3d-dev-cluster"]
    assert state.context == ContextEntry(cluster="k3d-dev-cluster", user="admin@k3d-dev-cluster")


def test_a_context_keeps_what_commands_wrote_when_its_cluster_is_bound(
    kubeconfig: PrivateKubeconfig, source: Path
) -> None:
    kubeconfig.add("dev-cluster", None, switch=True)
    text = kubeconfig.path.read_text("utf-8").replace(
        "user: admin@k3d-dev-cluster\n", "user: admin@k3d-dev-cluster\n    namespace: dev\n"
    )
    kubeconfig.path.write_text(text, "utf-8")
    kubeconfig.bind("dev-cluster", source)
    context = kubeconfig.state().context
    assert context is not None
    assert context.namespace == "dev"
    assert "https://x" in kubeconfig.path.read_text("utf-8")


@pytest.mark.parametrize("name", ["2024-01-01", "1e3", "null", "on", "0x1"])
def test_a_name_is_a_text(kubeconfig: PrivateKubeconfig, name: str) -> None:
    contexts = f"contexts:\n- name: {name}\n  context: {{cluster: {name}}}\n"
    text = f"{contexts}current-context: {name}\nclusters: null\n"
    kubeconfig.path.write_text(text, "utf-8")
    state = kubeconfig.state()
    assert state.current == name
    assert state.contexts == {name: ContextEntry(cluster=name)}
    assert state.clusters == []


def test_another_context_becomes_current_when_a_cluster_goes(
    kubeconfig: PrivateKubeconfig, source: Path
) -> None:
    kubeconfig.add("a", source, switch=True)
    kubeconfig.add("b", source, switch=True)
    kubeconfig.remove("b")
    assert kubeconfig.state().current == "k3d-a"
    kubeconfig.remove("a")
    assert kubeconfig.state().current == ""
