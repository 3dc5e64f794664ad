"""What is told of a machine: its kernel, its limits, its memory and its kind of Docker."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from fixtures.airgap import docker, kernel, machine, packages
from fixtures.airgap.docker import Engine
from fixtures.airgap.findings import Finding, ready
from tests.selfcheck.airgap.conftest import FakeProgram

HERE = Engine("RHEL 10", platform.release(), 16_000_000_000, is_rootless=False)
DESKTOP = replace(HERE, system="Docker Desktop", kernel="6.10.14-linuxkit")


class World:
    """A machine on which all is as it should be, until a test says otherwise."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._inotify = folder / "max_user_instances"
        monkeypatch.setattr(machine, "_INOTIFY", self._inotify)
        monkeypatch.setattr(sys, "platform", "linux")
        self.podman(False)
        self.engine(HERE)
        self.lacks([])
        self.rhel(False)
        self.watches("1024\n")
        self.memory(8e9, 6e9)

    def engine(self, engine: Engine | None) -> None:
        self._patch.setattr(docker, "engine", lambda: engine)

    def podman(self, found: bool) -> None:
        self._patch.setattr(docker, "is_podman", lambda: found)

    def lacks(self, names: list[str]) -> None:
        self._patch.setattr(kernel, "missing", lambda _release: names)

    def rhel(self, found: bool) -> None:
        self._patch.setattr(packages, "rhel_like", lambda: found)

    def watches(self, text: str) -> None:
        self._inotify.write_text(text, "utf-8")

    def memory(self, total: float, available: float) -> None:
        known = SimpleNamespace(total=int(total), available=int(available))
        self._patch.setattr(psutil, "virtual_memory", lambda: known)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def only() -> Finding:
    [finding] = machine.examine()
    return finding


def test_nothing_is_told_of_a_good_machine(world: World) -> None:
    assert machine.examine() == []
    world.engine(None)
    assert machine.examine() == []


def test_on_rhel_the_package_is_named_and_no_run_can_start(world: World) -> None:
    world.lacks(["xt_comment", "ip_set"])
    world.rhel(True)
    finding = only()
    assert not ready([finding])
    assert finding.found == f"Linux {platform.release()} lacks xt_comment, ip_set"
    assert "sudo dnf install kernel-modules-extra" in finding.todo
    assert "reboot" in finding.todo
    world.engine(None)  # before Docker is there
    assert only() == finding


def test_elsewhere_no_package_is_named_and_a_run_may_start(world: World) -> None:
    world.lacks(["vxlan"])
    finding = only()
    assert ready([finding])
    assert "vxlan" in finding.found
    assert "dnf" not in finding.todo


@pytest.mark.parametrize("engine", [DESKTOP, replace(HERE, kernel="5.14.0-elsewhere")])
def test_where_docker_runs_elsewhere_this_kernel_and_its_limits_do_not_count(
    world: World, engine: Engine
) -> None:
    world.lacks(["vxlan"])
    world.watches("128\n")
    world.memory(2e9, 1e9)
    world.engine(engine)
    assert machine.examine() == []


def test_a_mac_has_no_linux_to_look_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    world.lacks(["vxlan"])
    world.watches("128\n")
    world.engine(None)
    assert machine.examine() == []


@pytest.mark.parametrize(("text", "told"), [("128\n", True), ("511", True), ("512", False), ("", False)])
def test_few_watches_are_told_with_the_command_that_raises_them(world: World, text: str, told: bool) -> None:
    world.watches(text)
    findings = machine.examine()
    assert bool(findings) is told
    if told:
        assert findings[0].found == f"fs.inotify.max_user_instances is {text.strip()}"
        assert "echo fs.inotify.max_user_instances=1024 | sudo tee /etc/sysctl.d/" in findings[0].todo
        assert ready(findings)


@pytest.mark.parametrize(
    ("total", "available", "told"),
    [(3.9e9, 3e9, True), (4e9, 2.5e9, False), (8e9, 2.4e9, True), (16e9, 12e9, False)],
)
def test_little_memory_is_told_as_advice(world: World, total: float, available: float, told: bool) -> None:
    world.memory(total, available)
    findings = machine.examine()
    assert [finding.title for finding in findings] == (["Memory"] if told else [])
    assert ready(findings)
    if told:
        assert findings[0].found == f"{total / 1e9:.1f} GB, {available / 1e9:.1f} GB of it free"


def test_little_memory_of_dockers_own_machine_is_told(world: World) -> None:
    world.engine(replace(DESKTOP, memory=2_000_000_000))
    assert only().found == "2.0 GB for Docker"


def test_podman_and_rootless_docker_are_named(world: World) -> None:
    world.engine(replace(HERE, is_rootless=True))
    assert only().found == "rootless"
    assert ready([only()])
    world.podman(True)
    assert only().found == "the docker command is Podman's"


@pytest.mark.parametrize(
    ("text", "is_rhel"),
    [
        ('ID="rhel"\nID_LIKE="fedora"\n', True),
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', True),
        ("ID=fedora\n", True),
        ("ID=debian\n", False),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', False),
        ("", False),
    ],
)
def test_rhel_and_what_is_made_from_it_are_known(tmp_path: Path, text: str, is_rhel: bool) -> None:
    (tmp_path / "os-release").write_text(text, "utf-8")
    assert packages.rhel_like(tmp_path / "os-release") is is_rhel


def test_the_daemons_machine_is_read_from_docker(fake: FakeProgram, tmp_path: Path) -> None:
    known = {
        "OperatingSystem": "Docker Desktop",
        "KernelVersion": "6.10.14-linuxkit",
        "MemTotal": 8_000_000_000,
        "SecurityOptions": ["name=seccomp,profile=unconfined", "name=rootless"],
    }
    (tmp_path / "info").write_text(json.dumps(known), "utf-8")
    fake("docker", f'[ "$1" = info ] && exec /bin/cat "{tmp_path}/info"')
    assert docker.engine() == Engine("Docker Desktop", "6.10.14-linuxkit", 8_000_000_000, is_rootless=True)
    assert DESKTOP.is_desktop
    assert not HERE.is_desktop


@pytest.mark.parametrize(
    "script",
    ["exit 1", "echo", "echo '[]'", "echo '{}'", """echo '{"KernelVersion": ""}'; exit 1""", "echo '{'"],
)
def test_a_daemon_that_says_nothing_of_its_machine_is_unknown(fake: FakeProgram, script: str) -> None:
    fake("docker", script)
    assert docker.engine() is None
