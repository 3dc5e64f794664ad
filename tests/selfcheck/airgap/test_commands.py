"""What the commands say and how they end on machines that lack something, with programs that only pretend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tenacity
import typer
from typer.testing import CliRunner

from fixtures.airgap import commands, daemon, machine, packages, pulling, registry_probe
from fixtures.airgap.errors import DockerMissing, DockerNotRunning, DockerPermission, KitMissing
from fixtures.airgap.findings import Finding
from fixtures.airgap.kit import CourseImage, Kit, Mirror, ensure_ready, load_kit, save_kit
from fixtures.airgap.paths import cache, kit_file
from fixtures.airgap.plan import inputs_fingerprint
from fixtures.clusters import stand_ins
from tests.selfcheck.airgap.conftest import FakeProgram, k3d

DOWN = 'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2; exit 1'
DENIED = 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1'
UP = """case "$1 $2" in
"version --format") echo 28.0.0 ;;
"image inspect") echo '[{"Id": "sha256:a", "RepoTags": ["kubegrade/node:1"]}]' ;;
"container inspect") echo '[{"State": {"Running": true}}]' ;;
esac"""
OFFLINE = """case "$1 $2" in
"version --format") echo 28.0.0 ;;
"pull registry:2") echo "lookup registry-1.docker.io: no such host" >&2; exit 1 ;;
*) echo '[]'; echo "Error: No such image" >&2; exit 1 ;;
esac"""


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    for name in ("setup", "doctor", "teardown", "bundle"):
        app.command(name)(getattr(commands, name))
    return app


@pytest.fixture
def no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_probe, "registry_answers", lambda: False)
    monkeypatch.setattr(pulling, "WAIT", tenacity.wait_none())


@pytest.fixture
def kit(tmp_path: Path, served_whole: None) -> Kit:
    for name in ("k3d", "kubectl"):
        (tmp_path / name).write_text("#!/bin/sh\necho k3d version v5.8.3\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    kit = Kit(
        source="built",
        k3d=tmp_path / "k3d",
        k3d_version="v5.8.3",
        kubectl=tmp_path / "kubectl",
        node_image="kubegrade/node:1",
        node_note="not k3s",
        kubernetes_version="v1.31.4",
        registry="k3d-kubegrade-mirror:5000",
        images=[CourseImage(name="nginx:1.24", stand_in=True, note="nginx 1.22 of Debian 12")],
        also=[
            CourseImage(name="nginx:1.27", stand_in=True, note="nginx 1.26 of Debian 13"),
            CourseImage(name="nginx:1.28", stand_in=True, note="nginx 1.26 of Debian 13"),
        ],
        mirror=Mirror(container="k3d-kubegrade-mirror", image="r", port=1),
        served={"library/nginx:1.24": "sha256:m"},
        loaded={"kubegrade/node:1": "sha256:a"},
        fingerprint=inputs_fingerprint(),
    )
    save_kit(kit)
    return kit


def test_a_ready_machine_is_left_alone(app: typer.Typer, fake: FakeProgram, kit: Kit) -> None:
    fake("docker", UP)
    ensure_ready(load_kit())
    result = CliRunner().invoke(app, ["setup"])
    assert result.exit_code == 0, result.output
    assert "nothing to do" in result.output
    assert "1 of 1 course images are stand-ins" in result.output


def test_doctor_is_content_with_a_ready_machine_and_names_the_stand_ins(
    app: typer.Typer, fake: FakeProgram, kit: Kit
) -> None:
    fake("docker", UP)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "missing" not in result.output
    assert "nginx:1.24: nginx 1.22 of Debian 12" in result.output
    assert "nginx:1.27, nginx:1.28: nginx 1.26 of Debian 13" in result.output
    assert "kubegrade/node:1: not k3s" in result.output


def test_a_report_names_the_courses_stand_ins_and_others_that_a_submission_uses(kit: Kit) -> None:
    named = {f"docker.io/library/{name}" for name in ("nginx:1.24", "nginx:1.28", "httpd:latest")}
    found = stand_ins(kit, named)
    assert [(item.image, item.note) for item in found] == [
        ("rancher/k3s:v1.31.5-k3s1", "not k3s"),
        ("nginx:1.24", "nginx 1.22 of Debian 12"),
        ("nginx:1.28", "nginx 1.26 of Debian 13"),
    ]


@pytest.mark.usefixtures("no_registry", "only_path", "as_user")
def test_doctor_without_docker_tells_the_way_out(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "Docker is not installed" in result.output
    assert "kubegrade setup" in result.output


@pytest.mark.usefixtures("no_registry", "only_path")
def test_doctor_tells_what_is_missing_on_a_system_without_root(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows: there is no os.geteuid."""
    monkeypatch.delattr(os, "geteuid")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2, result.exception
    assert "Docker is not installed" in result.output


@pytest.mark.usefixtures("no_registry")
def test_doctor_does_not_promise_that_setup_replaces_podman(app: typer.Typer, fake: FakeProgram) -> None:
    fake("docker", '[ "$1" = --version ] && echo podman version 5.4.0 && exit 0; exit 125')
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "missing  Docker: The docker command of this machine is Podman's\n" in result.output
    assert "remove podman-docker" in result.output


def test_doctor_shows_advice_and_is_content(
    app: typer.Typer, fake: FakeProgram, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", UP)
    advice = Finding("Memory", True, "3.0 GB, 1.0 GB of it free", "Close other programs.")
    monkeypatch.setattr(machine, "examine", lambda: [advice])
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[1:3] == ["ok       Memory: 3.0 GB, 1.0 GB of it free", "         Close other programs."]


def test_doctor_is_not_content_where_the_kernel_lacks_modules(
    app: typer.Typer, fake: FakeProgram, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", UP)
    monkeypatch.setattr(machine, "examine", lambda: [Finding("Kernel modules", False, "none", "Install.")])
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "missing  Kernel modules: none" in result.output


@pytest.mark.parametrize(
    ("script", "error"), [(None, DockerMissing), (DOWN, DockerNotRunning), (DENIED, DockerPermission)]
)
@pytest.mark.usefixtures("only_path")
def test_each_trouble_with_docker_has_its_own_error(
    fake: FakeProgram, kit: Kit, script: str | None, error: type[Exception]
) -> None:
    if script is not None:
        fake("docker", script)
    with pytest.raises(error):
        ensure_ready(kit)


def test_a_kit_from_before_its_mirror_was_checked_is_made_again(fake: FakeProgram, kit: Kit) -> None:
    fake("docker", UP)
    with pytest.raises(KitMissing, match="made by another version"):
        ensure_ready(kit.model_copy(update={"served": {}}))


def test_a_missing_kit_says_what_to_run() -> None:
    with pytest.raises(KitMissing, match="kubegrade setup"):
        load_kit()


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"format": 99}'])
def test_a_damaged_description_is_as_good_as_none(text: str) -> None:
    kit_file().parent.mkdir(parents=True)
    kit_file().write_text(text, "utf-8")
    with pytest.raises(KitMissing):
        load_kit()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (UP.replace("sha256:a", "sha256:b"), "image kubegrade/node:1"),
        (UP.replace("true", "false"), "mirror registry is not running"),
        (UP.replace('[{"State": {"Running": true}}]', "[]"), "mirror registry is not running"),
    ],
)
def test_a_kit_that_is_not_whole_is_named(fake: FakeProgram, kit: Kit, script: str, words: str) -> None:
    fake("docker", script)
    with pytest.raises(KitMissing, match=words):
        ensure_ready(kit)


@pytest.mark.usefixtures("no_registry", "only_path", "as_user")
def test_setup_without_docker_or_rights_says_what_the_user_must_do(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["setup", "--yes"])
    assert result.exit_code == 2
    assert "Docker is not installed" in result.output
    assert "Install Docker" in result.output
    assert not kit_file().exists()


@pytest.mark.usefixtures("no_registry", "as_user")
def test_setup_without_what_building_needs_says_so(
    app: typer.Typer, fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "debian_like", lambda: True)
    fake("docker", OFFLINE)
    k3d(fake)
    result = CliRunner().invoke(app, ["setup"])
    assert result.exit_code == 2
    assert "the registry cannot be reached" in result.output
    assert "sudo apt-get install mmdebstrap" in result.output
    assert "--bundle" in result.output


@pytest.mark.usefixtures("no_registry")
def test_setup_asks_on_a_terminal_and_takes_no_for_an_answer(
    app: typer.Typer, fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", OFFLINE)
    k3d(fake)
    installed: list[str] = []
    monkeypatch.setattr(packages, "may_install", lambda: True)
    monkeypatch.setattr(packages, "install", installed.extend)
    monkeypatch.setattr(commands, "goes_ahead_unasked", lambda yes: yes)
    result = CliRunner().invoke(app, ["setup"], input="n\n")
    assert "apt-get" in result.output
    assert result.exit_code == 2
    assert installed == []


@pytest.mark.usefixtures("as_user")
def test_setup_with_docker_down_and_no_rights_says_how_to_start_it(
    app: typer.Typer, fake: FakeProgram
) -> None:
    fake("docker", DOWN)
    fake("dockerd", "exit 0")
    fake("mmdebstrap", "exit 0")
    result = CliRunner().invoke(app, ["setup", "--source", "built"])
    assert result.exit_code == 2
    assert "Docker is not running" in result.output


def test_a_missing_bundle_is_named_and_nothing_is_made(
    app: typer.Typer, fake: FakeProgram, tmp_path: Path
) -> None:
    fake("docker", UP)
    result = CliRunner().invoke(app, ["setup", "--bundle", str(tmp_path / "nowhere")])
    assert result.exit_code == 2
    assert "nowhere" in result.output
    assert not kit_file().exists()


def test_bundle_needs_a_kit(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bundle", str(tmp_path / "kit")])
    assert result.exit_code == 2
    assert "kubegrade setup" in result.output


@pytest.mark.usefixtures("only_path")
def test_teardown_without_docker_still_ends_well(app: typer.Typer, kit: Kit) -> None:
    result = CliRunner().invoke(app, ["teardown", "--cache"])
    assert result.exit_code == 0, result.output
    assert not cache().exists()


@pytest.mark.parametrize(
    ("yes", "ci", "terminal", "ahead"),
    [(True, "", True, True), (False, "true", True, True), (False, "", False, True), (False, "", True, False)],
)
def test_it_goes_ahead_unasked_where_nobody_can_answer(
    monkeypatch: pytest.MonkeyPatch, yes: bool, ci: str, terminal: bool, ahead: bool
) -> None:
    from fixtures.airgap.ready import goes_ahead_unasked

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal, raising=False)
    assert goes_ahead_unasked(yes) is ahead


@pytest.mark.parametrize(
    ("text", "debian"),
    [
        ("ID=debian\n", True),
        ("ID=ubuntu\nID_LIKE=debian\n", True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\n", False),
        ("", False),
    ],
)
def test_debian_and_what_is_made_from_it_are_known(tmp_path: Path, text: str, debian: bool) -> None:
    (tmp_path / "os-release").write_text(text, "utf-8")
    assert packages.debian_like(tmp_path / "os-release") is debian


def test_docker_elsewhere_is_not_started_here(monkeypatch: pytest.MonkeyPatch, fake: FakeProgram) -> None:
    fake("dockerd", "exit 0")
    fake("docker", DOWN)
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not daemon.may_start()
    assert packages.for_docker() == []


def test_a_daemon_that_dies_shows_its_last_words(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake("docker", DOWN)
    fake("dockerd", 'echo "no room for iptables" >&2; exit 1')
    monkeypatch.setattr(daemon, "_SYSTEMD", tmp_path / "nowhere")
    monkeypatch.setattr(daemon, "runtime_options", list)
    monkeypatch.setattr(daemon, "_mount_cgroups", lambda: None)
    with pytest.raises(Exception, match="did not start") as caught:
        daemon.start()
    assert "no room for iptables" in str(caught.value)
    assert not daemon.started_by_setup()


def test_another_process_with_the_number_of_the_daemon_is_left_alone() -> None:
    daemon._remember({"pid": os.getpid(), "created": 1.0})
    assert not daemon.started_by_setup()
    assert daemon.stop() is False


def test_a_ready_machine_needs_little_work(kit: Kit, fake: FakeProgram) -> None:
    """Less than 2 s of this process's own work, which other work on the machine does not change."""
    fake("docker", UP)
    save_kit(kit.model_copy(update={"mirror": None}))  # nothing answers at its port
    program = (
        "import time; from fixtures.airgap import commands; commands.setup(); print(time.process_time());"
        "import sys; print(sorted({'requests', 'rich.live', 'zstandard', 'kubernetes'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    first, seconds, heavy = done.stdout.splitlines()
    assert "nothing to do" in first
    assert float(seconds) < 2
    assert heavy == "[]"


def test_the_kit_is_read_as_it_was_saved(kit: Kit) -> None:
    # Of a home folder whose name is not UTF-8, or is not read so in the locale of this run.
    strange = Path(os.fsdecode(b"/home/caf\xe9 100%/k3d"))
    kit = kit.model_copy(update={"k3d": strange, "folders": {"node": strange}})
    save_kit(kit)
    assert load_kit() == kit
    assert json.loads(kit_file().read_text("utf-8"))["source"] == "built"
