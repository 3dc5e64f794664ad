"""Clusters in k3d's own words: their configuration, and paths with a blank, by a k3d that only pretends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures import creation, k3d, node_memory
from fixtures.airgap import docker
from fixtures.airgap.docker import Engine
from fixtures.airgap.kit import Kit
from fixtures.claims import Claim
from fixtures.local import EVERYWHERE
from grading.exercise.loader import load_courses
from grading.processes import ProgramError
from tests.selfcheck.kits import released_kit

ADDRESS = "192.168.7.9"
[LAB] = [found for found in [load_courses().exercise_of("introlab").cluster] if found]
FAKE = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> "$LOG"; done
case "$1 $2" in
"kubeconfig get") echo "kubeconfig of $3" ;;
"cluster create") [ -f "$5" ] || { echo "no file $5" >&2; exit 1; } ;;
"--version "*) echo "k3d version v5.8.3" ;;
esac
"""


@pytest.fixture
def kit() -> Kit:
    return released_kit()


@pytest.fixture(autouse=True)
def own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k3d, "own_address", lambda: ADDRESS)


def on(monkeypatch: pytest.MonkeyPatch, system: str | None) -> None:
    engine = None if system is None else Engine(system, "6.12", 8_000_000_000, is_rootless=False)
    monkeypatch.setattr(docker, "engine", lambda: engine)


@pytest.mark.parametrize("system", ["Debian GNU/Linux 12 (bookworm)", None])
def test_the_courses_cluster_has_the_address_of_this_machine(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, system: str | None
) -> None:
    on(monkeypatch, system)
    config = k3d.course_configuration(LAB, kit)
    assert yaml.safe_load(config)["kubeAPI"] == {"hostPort": "6443", "hostIP": ADDRESS, "host": ADDRESS}
    assert (ADDRESS, 6443) in k3d.host_ports(config)


@pytest.mark.parametrize(
    "configured",
    [k3d.course_configuration(LAB, released_kit()), k3d.configuration(released_kit())],
)
def test_every_node_bounds_its_pods(configured: str) -> None:
    arguments = yaml.safe_load(configured)["options"]["k3s"]["extraArgs"]
    bounds = [item for item in arguments if "--kubelet-arg" in item["arg"]]
    assert {item["arg"].partition("=")[2].partition("=")[0] for item in bounds} == {
        "pod-max-pids",
        "container-log-max-files",
        "container-log-max-size",
        "seccomp-default",
    }
    assert all(item["nodeFilters"] == ["server:*", "agent:*"] for item in bounds)


@pytest.mark.parametrize(
    ("memory", "at_once", "limit"),
    [(16 * 2**30, 3, 4 * 2**30), (4 * 2**30, 3, 2 * 2**30), (32 * 2**30, 8, 3 * 2**30)],
)
def test_a_node_takes_a_part_of_the_memory(
    monkeypatch: pytest.MonkeyPatch, memory: int, at_once: int, limit: int
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(docker, "engine", lambda: Engine("Debian", "6.12", memory, is_rootless=False))
    monkeypatch.setattr(node_memory, "run", lambda words, **_options: asked.append(words))
    node_memory.bound_memory(["server", "agent"], at_once)
    assert asked == [
        ["docker", "update", "--memory", str(limit), "--memory-swap", str(limit), "server", "agent"]
    ]


def test_a_docker_without_the_cgroup_of_memory_is_used_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(words: list[str], **_options: object) -> None:
        raise ProgramError(words[0], "exit status 1", "cgroups: memory is not available")

    on(monkeypatch, "Debian")
    monkeypatch.setattr(node_memory, "run", cannot)
    node_memory.bound_memory(["server"], 3)


def test_docker_desktop_has_no_address_of_this_machine(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "Docker Desktop")
    config = k3d.course_configuration(LAB, kit)
    assert yaml.safe_load(config)["kubeAPI"] == {"hostPort": "6443"}
    assert (EVERYWHERE, 6443) in k3d.host_ports(config)


def test_the_default_cluster_asks_docker_nothing(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "engine", lambda: pytest.fail("asked"))
    assert "kubeAPI" not in yaml.safe_load(k3d.configuration(kit))


@pytest.fixture
def blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a blank, and all that is kept below it; a k3d in it that writes its words down."""
    home = tmp_path / "Jan Jansen"
    program = home / "bin" / "k3d"
    program.parent.mkdir(parents=True)
    program.write_text(FAKE, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "the state"))
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return home


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_blank_in_a_path_splits_nothing(blanks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = Claim("pytest-kubegrade")
    config = blanks / "a folder" / "default.yaml"
    config.parent.mkdir()
    config.write_text("name: default\n", "utf-8")
    answers = iter([False, True])
    monkeypatch.setattr(creation.Manager, "ready", lambda _self, _timeout=0, **_more: next(answers))
    monkeypatch.chdir(blanks)
    before = files(blanks)
    creation.create("pytest-kubegrade", config, claim.kubeconfig)
    assert claim.kubeconfig.read_text("utf-8") == "kubeconfig of pytest-kubegrade\n"
    assert claim.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert files(blanks) - before == {claim.kubeconfig.relative_to(blanks).as_posix()}
    words = (blanks.parent / "log").read_text("utf-8").splitlines()
    assert words[words.index("--config") + 1] == str(config)
    assert words[-3:] == ["kubeconfig", "get", "pytest-kubegrade"]


def test_the_librarys_own_way_would_be_split(blanks: Path) -> None:
    """What `Manager._exec` is for; if this fails, the library may have been mended."""
    manager: Any = creation.Manager("pytest-kubegrade")
    with pytest.raises(subprocess.CalledProcessError):
        super(creation.Manager, manager)._exec(["kubeconfig", "get", "x"], timeout=10)


def test_a_k3d_that_fails_keeps_its_words(blanks: Path, tmp_path: Path) -> None:
    ending = 'case "$1" in cluster) echo "FATA[0000] no room" >&2; exit 1 ;; esac\n'
    (blanks / "bin" / "k3d").write_text(FAKE + ending, "utf-8")
    config = tmp_path / "config.yaml"
    config.write_text("name: default\n", "utf-8")
    with pytest.raises(k3d.ClusterTrouble, match="no room"):
        creation.create("pytest-kubegrade", config, Claim("pytest-kubegrade").kubeconfig)


@pytest.mark.parametrize(
    ("configured", "server"),
    [
        (lambda kit: k3d.configuration(kit), "k3d-pytest-kubegrade-server-0"),
        (lambda kit: k3d.configuration(kit, 3), "k3d-pytest-kubegrade-3-server-0"),
        (lambda kit: k3d.course_configuration(LAB, kit), "k3d-demo-cluster-server-0"),
    ],
)
def test_nodes_reach_each_other_without_the_users_proxy(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, configured: Callable[[Kit], str], server: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.school.example:3128")
    on(monkeypatch, None)
    released = kit.model_copy(update={"registry": "k3d-mirror:5000", "fetches": True})
    config = yaml.safe_load(configured(released))
    [direct] = [entry["envVar"] for entry in config["env"] if entry["envVar"].startswith("NO_PROXY=")]
    names = direct.partition("=")[2].split(",")
    assert {server, server.replace("server", "agent"), "k3d-mirror"} < set(names)
