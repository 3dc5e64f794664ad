"""A machine of its own for each test: an empty cache, an empty state folder, programs that only pretend.

The names of all its folders have a blank, as a user's own may.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.airgap import doctor, download, kernel, mirror, ready, released
from fixtures.airgap.paths import cache
from fixtures.airgap.store import write_atomically

FakeProgram = Callable[[str, str], Path]

HAS_ALL = """case "$1 $2" in
"version --format") echo 28.0.0 ;;
"image inspect")
  shift 2
  echo "[{\\"Id\\": \\"sha256:a\\", \\"RepoTags\\": [\\"$1\\", \\"$2\\", \\"$3\\", \\"$4\\"]}]" ;;
"container inspect")
  echo '[{"State": {"Running": true}, "Image": "sha256:a", "NetworkSettings": {"Ports": {"5000/tcp":
  [{"HostPort": "5001"}]}}, "Config": {"Image": "registry:2", "Env": []}, "Name": "/k3d-kubegrade-mirror",
  "Mounts": [{"Destination": "/var/lib/registry", "RW": false}]}]' ;;
esac"""
"""A docker that has every image that is asked for, and a mirror registry that runs."""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "a state"))
    for name in ("KUBEGRADE_BUNDLE", "KUBEGRADE_MIRROR", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(kernel, "missing", lambda _release: [])
    monkeypatch.setattr(download, "RELEASES", "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):  # which the commands change
        monkeypatch.setenv(name, "")


@pytest.fixture
def only_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of one empty folder."""
    folder = tmp_path / "a path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def fake(only_path: Path) -> FakeProgram:
    """Puts a program on the PATH: a name and the lines of a shell script."""

    def put(name: str, script: str) -> Path:
        program = only_path / name
        program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    return put


@pytest.fixture
def served_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror that serves what it should."""
    for module in (ready, doctor):
        monkeypatch.setattr(module, "check_served", lambda kit: None)


@pytest.fixture
def full_mirror(monkeypatch: pytest.MonkeyPatch, served_whole: None) -> None:
    """A mirror that has all images already."""
    monkeypatch.setattr(mirror, "serves", lambda place, names, wanted: True)
    known = {image.tag: ("sha256:a", "sha256:m") for image in released.served_images()}
    write_atomically(cache() / "published.json", json.dumps(known))


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def k3d(fake: FakeProgram, version: str = "v5.8.3") -> Path:
    """Put a k3d on the PATH that prints this version."""
    return fake("k3d", f'echo "k3d version {version}"; echo "k3s version v1.31.5-k3s1 (default)"')
