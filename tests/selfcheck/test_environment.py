"""Nothing that the user has set for other purposes reaches the programs of a graded run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fixtures import environment as settled
from fixtures.airgap import docker, paths
from fixtures.airgap.docker import Engine
from fixtures.airgap.kit import Kit
from grading.cluster.kubectl import Kubectl
from tests.selfcheck.kits import released_kit

HOSTILE = {
    "K3D_IMAGE_LOADBALANCER": "theirs",
    "K3D_FIX_DNS": "1",
    "KUBECTL_PORT_FORWARD_WEBSOCKETS": "true",
    "KUBECONFIG": "a:b",
    "DOCKER_DEFAULT_PLATFORM": "linux/s390x",
    "DOCKER_CONTENT_TRUST": "1",
    "GODEBUG": "http2debug=2",
}
KEPT = {
    "DOCKER_HOST": "unix:///x",
    "DOCKER_CONTEXT": "mine",
    "DOCKER_CONFIG": "/c",
    "HTTPS_PROXY": "http://p",
}


@pytest.fixture
def kit() -> Kit:
    return released_kit(environment={"K3D_IMAGE_LOADBALANCER": "ours"})


def use(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, endpoint: str, system: str, **given: str
) -> dict[str, str]:
    monkeypatch.setattr(docker, "endpoint", lambda: endpoint)
    monkeypatch.setattr(docker, "engine", lambda: Engine(system, "6.12", 8_000_000_000, is_rootless=False))
    environment = {"PATH": "/bin", **given}
    settled.use(kit, environment)
    return environment


def test_what_is_for_other_purposes_is_gone(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    made = use(kit, monkeypatch, "unix:///var/run/docker.sock", "Debian", **HOSTILE, **KEPT)
    assert made["K3D_IMAGE_LOADBALANCER"] == "ours"
    # k3d writes it anew: no device, and none of the user's files.
    assert made["KUBECONFIG"] == str(paths.private_kubeconfig())
    assert not made.keys() & (HOSTILE.keys() - {"K3D_IMAGE_LOADBALANCER", "KUBECONFIG"})
    assert made.items() >= KEPT.items()
    assert "DOCKER_SOCK" not in made


@pytest.mark.parametrize(
    ("endpoint", "system", "platform", "socket"),
    [
        ("unix:///run/user/1/docker.sock", "Debian", "linux", "/run/user/1/docker.sock"),
        ("unix:///home/me/.docker/desktop/docker.sock", "Docker Desktop", "linux", None),
        ("unix:///Users/me/.colima/docker.sock", "Alpine", "darwin", None),
        ("tcp://127.0.0.1:2375", "Debian", "linux", None),
        ("", "Debian", "linux", None),
    ],
)
def test_k3d_mounts_the_socket_of_the_daemon_that_is_used(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, endpoint: str, system: str, platform: str, socket: str | None
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert use(kit, monkeypatch, endpoint, system).get("DOCKER_SOCK") == socket
    given = use(kit, monkeypatch, endpoint, system, DOCKER_SOCK="/their/own.sock")
    assert given["DOCKER_SOCK"] == "/their/own.sock"


def test_kubectl_reads_nothing_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\nenv\n", "utf-8")
    program.chmod(0o755)
    for name in ("KUBECACHEDIR", "KUBERC", "KUBECTL_KUBERC", "LC_ALL", "LANG"):
        monkeypatch.setenv(name, "theirs")
    kubectl = Kubectl(tmp_path / "k.kubeconfig", program=str(program))
    for output in (kubectl.run("get", "pods"), kubectl.apply("default", "{}")):
        seen = dict(line.partition("=")[::2] for line in output.stdout.splitlines())
        assert seen["KUBECACHEDIR"] == str(tmp_path / "k.cache")
        assert (seen["KUBERC"], seen["KUBECTL_KUBERC"], seen["LC_ALL"]) == ("off", "false", "C")
