"""Whether a root file system can be changed without unpacking it, and comes out the same each time."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from fixtures.airgap.tree import Tree


def members(tree: Tree) -> dict[str, tarfile.TarInfo]:
    out = io.BytesIO()
    tree.write_tar(out)
    out.seek(0)
    with tarfile.open(fileobj=out, encoding="utf-8") as tar:
        return {member.name: member for member in tar}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tar with what Debian's have: bin beside usr/bin, links, a hard link, a device, an owner."""
    file = tmp_path / "root.tar"
    with tarfile.open(file, "w", encoding="utf-8") as tar:

        def add(
            name: str, kind: bytes = tarfile.REGTYPE, text: str = "", link: str = "", mode: int = 0o644
        ) -> None:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode, info.mtime = kind, link, mode, 12345
            info.uid = 33 if "www" in name else 0
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))

        for folder in (
            "./bin/",
            "./usr/",
            "./usr/bin/",
            "./lib/",
            "./var/",
            "./var/www/",
            "./usr/share/doc/a/",
        ):
            add(folder, tarfile.DIRTYPE, mode=0o755)
        add("./bin/tool", text="tool", mode=0o4755)
        add("./usr/bin/perl", text="perl", mode=0o755)
        add("./usr/bin/perl5", tarfile.LNKTYPE, link="./usr/bin/perl")
        add("./lib/lib.so", tarfile.SYMTYPE, link="lib.so.1")
        add("./dev/null", tarfile.CHRTYPE)
        add("./usr/share/doc/a/readme", text="read me")
    return file


def test_it_comes_out_sorted_with_owners_and_modes_and_without_times(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    found = members(tree)
    assert list(found) == sorted(found, key=lambda name: name.split("/"))
    assert found["bin/tool"].mode == 0o4755
    assert found["var/www"].uid == 33
    assert len({member.mtime for member in found.values()}) == 1
    assert "dev/null" not in found
    assert found["usr/bin/perl5"].islnk()


def test_the_same_inputs_give_the_same_bytes(root: Path) -> None:
    outs = []
    for _ in range(2):
        tree, out = Tree(), io.BytesIO()
        tree.read_tar(root)
        tree.merge_usr()
        tree.write_tar(out)
        outs.append(out.getvalue())
    assert outs[0] == outs[1]


def test_bin_is_merged_into_usr(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.merge_usr()
    found = members(tree)
    assert found["bin"].issym()
    assert found["bin"].linkname == "usr/bin"
    assert found["usr/bin/tool"].size == 4
    assert found["usr/lib/lib.so"].issym()
    assert tree.read("/bin/tool") == b"tool"


def test_a_file_put_behind_a_link_lands_where_the_link_leads(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.merge_usr()
    tree.add_file("/bin/new", b"new", 0o755)
    tree.add_link("/bin/sh", "new")
    found = members(tree)
    assert found["usr/bin/new"].mode == 0o755
    assert found["usr/bin/sh"].linkname == "new"
    assert tree.read("/bin/sh") == b"new"


def test_a_file_takes_the_place_of_a_link_and_not_of_its_target(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.add_link("/bin/ctr", "tool")
    tree.add_file("/bin/ctr", b"ctr", 0o755)
    assert tree.read("/bin/tool") == b"tool"
    assert tree.read("/bin/ctr") == b"ctr"


def test_globs_remove_with_all_below_and_do_not_cross_a_slash(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.remove("/usr/share/*")
    tree.remove("/usr/p*")
    assert not tree.exists("/usr/share/doc/a/readme")
    assert tree.exists("/usr/share")
    assert tree.exists("/usr/bin/perl")


def test_a_glob_follows_the_merged_folders(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.merge_usr()
    tree.remove("/lib/lib.so")
    assert not tree.exists("/usr/lib/lib.so")


def test_a_hard_link_survives_the_removal_of_the_first_name(root: Path) -> None:
    tree = Tree()
    tree.read_tar(root)
    tree.remove("/usr/bin/perl")
    assert tree.read("/usr/bin/perl5") == b"perl"
    assert members(tree)["usr/bin/perl5"].isreg()


def test_links_in_a_circle_end(root: Path) -> None:
    tree = Tree()
    tree.add_link("/a", "b")
    tree.add_link("/b", "a")
    assert tree.resolve("/a/c")


def test_links_do_not_lead_out(root: Path) -> None:
    tree = Tree()
    tree.add_link("/a", "../../../etc")
    assert tree.resolve("/a/passwd") == "etc/passwd"


def test_folders_above_are_made_and_a_mode_can_be_set() -> None:
    tree = Tree()
    tree.add_file("/a/b/c", b"", 0o644)
    tree.add_folder("/a", 0o1777)
    found = members(tree)
    assert found["a"].mode == 0o1777
    assert found["a/b"].isdir()
