"""The clusters of a slot: which are removed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures import k3d, slot_clusters
from fixtures.airgap import teardown
from fixtures.claims import Claim, Record

CLUSTERS = ["pytest-kubegrade-3", "pytest-kubegrade-30", "kubegrade-commands-3-1", "kubegrade-commands-30-1"]


@pytest.fixture
def deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The clusters that were deleted, of those on a machine that has `CLUSTERS`."""
    found: list[str] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(teardown, "clusters", lambda: list(CLUSTERS))
    monkeypatch.setattr(slot_clusters, "load_kit", lambda: SimpleNamespace(k3d="k3d"))
    monkeypatch.setattr(k3d, "end_orphans", lambda _name: None)
    monkeypatch.setattr(k3d, "delete", lambda _k3d, name: found.append(name))
    return found


def test_of_a_slot_all_clusters_are_removed_and_no_others(deleted: list[str]) -> None:
    claim = Claim("pytest-kubegrade-3")
    claim.write(Record(fingerprint="of its configuration"))
    claim.contents.write_text("{}", "utf-8")
    slot_clusters.remove(3)
    assert deleted == ["pytest-kubegrade-3", "kubegrade-commands-3-1"]
    assert claim.read() is None
    assert not claim.contents.exists()


def test_one_that_docker_does_not_show_yet_is_removed_too(deleted: list[str]) -> None:
    slot_clusters.remove(4)
    assert deleted == ["pytest-kubegrade-4"]


def test_a_cluster_that_another_run_holds_stays_and_is_no_trouble(deleted: list[str]) -> None:
    other = Claim("pytest-kubegrade-3")
    other.take()
    slot_clusters.remove(3)
    assert deleted == ["kubegrade-commands-3-1"]
    other.release()


def test_the_names_of_command_clusters_are_those_that_are_removed(
    deleted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = slot_clusters.command_cluster_name(4, 12)
    monkeypatch.setattr(teardown, "clusters", lambda: [name])
    slot_clusters.remove(4)
    assert deleted == ["pytest-kubegrade-4", name]
