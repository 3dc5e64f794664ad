"""Dates of clones are read from their objects; nothing that a clone configures is run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grading.platforms.downloads.git_dates import last_change
from tests.selfcheck.platforms.cloning import git

FIRST = datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    (folder / "manifests").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", when=FIRST)
    for when, name in enumerate(("manifests/Dep.yaml", "README.md")):
        (folder / name).write_text(name, "utf-8")
        git(folder, "add", "-A", when=FIRST)
        git(folder, "commit", "-qm", "x", when=FIRST + timedelta(seconds=1000 * when))
    return folder


def test_only_commits_that_touch_the_files_count(clone: Path) -> None:
    assert last_change(clone, ["dep.yaml"]) == FIRST
    assert last_change(clone, ["dep.yaml", "readme.md"]) == FIRST + timedelta(seconds=1000)
    assert last_change(clone, ["ns.yaml"]) is None
    assert last_change(clone, ["*"]) is None


def test_packed_objects_and_references(clone: Path) -> None:
    git(clone, "gc", "-q", when=FIRST)
    assert not (clone / ".git/refs/heads/main").exists()
    assert last_change(clone, ["dep.yaml"]) == FIRST


def test_nothing_that_a_clone_configures_is_run(clone: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n", "utf-8")
    script.chmod(0o755)
    names = (
        "core.fsmonitor", "core.pager", "pager.log", "core.sshCommand", "gpg.program", "diff.external",
        "core.editor", "core.alternateRefsCommand", "core.askPass", "alias.log", "remote.origin.uploadpack",
        "filter.x.smudge", "filter.x.clean", "diff.x.textconv",
    )  # fmt: skip
    for name in names:
        git(clone, "config", name, str(script), when=FIRST)
    git(clone, "config", "log.showSignature", "true", when=FIRST)
    git(clone, "config", "core.hooksPath", str(tmp_path), when=FIRST)
    (clone / ".git/objects/info").mkdir(exist_ok=True)
    (clone / ".git/objects/info/alternates").write_text("/dev/zero\n", "utf-8")
    assert last_change(clone, ["dep.yaml"]) == FIRST
    assert not marker.exists()


def test_the_environment_says_nothing(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert last_change(clone, ["dep.yaml"]) == FIRST
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("head", ["", "ref: refs/heads/none", "ref: refs/../../x", "0" * 40, "-x"])
def test_no_commit_is_no_date(clone: Path, head: str) -> None:
    (clone / ".git/HEAD").write_text(head, "utf-8")
    assert last_change(clone, ["dep.yaml"]) is None


def test_links_are_not_followed(clone: Path, tmp_path: Path) -> None:
    (clone / ".git").rename(tmp_path / "elsewhere")
    (clone / ".git").symlink_to(tmp_path / "elsewhere")
    assert last_change(clone, ["dep.yaml"]) is None
    assert last_change(tmp_path, ["dep.yaml"]) is None
