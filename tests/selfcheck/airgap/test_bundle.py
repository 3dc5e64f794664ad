"""Whether a kit survives its way through a bundle, and a bad bundle does nothing."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from fixtures.airgap import bundle
from fixtures.airgap.archive import ImageFolder, write_image
from fixtures.airgap.errors import BadBundle
from fixtures.airgap.kit import Kit
from fixtures.airgap.paths import cache
from fixtures.airgap.plan import NODE, PROXY, REGISTRY, TOOLS
from fixtures.airgap.tree import Tree


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    folders = {}
    for name in (NODE, PROXY, TOOLS, REGISTRY, "web"):
        folders[name] = tmp_path / "images" / name
        folders[name].mkdir(parents=True)
        tree = Tree()
        tree.add_file("/name", name.encode() + os.urandom(1000), 0o644)
        publish = ["library/web:1"] if name == "web" else []
        write_image(folders[name], name, [f"kubegrade/{name}:1"], tree, {}, publish)
    for name in ("k3d", "kubectl"):
        (tmp_path / name).write_text(name, "utf-8")
    return Kit(
        source="built",
        k3d=tmp_path / "k3d",
        k3d_version="v5.8.3",
        kubectl=tmp_path / "kubectl",
        node_image="kubegrade/node:1",
        kubernetes_version="v1.31.4",
        loaded={"kubegrade/node:1": "sha256:x"},
        folders=folders,
    )


def packed(file: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", encoding="utf-8") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    file.write_bytes(zstandard.ZstdCompressor().compress(out.getvalue()))
    return file


def content_of(file: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(file.read_bytes())).read()
    with tarfile.open(fileobj=io.BytesIO(raw), encoding="utf-8") as tar:
        return [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]


def test_a_kit_comes_back_whole(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "kit.zst"
    size = bundle.write_bundle(kit, file)
    assert size == file.stat().st_size
    manifest, folder = bundle.unpack(file)
    assert (folder / "bin" / "k3d").read_text("utf-8") == "k3d"
    assert (folder / "bin" / "k3d").stat().st_mode & 0o111
    for name, source in kit.folders.items():
        back = ImageFolder(folder / "images" / name)
        assert back.image == ImageFolder(source).image
        assert back.layers[0].read_bytes() == ImageFolder(source).layers[0].read_bytes()
    assert str(tmp_path) not in manifest.model_dump_json()
    plan = bundle.BundlePlan((manifest, folder), file, install=[])
    names = [step.name for step in plan.steps]
    assert names.count("publish web") == 1
    assert "load web" not in names
    assert {f"load {name}" for name in (NODE, PROXY, TOOLS, REGISTRY)} <= set(names)


def test_the_kit_of_a_bundle_says_so(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "kit.zst"
    bundle.write_bundle(kit, file)
    plan = bundle.BundlePlan(bundle.unpack(file), file, install=[])
    digests = {f"load {name}": f"sha256:{name}" for name in (NODE, PROXY, TOOLS, REGISTRY)}
    digests["mirror"] = json.dumps({"container": "m", "image": "i", "port": 1})
    digests["publish web"] = "sha256:web"
    again = plan.kit(digests)
    assert again.source == "bundle"
    assert set(again.served.values()) == {"sha256:web"}
    assert again.loaded["kubegrade/node:1"] == "sha256:node"
    assert again.k3d.read_text("utf-8") == "k3d"
    assert again.fingerprint == bundle.bundle_fingerprint(file)


Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def _flip(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[1] = (members[1][0], b"K3D")


def _drop(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del members[-1]


def _climb(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append((tarfile.TarInfo("../../escaped"), b"x"))


def _twice(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append(members[1])


def _link(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info = tarfile.TarInfo(members[1][0].name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[1] = (info, b"")


def _manifest(**changes: Any) -> Change:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        known = json.loads(members[0][1])
        known.update(changes)
        members[0] = (members[0][0], json.dumps(known).encode())

    return change


def _path(path: str) -> Change:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        known = json.loads(members[0][1])
        known["files"][0]["path"] = path
        members[0] = (members[0][0], json.dumps(known).encode())
        members[1] = (tarfile.TarInfo(path), members[1][1])

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_flip, "damaged"),
        (_drop, "lacks"),
        (_climb, "which is not in its list of contents"),
        (_twice, "which is not in its list of contents"),
        (_link, "which is not in its list of contents"),
        (_manifest(format=99), "format 99"),
        (_manifest(architecture="s390x"), "for s390x"),
        (_manifest(kit={}), "list of contents"),
        (_path("../../escaped"), "list of contents"),
        (_path("/etc/escaped"), "list of contents"),
        (_path("images/../escaped"), "list of contents"),
        (_path("bin/other"), "list of contents"),
        (lambda members: members.pop(0), "not a bundle"),
        (lambda members: members.clear(), "not a bundle"),
    ],
)
def test_a_bad_bundle_is_refused_and_leaves_nothing(
    kit: Kit, tmp_path: Path, change: Change, words: str
) -> None:
    file = tmp_path / "kit.zst"
    bundle.write_bundle(kit, file)
    members = content_of(file)
    change(members)
    packed(file, members)
    with pytest.raises(BadBundle, match=words):
        bundle.unpack(file)
    assert not list(tmp_path.rglob("escaped"))
    assert [path for path in cache().rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("raw", [b"", b"nothing of the kind", b"\x28\xb5\x2f\xfd broken"])
def test_another_file_is_no_bundle(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "kit.zst"
    file.write_bytes(raw)
    with pytest.raises(BadBundle):
        bundle.unpack(file)


def test_a_bundle_cut_short_is_refused(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "kit.zst"
    bundle.write_bundle(kit, file)
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(BadBundle):
        bundle.unpack(file)


def test_a_damaged_bundle_leaves_the_one_before_in_place(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "kit.zst"
    bundle.write_bundle(kit, file)
    _, folder = bundle.unpack(file)
    file.write_bytes(b"no")
    with pytest.raises(BadBundle):
        bundle.unpack(file)
    assert (folder / "bin" / "k3d").read_text("utf-8") == "k3d"


def test_a_failed_write_leaves_no_part(kit: Kit, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be written"):
        bundle.write_bundle(kit, tmp_path / "nowhere" / "kit.zst")
    (tmp_path / "out").mkdir()
    broken = kit.model_copy(update={"k3d": tmp_path / "gone"})
    with pytest.raises(OSError, match="gone"):
        bundle.write_bundle(broken, tmp_path / "out" / "kit.zst")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match=r"nowhere\.zst"):
        bundle.bundle_fingerprint(tmp_path / "nowhere.zst")
