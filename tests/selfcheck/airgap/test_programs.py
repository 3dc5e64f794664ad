"""Which k3d is used and why, and how a kit follows the user's own k3d."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from fixtures.airgap import commands, programs
from fixtures.airgap.errors import KitMissing
from fixtures.airgap.kit import Kit, ensure_ready, load_kit, save_kit
from fixtures.airgap.paths import binaries
from fixtures.airgap.programs import (
    choose_k3d,
    is_accepted,
    kubectl_version,
    minor_skew,
    put,
    user_program,
)
from fixtures.airgap.ready import Setup
from tests.selfcheck.airgap.conftest import HAS_ALL, FakeProgram, k3d


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("v5.8.0", True),
        ("v5.8.3", True),
        ("v5.9.0", True),
        ("v5.9.0-rc.1", True),
        ("v5.10.0", True),
        ("v5.80.1", True),
        ("v5.7.5", False),
        ("v5.8.0-rc.2", False),
        ("v4.9.9", False),
        ("v50.8.0", False),
        ("v6.0.0", False),
        ("v6.0.0-alpha.0", False),
        ("v5-dev", False),
        ("v5.8.3-dirty", False),
        ("", False),
    ],
)
def test_versions_are_compared_as_versions(version: str, accepted: bool) -> None:
    assert is_accepted(version) is accepted


pytestmark = pytest.mark.usefixtures("full_mirror")


def test_a_k3d_on_the_path_is_used_and_named(fake: FakeProgram) -> None:
    program = k3d(fake, "v5.10.0")
    chosen = choose_k3d()
    assert (chosen.program, chosen.version) == (program, "v5.10.0")
    assert chosen.reason == f"k3d v5.10.0 of this machine is used: {program}"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "because the PATH has no k3d"),
        ("echo k3d version v5.6.0", "because 5.8 or a later 5.x is needed and {path} is v5.6.0"),
        ("echo k3d version v6.0.0", "because 5.8 or a later 5.x is needed and {path} is v6.0.0"),
        ("exit 1", "because {path} does not print its version"),
        ("printf 'k3d version v\\377\\n'", "because 5.8 or a later 5.x is needed and {path} is v\ufffd"),
    ],
)
def test_another_one_is_not_used_and_the_reason_is_said(
    fake: FakeProgram, only_path: Path, script: str | None, reason: str
) -> None:
    if script is not None:
        fake("k3d", script)
    chosen = choose_k3d()
    assert (chosen.program, chosen.version) == (None, "v5.8.3")
    assert chosen.reason == "setup provides k3d v5.8.3, " + reason.format(path=only_path / "k3d")


def test_a_later_folder_of_the_path_counts_too(
    fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = k3d(fake, "v5.6.0")
    newer = tmp_path / "newer" / "k3d"
    newer.parent.mkdir()
    newer.write_text(old.read_text("utf-8").replace("v5.6.0", "v5.9.0"), "utf-8")
    newer.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{old.parent}::newer")
    assert choose_k3d().program == newer  # absolute, for the kit links to it


def test_sudo_hides_no_program_of_the_usual_folder(
    fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = tmp_path / "local" / "k3d"
    local.parent.mkdir()
    k3d(fake).rename(local)
    monkeypatch.setattr(programs, "_LOCAL", str(local.parent))
    assert choose_k3d().program is None
    monkeypatch.setenv("SUDO_USER", "jan")
    assert choose_k3d().program == local
    on_the_path = k3d(fake, "v5.9.0")
    assert choose_k3d().program == on_the_path


@pytest.mark.parametrize(
    ("one", "other", "skew"),
    [
        ("v1.31.5", "v1.31.4", 0),
        ("v1.32.4-dispatcher", "v1.31.5", 1),
        ("v1.29.0", "v1.31.5+k3s1", 2),
        ("v1.34.1", "1.31.5", 3),
        ("", "v1.31.5", None),
        ("v2.0.0", "v1.31.5", None),
    ],
)
def test_versions_of_kubernetes_differ_by_minor_versions(one: str, other: str, skew: int | None) -> None:
    assert minor_skew(one, other) == skew


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("""echo '{"clientVersion": {"gitVersion": "v1.34.1"}}'""", "v1.34.1"),
        ("echo '{}'", ""),
        ("echo '[]'", ""),
        ("echo v1.34.1", ""),
        ("exit 1", ""),
    ],
)
def test_kubectl_says_its_version(fake: FakeProgram, script: str, version: str) -> None:
    assert kubectl_version(fake("kubectl", script)) == version


def test_a_kubectl_of_another_time_is_told_by_doctor(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(fake, monkeypatch, "v5.8.3")
    assert "one minor version" not in doctor()
    fake("kubectl", """echo '{"clientVersion": {"gitVersion": "v1.32.9"}}'""")
    assert "one minor version" not in doctor()
    fake("kubectl", """echo '{"clientVersion": {"gitVersion": "v1.34.1"}}'""")
    said = doctor()
    assert "ok       kubectl: v1.34.1, " in said
    assert (
        "The clusters run Kubernetes v1.31.5, and kubectl supports only one minor version older or newer"
        in said
    )
    assert said.endswith("Ready.\n")


def test_the_kits_own_programs_are_not_taken_for_the_users(
    fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "program"
    k3d(fake).rename(elsewhere)
    own = put("k3d", elsewhere, own=True)
    link = tmp_path / "links" / "k3d"
    link.parent.mkdir()
    link.symlink_to(own)
    monkeypatch.setenv("PATH", f"{binaries()}:{link.parent}")
    assert choose_k3d().program is None
    put("k3d", elsewhere, own=False)
    monkeypatch.setenv("PATH", str(binaries()))
    assert choose_k3d().program is None


@pytest.mark.parametrize(
    ("version", "helpers"), [("v5.9.0", "5.9.0"), ("v5.8.1", "5.8.1"), ("v5.10.0-rc.1", "5.8.3")]
)
def test_released_helper_images_are_those_of_the_k3d(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, version: str, helpers: str
) -> None:
    kit, said = made(fake, monkeypatch, version)
    assert kit.k3d_version == version
    assert kit.environment == {
        "K3D_IMAGE_LOADBALANCER": f"ghcr.io/k3d-io/k3d-proxy:{helpers}",
        "K3D_IMAGE_TOOLS": f"ghcr.io/k3d-io/k3d-tools:{helpers}",
    }
    assert set(kit.environment.values()) < set(kit.loaded)
    assert f"k3d {version} of this machine is used" in said


def test_a_k3d_that_is_removed_is_named_and_setup_takes_what_is_there(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kit, _ = made(fake, monkeypatch, "v5.9.0")
    own = user_program(kit.k3d)
    assert own is not None
    own.unlink()
    with pytest.raises(KitMissing, match="k3d no longer exists") as caught:
        ensure_ready(load_kit())
    assert str(own) in str(caught.value)
    assert f"missing  k3d 5.8 or a later 5.x: The program k3d no longer exists. ({own})" in doctor()
    other = tmp_path / "other"
    other.mkdir()
    k3d(fake, "v5.8.1").rename(other / "k3d")
    monkeypatch.setenv("PATH", str(other), prepend=":")
    assert setup()[0].k3d_version == "v5.8.1"
    assert user_program(load_kit().k3d) == other / "k3d"


def test_a_k3d_that_is_replaced_is_noticed_and_setup_follows(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(fake, monkeypatch, "v5.8.3")
    k3d(fake, "v5.9.0")
    with pytest.raises(KitMissing, match=r"k3d is now version v5\.9\.0, but the kit was made with v5\.8\.3"):
        ensure_ready(load_kit())
    assert "k3d is now version v5.9.0" in doctor()
    kit, _ = setup()
    assert kit.k3d_version == "v5.9.0"
    assert kit.environment["K3D_IMAGE_TOOLS"].endswith(":5.9.0")
    assert setup()[1].startswith(f"Ready, nothing to do: k3d v5.9.0 ({user_program(kit.k3d)}), ")
    fake("k3d", "exit 1")
    with pytest.raises(KitMissing, match="k3d no longer prints its version"):
        ensure_ready(load_kit())


def test_a_k3d_that_comes_to_the_path_is_used_from_the_next_setup_on(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kit, _ = made(fake, monkeypatch, "v5.8.3")
    newer = tmp_path / "newer" / "k3d"
    newer.parent.mkdir()
    newer.write_text(kit.k3d.read_text("utf-8").replace("v5.8.3", "v5.9.0"), "utf-8")
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", str(newer.parent), prepend=":")
    ensure_ready(load_kit())
    assert f"k3d v5.9.0 of this machine is used: {newer}. Run: kubegrade setup" in doctor()
    assert user_program(setup()[0].k3d) == newer
    assert f"ok       k3d 5.8 or a later 5.x: k3d v5.9.0 of this machine is used: {newer}\n" in doctor()


def made(fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, version: str) -> tuple[Kit, str]:
    """Return a released kit with a k3d on the PATH, and what setup said."""
    fake("docker", HAS_ALL)
    fake("kubectl", "")
    k3d(fake, version)
    return setup()


def setup() -> tuple[Kit, str]:
    out = io.StringIO()
    return Setup(console=Console(file=out, width=300), ask=lambda _: True).run(), out.getvalue()


def doctor() -> str:
    app = typer.Typer()
    app.command()(commands.doctor)
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, []).output


def test_a_kit_of_a_bundle_keeps_its_own_k3d(fake: FakeProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    kit, _ = made(fake, monkeypatch, "v5.9.0")
    own = kit.model_copy(update={"source": "bundle", "k3d": put("k3d", kit.k3d.resolve(), own=True)})
    save_kit(own)
    assert setup()[0] == own
    assert "k3d v5.9.0 of the bundle is used" in doctor()
