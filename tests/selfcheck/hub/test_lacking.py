"""Which machines can have a world of their own, and which are told why not."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from fixtures.airgap.kit import Kit
from tests.selfcheck.hub import stock, world

FOLDERS = {name: Path(name) for name in ("node", "k3d-proxy", "k3d-tools", "registry", "busybox")}


def kit(folders: dict[str, Path]) -> Kit:
    return Kit(
        source="built" if folders else "released",
        k3d=Path("k3d"), k3d_version="v5.8.3", kubectl=Path("kubectl"),
        node_image="node:1", kubernetes_version="v1.31.5", folders=folders,
    )  # fmt: skip


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has all."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(world, "load_kit", lambda: kit(FOLDERS))


@pytest.mark.usefixtures("able")
def test_a_machine_that_has_all() -> None:
    assert world.lacking() == ""


@pytest.mark.usefixtures("able")
def test_what_is_lacking_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "darwin")
        assert "Linux" in world.lacking()
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 1000)
        assert "root" in world.lacking()
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "which", lambda name: None if name == "dockerd" else f"/bin/{name}")
        assert "needs dockerd" in world.lacking()
    monkeypatch.setattr(world, "load_kit", lambda: kit({}))
    assert "released" in world.lacking()


def test_a_kit_without_one_of_the_images_cannot_be_served() -> None:
    assert stock.unusable(kit(FOLDERS)) == ""
    for name in FOLDERS:
        assert stock.unusable(kit({other: path for other, path in FOLDERS.items() if other != name}))
