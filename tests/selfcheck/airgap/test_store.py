"""Whether the cache finds what is whole and only that, under a key that holds all that counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixtures.airgap.paths import cache, own, state
from fixtures.airgap.store import Durations, Store, fingerprint, tree_digest, write_atomically


def write(text: str):  # type: ignore[no-untyped-def]
    def build(folder: Path) -> None:
        (folder / "out").write_text(text, "utf-8")

    return build


def test_the_same_inputs_have_the_same_key_in_any_order() -> None:
    assert fingerprint({"a": 1, "b": [2, 3]}) == fingerprint({"b": [2, 3], "a": 1})


@pytest.mark.parametrize("other", [{"a": 2}, {"a": 1, "b": None}, {"A": 1}, ["a", 1]])
def test_other_inputs_have_another_key(other: object) -> None:
    assert fingerprint({"a": 1}) != fingerprint(other)


def test_what_was_made_is_found_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.find("program k3s", "k" * 64) is None
    digest = store.make("program k3s", "k" * 64, write("text"))
    assert Store(tmp_path).find("program k3s", "k" * 64) == digest
    assert (store.path("program k3s", "k" * 64) / "out").read_text("utf-8") == "text"


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").write_text("half", "utf-8")
        raise RuntimeError("no")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        store.make("x", "k", build)
    assert store.find("x", "k") is None
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_killed_build_left_is_not_taken_for_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    partial = store.path("x", "k").with_name(".partial-old")
    partial.mkdir(parents=True)
    (partial / "old").write_text("old", "utf-8")
    assert store.find("x", "k") is None
    store.make("x", "k", write("new"))
    assert sorted(path.name for path in store.path("x", "k").iterdir()) == ["done.json", "out"]


def test_what_is_unfinished_is_for_this_user_alone_and_has_a_name_nobody_can_guess(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def build(folder: Path) -> str:
        seen.append((folder.name, folder.stat().st_mode & 0o777))
        return "digest"

    for _ in range(2):
        Store(tmp_path).make("x", "k", build)
    assert [mode for _name, mode in seen] == [0o700, 0o700]
    assert len({name for name, _mode in seen}) == 2


def test_what_somebody_put_in_the_way_is_never_written_through(tmp_path: Path) -> None:
    aim = tmp_path / "aim"
    aim.write_text("mine", "utf-8")
    file = tmp_path / "file"
    for name in (file.name, f".{file.name}.{os.getpid()}"):
        (tmp_path / name).symlink_to(aim)
    write_atomically(file, "new")
    assert (aim.read_text("utf-8"), file.read_text("utf-8")) == ("mine", "new")
    assert not file.is_symlink()


def test_the_suites_own_folders_are_for_their_user_alone() -> None:
    before = os.umask(0)
    try:
        for folder in (cache() / "build", state() / "clusters"):
            own(folder)
            assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent)} == {0o700}
    finally:
        os.umask(before)


def test_the_last_two_versions_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key in "abc":
        store.make("x", key, write(key))
    assert store.find("x", "c")
    assert len([path for path in store.path("x", "c").parent.iterdir() if path.is_dir()]) == 2


def test_the_digest_tells_content_name_and_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", "utf-8")
    first = tree_digest(tmp_path)
    (tmp_path / "a").chmod(0o755)
    second = tree_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, tree_digest(tmp_path)}) == 3


def test_durations_survive_and_a_damaged_file_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    Durations(file).record({"a": 12.34})
    assert Durations(file).guess("a", 1) == 12.3
    assert Durations(file).guess("b", 7) == 7
    file.write_text("[1", "utf-8")
    assert Durations(file).guess("a", 1) == 1


def test_writing_leaves_no_other_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "new" / "file", "text")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]
