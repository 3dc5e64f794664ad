"""The road that setup takes: released images where a registry answers, and what if it breaks off."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import tenacity
from rich.console import Console

from fixtures.airgap import (
    bundle,
    daemon,
    machine,
    packages,
    pulling,
    rate_limit,
    ready,
    registry_probe,
    released,
)
from fixtures.airgap.errors import DockerNotRunning, KitError, RequirementMissing, StepFailed
from fixtures.airgap.findings import Finding
from fixtures.airgap.kit import Kit, load_kit, save_kit
from fixtures.airgap.paths import binaries, cache, kit_file
from fixtures.airgap.plan import inputs_fingerprint
from fixtures.airgap.programs import put
from fixtures.airgap.ready import Setup, Source
from tests.selfcheck.airgap.conftest import HAS_ALL, FakeProgram, k3d

REFUSES = """case "$1" in
version) echo 28.0.0 ;;
pull) echo "$2" >> PULLS; echo "WORDS" >&2; exit 1 ;;
*) echo "[]"; echo "Error: No such object" >&2; exit 1 ;;
esac"""
"""A docker that answers, has no image, and pulls none."""

NO_NETWORK = "dial tcp: lookup registry-1.docker.io: no such host"
LIMIT = "toomanyrequests: You have reached your pull rate limit."


def setup(source: Source = Source.auto) -> tuple[Setup, io.StringIO]:
    out = io.StringIO()
    return Setup(console=Console(file=out, width=200), ask=lambda _: True, source=source), out


@pytest.fixture
def refusing(fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A Docker that pulls nothing, for a reason in its words; the file lists what it was asked for."""
    monkeypatch.setattr(pulling, "WAIT", tenacity.wait_none())
    monkeypatch.setattr(rate_limit, "ask", lambda: None)
    k3d(fake)

    def put(words: str) -> Path:
        fake("docker", REFUSES.replace("PULLS", str(tmp_path / "pulls")).replace("WORDS", words))
        return tmp_path / "pulls"

    return put


@pytest.mark.usefixtures("full_mirror")
def test_released_images_are_used_where_docker_has_them(fake: FakeProgram) -> None:
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
    assert kit.fetches
    assert not [image for image in kit.images if image.stand_in]
    assert {"nginx:1.24", "debian:latest", "arneduyver/loadbalancetester-flask:latest"} <= {
        image.name for image in kit.images
    }
    assert sorted(path.name for path in binaries().iterdir()) == ["k3d", "kubectl"]
    assert "stand-in" not in out.getvalue()
    assert setup()[0].present() == kit


@pytest.mark.parametrize("words", [NO_NETWORK, "received unexpected HTTP status: 503 Service Unavailable"])
def test_where_nobody_can_be_reached_docker_tries_three_times_and_then_images_are_built(
    refusing: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    built: list[bool] = []
    monkeypatch.setattr(Setup, "_built", lambda self, install, k3d: built.append(True))
    monkeypatch.setattr(packages, "may_install", lambda: True)
    pulls = refusing(words)
    work, out = setup()
    with pytest.raises(AttributeError):  # what stands for the building gives back no kit
        work.run()
    assert built == [True]
    assert pulls.read_text("utf-8").split() == ["registry:2"] * 3
    assert words in out.getvalue()
    assert "built on this machine" in out.getvalue()


@pytest.mark.usefixtures("full_mirror")
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


@pytest.mark.usefixtures("as_user")
def test_where_images_cannot_be_built_the_network_is_the_cause_and_not_a_package(
    refusing: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "for_building", lambda: ["mmdebstrap"])
    monkeypatch.setattr(packages, "debian_like", lambda: False)
    refusing(NO_NETWORK)
    with pytest.raises(KitError, match="registry:2 was not pulled: the registry cannot be reached") as caught:
        setup()[0].run()
    assert "kubegrade setup --bundle FILE" in str(caught.value)
    assert "mmdebstrap" not in str(caught.value)


@pytest.mark.usefixtures("as_user")
def test_building_that_was_asked_for_is_why_a_package_is_needed(
    refusing: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "for_building", lambda: ["mmdebstrap"])
    refusing(NO_NETWORK)
    with pytest.raises(KitError, match=r"Building the images \(--source built\) needs mmdebstrap") as caught:
        setup(Source.built)[0].run()
    assert "registry" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (LIMIT, "pull limit is reached"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "certificate"),
        ("invalid character '<' looking for beginning of value", "web page answers"),
    ],
)
def test_what_is_no_missing_network_ends_setup_at_once_and_says_what_to_do(
    refusing: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    monkeypatch.setattr(Setup, "_built", lambda self, install, k3d: pytest.fail("it was built"))
    pulls = refusing(words)
    with pytest.raises(KitError, match=told) as caught:
        setup()[0].run()
    assert words in str(caught.value)
    assert pulls.read_text("utf-8").split() == ["registry:2"]
    assert not kit_file().exists()


def test_where_released_images_are_demanded_nothing_else_will_do(refusing: Callable[[str], Path]) -> None:
    refusing(NO_NETWORK)
    with pytest.raises(StepFailed, match="cannot be reached"):
        setup(Source.released)[0].run()
    assert not kit_file().exists()


def test_a_kit_that_was_built_is_replaced_when_the_network_is_back_unless_it_was_asked_for(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("docker", HAS_ALL)
    own = k3d(fake)
    answers = False
    monkeypatch.setattr(registry_probe, "registry_answers", lambda: answers)
    kit = Kit(
        source="built",
        k3d=put("k3d", own, own=False),
        k3d_version="v5.8.3",
        kubectl=fake("kubectl", ""),
        node_image="n",
        kubernetes_version="v1",
        fingerprint=inputs_fingerprint(),
    )
    save_kit(kit)
    assert setup()[0].present() == kit
    answers = True
    assert setup()[0].present() is None
    assert setup(Source.built)[0].present() == kit
    save_kit(kit.model_copy(update={"asked_for": True}))
    assert setup()[0].present() is not None


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
