"""Whether images are made without Docker, are the same each time, and are what `docker load` reads."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fixtures.airgap.archive import ImageFolder, read_archive, write_archive, write_image
from fixtures.airgap.errors import BadRecipe, KitError
from fixtures.airgap.images import build_image, source_files
from fixtures.airgap.recipes import ImageRecipe
from fixtures.airgap.tree import Tree


def image(folder: Path, name: str = "x", text: bytes = b"text", **config: Any) -> Path:
    tree = Tree()
    tree.add_file("/file", text, 0o644)
    folder.mkdir(parents=True)
    write_image(folder, name, [f"test/{name}:1"], tree, config, [f"library/{name}:1"])
    return folder


def archive(*folders: Path) -> bytes:
    out = io.BytesIO()
    write_archive(folders, out)
    return out.getvalue()


def test_the_same_inputs_give_the_same_archive(tmp_path: Path) -> None:
    assert archive(image(tmp_path / "a")) == archive(image(tmp_path / "b"))
    assert archive(image(tmp_path / "c", text=b"other")) != archive(image(tmp_path / "d"))


def test_the_manifest_names_what_is_there_by_its_digest(tmp_path: Path) -> None:
    raw = archive(image(tmp_path / "a", Cmd=["run"], Env=["A=1"]), image(tmp_path / "b", "y"))
    with tarfile.open(fileobj=io.BytesIO(raw), encoding="utf-8") as tar:
        content = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    manifest = json.loads(content["manifest.json"])
    assert [entry["RepoTags"] for entry in manifest] == [["test/x:1"], ["test/y:1"]]
    config = json.loads(content[manifest[0]["Config"]])
    assert manifest[0]["Config"] == hashlib.sha256(content[manifest[0]["Config"]]).hexdigest() + ".json"
    layers = ["sha256:" + hashlib.sha256(content[layer]).hexdigest() for layer in manifest[0]["Layers"]]
    assert config["rootfs"]["diff_ids"] == layers
    assert config["config"]["Cmd"] == ["run"]
    assert config["config"]["Env"][1] == "A=1"
    assert config["config"]["Env"][0].startswith("PATH=")
    # Both have the same layer: it is in the archive once.
    assert len(content) == 4


def test_an_image_can_be_taken_out_of_an_archive(tmp_path: Path) -> None:
    file = tmp_path / "both.tar"
    first, second = image(tmp_path / "a"), image(tmp_path / "b", "y", b"other")
    file.write_bytes(archive(first, second))
    taken = read_archive(file, "test/y:1", tmp_path / "c", name="y", publish=("library/y:1",))
    assert taken == ImageFolder(second).image
    assert ImageFolder(tmp_path / "c").layers[0].read_bytes() == ImageFolder(second).layers[0].read_bytes()
    with pytest.raises(BadRecipe, match="there is no image test/z:1"):
        read_archive(file, "test/z:1", tmp_path / "d", name="z")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "index.html").write_text("hello", "utf-8")
    (folder / "start").write_text("#!/bin/sh\n", "utf-8")
    (folder / "start").chmod(0o755)
    return folder


def test_a_recipe_becomes_an_image(tmp_path: Path, sources: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"ELF")
    recipe = ImageRecipe(
        name="x",
        tag="kubegrade/x:1",
        note="a test",
        stands_in_for="x:1",
        programs={"/bin/run": "run"},
        files={"/web": "web", "/start": "start"},
        links={"/bin/other": "run"},
        directories={"/tmp": "1777"},
        archives={"/images.tar": ("base",)},
        config={"Cmd": ["/bin/run"]},
        publish=("library/x:1",),
    )
    base = image(tmp_path / "base", "base")
    out = tmp_path / "out"
    out.mkdir()
    built = build_image(recipe, out, images={"base": base}, programs={"run": program}, sources=sources)
    with tarfile.open(ImageFolder(out).layers[0], encoding="utf-8") as tar:
        modes = {member.name: member.mode for member in tar if not member.issym()}
        inner = tar.extractfile("images.tar")
        assert inner is not None
        assert inner.read() == archive(base)
    assert modes["bin/run"] == 0o755
    assert modes["start"] == 0o755
    assert modes["web/index.html"] == 0o644
    assert modes["tmp"] == 0o1777
    config = json.loads(ImageFolder(out).config.read_text("utf-8"))["config"]
    assert config["Labels"]["kubegrade.stands-in-for"] == "x:1"
    assert built.publish == ("library/x:1",)
    assert sorted(path.name for path in out.iterdir() if "archive" in path.name) == []


def test_an_image_can_start_from_another(tmp_path: Path) -> None:
    base = image(tmp_path / "base", "base")
    out = tmp_path / "out"
    out.mkdir()
    build_image(
        ImageRecipe(name="x", tag="x:1", base="base", links={"/l": "file"}), out, images={"base": base}
    )
    with tarfile.open(ImageFolder(out).layers[0], encoding="utf-8") as tar:
        assert tar.getnames() == ["file", "l"]


def test_a_missing_source_is_named(tmp_path: Path, sources: Path) -> None:
    recipe = ImageRecipe(name="x", tag="x:1", files={"/a": "nowhere"})
    with pytest.raises(KitError, match="nowhere"):
        build_image(recipe, tmp_path, sources=sources)


def test_the_digests_of_sources_tell_content_and_mode(sources: Path) -> None:
    recipe = ImageRecipe(name="x", tag="x:1", files={"/web": "web", "/start": "start"})
    first = source_files(recipe, sources)
    assert sorted(first) == ["start", "web/index.html"]
    (sources / "start").chmod(0o644)
    assert source_files(recipe, sources) != first


def test_applets_fill_the_gaps_only(tmp_path: Path) -> None:
    base = tmp_path / "base"
    tree = Tree()
    tree.add_file("/bin/busybox", b"", 0o755)
    tree.add_file("/usr/bin/grep", b"real", 0o755)
    base.mkdir()
    write_image(base, "base", ["b:1"], tree, {})
    out = tmp_path / "out"
    out.mkdir()
    recipe = ImageRecipe(name="x", tag="x:1", base="base", applets=("sh", "grep"))
    build_image(recipe, out, images={"base": base})
    with tarfile.open(ImageFolder(out).layers[0], encoding="utf-8") as tar:
        assert tar.getmember("bin/sh").linkname == "busybox"
        assert "bin/grep" not in tar.getnames()
