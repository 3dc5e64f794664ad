"""The road that setup takes: released images where a registry answers, and what if it breaks off."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from rich.console import Console

from fixtures.airgap import bundle, daemon, machine, ready, released
from fixtures.airgap.errors import DockerNotRunning, KitError, RequirementMissing, StepFailed
from fixtures.airgap.findings import Finding
from fixtures.airgap.kit import load_kit
from fixtures.airgap.paths import binaries, cache, kit_file
from fixtures.airgap.ready import Setup, Source
from tests.selfcheck.airgap.conftest import HAS_ALL, FakeProgram, k3d

HAS_NOTHING = """case "$1" in
version) echo 28.0.0 ;;
pull) echo "toomanyrequests: You have reached your pull rate limit." >&2; exit 1 ;;
*) echo "[]"; echo "Error: No such object" >&2; exit 1 ;;
esac"""


def setup(source: Source = Source.auto) -> tuple[Setup, io.StringIO]:
    out = io.StringIO()
    return Setup(console=Console(file=out, width=200), ask=lambda _: True, source=source), out


def test_released_images_are_used_where_a_registry_answers(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(released, "registry_answers", lambda: True)
    fake("docker", HAS_ALL)
    fake("kubectl", "")
    k3d(fake)
    work, out = setup()
    kit = work.run()
    assert kit == load_kit()
    assert kit.source == "released"
    assert kit.node_image == "rancher/k3s:v1.31.5-k3s1"
    assert kit.kubernetes_version == "v1.31.5"
    assert kit.mirror is not None
    assert kit.mirror.pull_through
    assert not [image for image in kit.images if image.stand_in]
    assert {"nginx:1.24", "debian:latest", "arneduyver/loadbalancetester-flask:latest"} <= {
        image.name for image in kit.images
    }
    assert sorted(path.name for path in binaries().iterdir()) == ["k3d", "kubectl"]
    assert "stand-in" not in out.getvalue()


@pytest.mark.usefixtures("as_user")
def test_a_pull_that_fails_is_told_and_the_images_are_built_instead(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(released, "registry_answers", lambda: True)
    built: list[bool] = []
    monkeypatch.setattr(Setup, "_built", lambda self, install, k3d: built.append(True))
    fake("docker", HAS_NOTHING)
    k3d(fake)
    work, out = setup()
    with pytest.raises(AttributeError):  # what stands for the building gives back no kit
        work.run()
    assert built == [True]
    assert "pull rate limit" in out.getvalue()
    assert "built on this machine" in out.getvalue()


def test_what_will_spoil_a_run_is_told_before_the_work_and_does_not_end_it(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", HAS_ALL)
    fake("kubectl", "")
    k3d(fake)
    monkeypatch.setattr(machine, "examine", lambda: [Finding("Kernel modules", False, "none", "Install.")])
    work, out = setup(Source.released)
    work.run()
    assert out.getvalue().startswith("Kernel modules: none. Install.\n")
    assert "Ready: " in out.getvalue()
    work, out = setup(Source.released)
    work.run()
    assert "Kernel modules" not in out.getvalue()  # nothing to do
    fake("docker", 'echo "Cannot connect to the Docker daemon." >&2; exit 1')
    monkeypatch.setattr(daemon, "may_start", lambda: False)
    monkeypatch.setattr(daemon, "installed", lambda: True)
    work, out = setup(Source.released)
    with pytest.raises(DockerNotRunning):
        work.run()
    assert "Kernel modules" in out.getvalue()  # which may be why


def test_where_released_images_are_demanded_nothing_else_will_do(fake: FakeProgram) -> None:
    fake("docker", HAS_NOTHING)
    k3d(fake)
    work, _ = setup(Source.released)
    with pytest.raises(StepFailed, match="pull rate limit"):
        work.run()
    assert not kit_file().exists()


def test_kubectl_comes_from_the_node_image_where_there_is_none(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    log = tmp_path / "log"
    with tarfile.open(tmp_path / "stream", "w", encoding="utf-8") as archive:
        (tmp_path / "k3s").write_text("program\n", "utf-8")
        archive.add(tmp_path / "k3s", "k3s")
    script = f'echo "$@" >> {log}; case "$1" in create) echo c1 ;; cp) /bin/cat "{tmp_path}/stream" ;; esac'
    fake("docker", script)
    cache().mkdir(parents=True)
    assert released._kubectl_of_node().read_text("utf-8") == "program\n"
    assert "cp c1:/bin/k3s -\n" in log.read_text("utf-8")
    assert "rm --force --volumes c1" in log.read_text("utf-8")
    assert not list(cache().glob(".*"))


def test_without_linux_the_user_is_asked_for_kubectl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(RequirementMissing, match="Install kubectl"):
        released._kubectl_of_node()


def test_a_full_disk_is_told_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_ROOM", 1 << 62)
    cache().mkdir(parents=True)
    with pytest.raises(KitError, match="XDG_CACHE_HOME"):
        ready._check_room()


def test_a_bundle_is_not_unpacked_where_docker_is_missing(
    only_path: Path, as_user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "unpack", lambda file: pytest.fail("it was"))
    file = tmp_path / "kit"
    file.touch()
    with pytest.raises(RequirementMissing, match="Docker is not installed"):
        Setup(console=Console(file=io.StringIO()), ask=lambda _: True, bundle=file).run()
