"""What answers to the docker command, and files that are taken out of its containers."""

from __future__ import annotations

import io
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.airgap import docker, packages
from fixtures.airgap.errors import DockerNotRunning, DockerUnsuitable, StepFailed
from tests.selfcheck.airgap.conftest import FakeProgram

PODMAN = """case "$1" in
--version) echo "podman version 5.4.0" ;;
*) echo "Emulate Docker CLI using podman." >&2; echo "Error: template: no field Server" >&2; exit 125 ;;
esac"""
DOWN = """case "$1" in
--version) echo "Docker version 28.2.2, build e6534b4" ;;
*) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;;
esac"""


def test_podman_in_the_place_of_docker_is_named(fake: FakeProgram) -> None:
    fake("docker", PODMAN)
    assert docker.is_podman()
    with pytest.raises(DockerUnsuitable, match="docker command of this machine is Podman's") as caught:
        docker.check_docker()
    assert "remove podman-docker" in str(caught.value)
    with pytest.raises(DockerUnsuitable):
        packages.for_docker()  # nothing is installed over it


def test_a_link_to_podman_is_known_though_it_calls_itself_docker(fake: FakeProgram, only_path: Path) -> None:
    fake("podman", 'echo "docker version 5.4.0"')
    (only_path / "docker").symlink_to(only_path / "podman")
    assert docker.is_podman()


UP = 'case "$1" in version) echo "28.2.2" ;; context) echo "{}" ;; esac'


@pytest.mark.parametrize(
    "address", ["unix:///var/run/docker.sock", "unix:///run/other/docker.sock", "tcp://127.0.0.1:2375", ""]
)
def test_a_daemon_of_this_machine_may_have_any_address(fake: FakeProgram, address: str) -> None:
    fake("docker", UP.format(address))
    assert docker.check_docker() == "28.2.2"
    assert docker.endpoint() == address


@pytest.mark.parametrize("address", ["tcp://docker:2375", "ssh://me@lab.example", "https://192.0.2.7:2376"])
def test_a_daemon_of_another_machine_is_named(fake: FakeProgram, address: str) -> None:
    fake("docker", UP.format(address))
    with pytest.raises(DockerUnsuitable, match="The docker command uses Docker on another machine") as caught:
        docker.check_docker()
    assert address in str(caught.value)
    assert "docker context use default" in str(caught.value)


def test_docker_is_not_taken_for_podman(fake: FakeProgram, only_path: Path) -> None:
    assert not docker.is_podman()
    fake("docker", DOWN)
    assert not docker.is_podman()


@pytest.fixture
def rootless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The socket of a rootless daemon; its path is short, for the system allows no long one."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("docker.sock")
        yield tmp_path / "docker.sock"


def test_a_rootless_daemon_beside_one_that_is_down_is_named(
    fake: FakeProgram, rootless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", DOWN)
    with pytest.raises(DockerUnsuitable, match="rootless") as caught:
        docker.check_docker()
    assert caught.value.where == str(rootless)
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    with pytest.raises(DockerNotRunning):
        docker.check_docker()


def test_without_such_a_socket_docker_is_only_down(
    fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    fake("docker", DOWN)
    with pytest.raises(DockerNotRunning, match="not running"):
        docker.check_docker()


def streamed(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> str:
    """Return the script of a docker whose `cp` streams these members and writes nowhere itself."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", encoding="utf-8") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    (folder / "stream").write_bytes(out.getvalue())
    return f'[ "$*" = "cp c1:/bin/k3s -" ] && exec /bin/cat "{folder}/stream"; exit 1'


def test_a_file_is_taken_from_dockers_stream(fake: FakeProgram, tmp_path: Path) -> None:
    content = b"program" * 100_000
    fake("docker", streamed(tmp_path, (tarfile.TarInfo("../../k3s"), content)))
    docker.copy_out("c1", "/bin/k3s", tmp_path / "a target", doing="taking it")
    assert (tmp_path / "a target").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a path", "a target", "stream"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_is_not_taken(fake: FakeProgram, tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("k3s")
    info.type, info.linkname = kind, "/etc/passwd"
    fake("docker", streamed(tmp_path, (info, b"")))
    with pytest.raises(StepFailed, match="taking it: Docker returned no file"):
        docker.copy_out("c1", "/bin/k3s", tmp_path / "target", doing="taking it")
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("script", ["echo 'No such container: c1' >&2; exit 1", "echo nothing; exit 1"])
def test_a_copy_that_fails_shows_dockers_own_words(fake: FakeProgram, tmp_path: Path, script: str) -> None:
    fake("docker", script)
    with pytest.raises(StepFailed, match=r"taking it failed \(exit code 1\)") as caught:
        docker.copy_out("c1", "/bin/k3s", tmp_path / "target", doing="taking it")
    assert "No such container" in str(caught.value) or "nothing" in script


def test_a_stream_that_breaks_off_is_an_error(fake: FakeProgram, tmp_path: Path) -> None:
    fake("docker", streamed(tmp_path, (tarfile.TarInfo("k3s"), b"x" * 100_000)))
    whole = (tmp_path / "stream").read_bytes()
    (tmp_path / "stream").write_bytes(whole[:50_000])
    with pytest.raises(StepFailed, match="Docker returned no file"):
        docker.copy_out("c1", "/bin/k3s", tmp_path / "target", doing="taking it")
