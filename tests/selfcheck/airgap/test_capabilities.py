"""Whether a machine that lacks a capability is told from one that has all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.airgap import capabilities, daemon
from fixtures.airgap.paths import state

STATUS = "Name:\tx\nCapInh:\t0000000000000000\nCapEff:\t{0}\nCapBnd:\t{0}\nCapAmb:\t0000000000000000\n"


def files(folder: Path, mask: str, last: str = "40\n") -> tuple[Path, Path]:
    (folder / "status").write_text(STATUS.format(mask), "utf-8")
    (folder / "last").write_text(last, "utf-8")
    return folder / "status", folder / "last"


def test_a_whole_machine_lacks_nothing(tmp_path: Path) -> None:
    assert capabilities.missing(*files(tmp_path, "000001ffffffffff")) == set()


def test_one_without_cap_sys_resource_lacks_number_24(tmp_path: Path) -> None:
    assert capabilities.missing(*files(tmp_path, "000001fffeffffff")) == {24}


def test_a_container_lacks_most(tmp_path: Path) -> None:
    assert len(capabilities.missing(*files(tmp_path, "00000000a80425fb"))) == 41 - 14


def test_what_an_older_kernel_does_not_know_is_not_missing(tmp_path: Path) -> None:
    assert capabilities.missing(*files(tmp_path, "0000003fffffffff", "37\n")) == set()


@pytest.mark.parametrize("mask", ["", "not a number"])
def test_what_cannot_be_read_is_taken_for_whole(tmp_path: Path, mask: str) -> None:
    assert capabilities.missing(*files(tmp_path, mask)) == set()
    assert capabilities.missing(tmp_path / "nowhere", tmp_path / "nowhere") == set()


def test_the_wrapper_is_used_only_where_a_capability_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "missing", set)
    assert daemon.runtime_options() == []
    assert not state().exists()
    monkeypatch.setattr(capabilities, "missing", lambda: {24})
    wrapper = state() / "runc-bounded"
    assert f"kubegrade-bounded={wrapper}" in daemon.runtime_options()
    assert wrapper.stat().st_mode & 0o111
