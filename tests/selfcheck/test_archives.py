"""Unpacking what is handed in as an archive, hostile ones among them."""

import gzip
import io
import os
import shutil
import stat
import struct
import sys
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import timeouts
from grading.errors import InfrastructureError, SubmissionError
from grading.submission.archives.limits import MIB, Limits
from grading.submission.archives.unpack import Unpacked, names_in, unpack
from tests.selfcheck.platforms import packing
from tests.selfcheck.platforms.packing import FORMS, rar, seven_zip, tarred, zipped

FILES = {"dep.yaml": b"kind: Deployment\n", "more/notes.txt": b"", "more/svc.yaml": b"kind: Service\n" * 99}


class Place:
    """A folder with an archive, and one that it is unpacked into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.into = root / "into"

    def unpack(self, data: bytes, name: str = "handed-in.zip", limits: Limits | None = None) -> Unpacked:
        archive = self.root / name
        archive.write_bytes(data)
        return unpack(archive, self.into, limits or Limits())

    def refused(self, data: bytes, name: str = "handed-in.zip", limits: Limits | None = None) -> str:
        with pytest.raises(SubmissionError) as caught:
            self.unpack(data, name, limits)
        assert list(self.into.iterdir()) == []
        assert str(self.root / name) in str(caught.value)
        return str(caught.value)

    @property
    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.into).as_posix(): path.read_bytes()
            for path in self.into.rglob("*")
            if not path.is_dir()
        }

    def nothing_else(self) -> bool:
        """Return whether there is nothing but the archive, and the folder with plain files and folders."""
        modes = {path.lstat().st_mode for path in self.root.rglob("*")}
        return len(list(self.root.iterdir())) == 2 and all(
            stat.S_ISREG(mode) or stat.S_ISDIR(mode) for mode in modes
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize("form", FORMS)
def test_files_come_out_as_they_went_in(place: Place, form: str) -> None:
    assert place.unpack(FORMS[form](FILES), f"m.{form}") == Unpacked(3, ())
    assert place.files == FILES
    assert names_in(place.root / f"m.{form}", Limits()) == list(FILES)


@pytest.mark.parametrize("form", FORMS)
def test_the_kind_is_told_by_the_content(place: Place, form: str) -> None:
    place.unpack(FORMS[form](FILES), "named-otherwise.rar")
    assert place.files == FILES


def test_what_was_there_is_removed(place: Place) -> None:
    place.into.mkdir()
    (place.into / "old.yaml").write_text("old", "utf-8")
    place.unpack(zipped(FILES))
    assert place.files == FILES


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cut", [0.3, 0.7, 0.97])
def test_half_an_archive_is_none(place: Place, form: str, cut: float) -> None:
    noise = {f"{n}.yaml": bytes(hash((n, m)) % 251 for m in range(4000)) for n in range(5)}
    data = FORMS[form](noise)
    # A tar ends with a kilobyte and more of zeros that nobody misses.
    data = data.rstrip(b"\0") if form == "tar" else data
    assert "damaged" in place.refused(data[: int(len(data) * cut)], f"m.{form}")


def test_a_wrong_sum(place: Place) -> None:
    data = bytearray(zipped({"dep.yaml": b"kind: Pod"}, method=zipfile.ZIP_STORED))
    data[data.index(b"kind")] ^= 1
    assert "Bad CRC-32 for file 'dep.yaml'" in place.refused(bytes(data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty. Download or upload it again."),
        (b"<!DOCTYPE html><title>Log in</title>" * 99, "it is not an archive of a known kind (zip, tar,"),
        (zipped({}), "it contains no files"),
        (tarred({}), "it contains no files"),
        (zipped({".DS_Store": b"x", "__MACOSX/._dep.yaml": b"x"}), "it contains no files"),
        (gzip.compress(b"kind: Pod", mtime=0), "compressed, but contains no tar"),
        (packing.encrypted(FILES), "it is encrypted. Pack the manifests again, without a password."),
    ],
)
def test_what_is_no_archive_of_files_is_refused(place: Place, data: bytes, words: str) -> None:
    assert words in place.refused(data)


def test_no_such_archive(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="cannot be read: No such file"):
        unpack(tmp_path / "none.zip", tmp_path / "into")


# What it leaves out


def test_what_systems_add_is_left_out_without_a_word(place: Place) -> None:
    junk = (
        "__MACOSX/._dep.yaml", "m/.DS_Store", "Thumbs.db", "m/desktop.ini", "node_modules/x/index.js",
        ".git/config", "m/._svc.yaml", "M/__MacOSX/a",
    )  # fmt: skip
    assert place.unpack(zipped(dict.fromkeys((*junk, "m/dep.yaml"), b"x"))) == Unpacked(1, ())
    assert place.files == {"m/dep.yaml": b"x"}


def test_dates_of_a_clone_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({".git/HEAD": b"x", ".git/objects/._a": b"x"}))
    unpack(tmp_path / "a.zip", tmp_path / "into", keeps_git=True)
    assert (tmp_path / "into/.git/objects/._a").exists()


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ["../out.yaml", "m/../../out.yaml", "m/..", "..", "/../out.yaml"])
def test_nothing_leaves_the_folder(place: Place, name: str, pack: Callable[[packing.Files], bytes]) -> None:
    done = place.unpack(pack({name: b"x", "kept.yaml": b"y"}))
    assert done.remarks == (f"left out, because their names point outside the archive: {name}",)
    assert place.files == {"kept.yaml": b"y"}
    assert place.nothing_else()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/home/jan/dep.yaml", "home/jan/dep.yaml"),
        ("C:\\Users\\jan\\dep.yaml", "Users/jan/dep.yaml"),
        ("C:/dep.yaml", "dep.yaml"),
        ("m\\dep.yaml", "m/dep.yaml"),
        ("./m//dep.yaml", "m/dep.yaml"),
        ("//server/dep.yaml", "server/dep.yaml"),
    ],
)
def test_whole_paths_begin_at_the_folder(place: Place, name: str, path: str) -> None:
    assert place.unpack(zipped({name: b"x"})).remarks == ()
    assert place.files == {path: b"x"}


def test_a_link_is_never_made_or_followed(place: Place) -> None:
    target = place.root.parent / "target"
    done = place.unpack(packing.linked("link", str(target)))
    assert done.remarks == ("left out, because they are links: link",)
    assert place.files == {"link/through": b"written through it", "kept.yaml": b"kept"}
    assert not target.exists()
    assert place.nothing_else()


def test_devices_and_pipes_are_left_out(place: Place) -> None:
    done = place.unpack(packing.special())
    assert [remark.partition(":")[0] for remark in done.remarks] == [
        "left out, because they are links",
        "left out, because they are not files",
    ]
    assert place.files == {"kept.yaml": b"kept"}
    assert place.nothing_else()


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_no_file_can_have(place: Place, pack: Callable[[packing.Files], bytes]) -> None:
    long, deep = "x" * 300, "d/" * 3000 + "x"
    done = place.unpack(
        pack({long: b"1", deep: b"2", "kept": b"3", "kept/below": b"4", "a/b": b"5", "a": b"6"})
    )
    assert len(done.remarks) == 1
    assert done.remarks[0].startswith(
        "left out, because their names clash with those of other files, or are not valid: xxx"
    )
    assert place.files == {"kept": b"3", "a/b": b"5"}


def test_a_name_with_a_nul_is_left_out(place: Place) -> None:
    data = zipped({"dep.yamlQ.exe": b"x", "kept": b"y"}).replace(b"Q", b"\0")
    assert place.unpack(data).remarks == (
        "left out, because their names point outside the archive: 'dep.yaml\\x00.exe'",
    )
    assert place.files == {"kept": b"y"}


def test_of_a_name_that_is_there_twice_the_last_counts(place: Place) -> None:
    """As for tar and unzip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("dep.yaml", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("dep.yaml", "last")
    done = place.unpack(stream.getvalue())
    assert done.remarks == ("present several times; the last one counts: dep.yaml",)
    assert place.files == {"dep.yaml": b"last"}


def test_forms_of_one_name_in_unicode_are_one_file(place: Place) -> None:
    done = place.unpack(zipped({"e\u0301.yaml": b"1", "\u00e9.yaml": b"2"}))
    assert done.remarks == ("present several times; the last one counts: é.yaml",)
    assert place.files == {"é.yaml": b"2"}


def test_names_in_other_letters_are_both_there_where_the_file_system_can(place: Place) -> None:
    place.unpack(zipped({"Dep.yaml": b"1", "dep.yaml": b"2"}))
    assert place.files == {"Dep.yaml": b"1", "dep.yaml": b"2"}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("é".encode("cp437"), "é"),
        ("Zoë/é.yaml".encode(), "Zoë/é.yaml"),
        (unicodedata.normalize("NFD", "é").encode(), "é"),
    ],
)
def test_names_that_are_not_marked_as_utf_8(place: Place, raw: bytes, name: str) -> None:
    data = zipped({"x" * len(raw): b"1"}).replace(b"x" * len(raw), raw)
    place.unpack(data)
    assert place.files == {name: b"1"}


def test_a_name_that_is_no_text(place: Place) -> None:
    place.unpack(_tar_with_raw_name(b"\xff.yaml"), "m.tar")
    assert [path.name for path in place.into.iterdir()] == ["\udcff.yaml"]


def _tar_with_raw_name(raw: bytes) -> bytes:
    entry = tarfile.TarInfo(raw.decode("utf-8", "surrogateescape"))
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + bytes(1024)


def test_many_names_are_one_line(place: Place) -> None:
    done = place.unpack(zipped({f"../{n}": b"" for n in range(3000)} | {"kept": b""}))
    assert len(done.remarks) == 1
    assert len(done.remarks[0]) < 200


# Limits


@pytest.mark.parametrize("form", FORMS)
def test_a_bomb_is_defused(place: Place, form: str) -> None:
    data = FORMS[form]({"zeros": bytes(8 * MIB)})
    assert "larger than 1 MiB" in place.refused(data, f"b.{form}", Limits(size=MIB))
    if form != "tar":
        assert "more than 10 times as large" in place.refused(data, f"b.{form}", Limits(ratio=10, small=MIB))


def test_entries_that_share_bytes(place: Place) -> None:
    assert "files in it overlap" in place.refused(packing.overlapping("0000", 500, MIB))


@pytest.mark.parametrize("form", FORMS)
def test_too_many_files(place: Place, form: str) -> None:
    data = FORMS[form]({f"{n}.yaml": b"" for n in range(20)})
    assert "more than 19 files" in place.refused(data, f"b.{form}", Limits(files=19))
    assert "more than 19 files" in place.refused(data, f"b.{form}", Limits(entries=19))


def test_a_directory_that_fills_the_memory(place: Place) -> None:
    """A zip says itself how long its directory is, and Python reads all of that at once."""
    data = zipped({"a" * 200: b""})
    at = data.index(b"PK\x05\x06")
    entries = data[data.index(b"PK\x01\x02") : at] * 100
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 100, 100, len(entries), data.index(b"PK\x01\x02"), 0)
    whole = data[: data.index(b"PK\x01\x02")] + entries + tail
    assert "more than 10 files" in place.refused(whole, limits=Limits(entries=10))


def test_a_description_that_fills_the_memory(place: Place) -> None:
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.XHDTYPE, MIB
    data = entry.tobuf(tarfile.USTAR_FORMAT) + b"9" * MIB + tarred({"a": b""})
    assert "the description of a file in it is too long" in place.refused(data)


def test_a_description_may_follow_much_data(place: Place) -> None:
    files = {f"{n}/{'long' * 50}": bytes(100_000) for n in range(30)}
    assert place.unpack(tarred(files), limits=Limits(ratio=10**6)).files == 30


def test_it_takes_too_long(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "UNPACKED", 0.0)
    assert "took longer than 0 s" in place.refused(zipped(FILES))


def test_a_full_disk_is_nobodys_fault(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(InfrastructureError, match="cannot be written: No space left"):
        place.unpack(zipped(FILES))
    assert list(place.into.iterdir()) == []


def test_descriptions_of_many_small_files(place: Place) -> None:
    assert place.unpack(tarred({f"{n}.yaml": b"x" for n in range(300)})).files == 300


# Archives in archives


@pytest.mark.parametrize("inner", FORMS)
@pytest.mark.parametrize("outer", ["zip", "tar.gz"])
def test_an_archive_in_an_archive(place: Place, inner: str, outer: str) -> None:
    place.unpack(FORMS[outer]({f"m/inner.{inner}": FORMS[inner](FILES), "a.yaml": b"a"}), f"m.{outer}")
    assert place.files == {f"m/inner.{inner}/{name}": data for name, data in FILES.items()} | {"a.yaml": b"a"}


def test_a_document_that_is_a_zip_stays_as_it_is(place: Place) -> None:
    files = {"report.docx": zipped({"word/document.xml": b""}), "a.jar": zipped({"A.class": b""})}
    place.unpack(zipped(files))
    assert place.files == files


def test_archives_too_deep_in_one_another(place: Place) -> None:
    data = zipped(FILES)
    for _level in range(4):
        data = zipped({"inner.zip": data})
    assert "inner.zip/inner.zip/inner.zip/inner.zip: it contains archives within archives" in place.refused(
        data
    )


def test_an_archive_in_itself_counts_all_together(place: Place) -> None:
    inner = zipped({"zeros": bytes(MIB)})
    data = zipped({f"{n}.zip": inner for n in range(10)})
    assert "larger than 5 MiB" in place.refused(data, limits=Limits(size=5 * MIB))
    assert "it contains more than 9 archives" in place.refused(data, limits=Limits(archives=9))


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (b"", "m/i.zip: it is empty"),
        (packing.encrypted(FILES), "m/i.zip: it is encrypted"),
        (zipped(FILES)[:40], "m/i.zip: it is damaged"),
    ],
)
def test_what_is_in_it_must_be_readable_too(place: Place, inner: bytes, words: str) -> None:
    """The manifests may be in there: without them points would be lost that were earned."""
    assert words in place.refused(zipped({"m/i.zip": inner, "dep.yaml": b"x"}))


# Programs


def put(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable} -I\nimport sys, os, time\n{body}\n", "utf-8")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs; empty."""
    folder = tmp_path.parent / f"{tmp_path.name}-programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.parametrize(("pack", "kind"), [(rar, "rar"), (seven_zip, "7z")])
def test_no_program_is_there(
    place: Place, programs: Path, pack: Callable[[packing.Files], bytes], kind: str
) -> None:
    words = place.refused(pack(FILES), f"m.{kind}")
    assert (
        f"m.{kind}: no program on this machine can unpack {kind}. Install bsdtar (package libarchive-tools"
        in words
    )


def test_bsdtar_turns_it_into_a_tar(place: Place, programs: Path) -> None:
    (programs / "tar").write_bytes(tarred(FILES))
    body = f"""
assert sys.argv[1:-1] == ["-c", "-f", "-", "--format=pax"], sys.argv
assert open(sys.argv[-1].removeprefix("@"), "rb").read(4) == b"Rar!"
sys.stdout.buffer.write(open({str(programs / "tar")!r}, "rb").read())"""
    put(programs, "bsdtar", body)
    place.unpack(rar(FILES), "m.rar")
    assert place.files == FILES
    place.unpack(zipped({"-x/@m.rar": rar(FILES)}))
    assert place.files == {f"-x/@m.rar/{name}": data for name, data in FILES.items()}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit('bsdtar: Passphrase required for this entry')", "it is encrypted"),
        (
            "print('part of it'); sys.exit('bsdtar: Damaged 7-Zip archive')",
            "it is damaged (bsdtar: Damaged 7-Zip",
        ),
        ("os.kill(os.getpid(), 9)", "it is damaged"),
        ("print('no tar' * 999)", "it is damaged"),
        ("while True: sys.stdout.buffer.write(bytes(2**20))", "unpacked, it is larger than 2 MiB"),
        ("sys.stderr.write('x' * 2**22); sys.exit(1)", "it is damaged"),
    ],
)
def test_a_program_that_fails(place: Place, programs: Path, body: str, words: str) -> None:
    put(programs, "bsdtar", body)
    assert words in place.refused(rar(FILES), "m.rar", Limits(size=2 * MIB))


def test_a_program_that_never_ends(place: Place, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "UNPACKED", 0.5)
    put(programs, "bsdtar", "sys.stdout.close(); os.close(1); time.sleep(99)")
    assert "took longer than 0 s" in place.refused(rar(FILES), "m.rar")
    put(programs, "bsdtar", "time.sleep(99)")
    assert "took longer than 0 s" in place.refused(rar(FILES), "m.rar")


LISTED = """
Path = more
Folder = +
Size = 0

Path = dep.yaml
Size = 3
Attributes = A -rw-r--r--
CRC = 8C736521
Encrypted = -

Path = link
Size = 4
Attributes = A lrwxrwxrwx
CRC =

Path = more/a = b.yaml
Size = 2
CRC = 4F2F5ABE
"""


def seven(listed: str, printed: str) -> str:
    return f"""
if sys.argv[1] == "l":
    print({listed!r})
else:
    assert sys.argv[1:3] == ["x", "-so"]
    sys.stdout.write({printed!r})"""


def test_seven_zip_prints_all_files_one_after_the_other(place: Place, programs: Path) -> None:
    listed = LISTED.replace("8C736521", f"{zlib.crc32(b'foo'):08X}").replace(
        "4F2F5ABE", f"{zlib.crc32(b'ab'):08X}"
    )
    put(programs, "7z", seven(listed, "foo/etcab"))
    done = place.unpack(seven_zip(FILES), "m.7z")
    assert done.remarks == ("left out, because they are links: link",)
    assert place.files == {"dep.yaml": b"foo", "more/a = b.yaml": b"ab"}
    put(programs, "7z", seven(listed, "fox/etcab"))
    assert "it is damaged (CRC)" in place.refused(seven_zip(FILES), "m.7z")
    put(programs, "7z", seven(listed, "foo"))
    assert "it is damaged" in place.refused(seven_zip(FILES), "m.7z")
    put(programs, "7z", seven(listed.replace("Encrypted = -", "Encrypted = +"), ""))
    assert "it is encrypted" in place.refused(seven_zip(FILES), "m.7z")


def test_a_seven_zip_without_rar(place: Place, programs: Path) -> None:
    put(programs, "7zz", "print('ERROR: m.rar : Cannot open the file as archive'); sys.exit(2)")
    assert "no program on this machine can unpack rar" in place.refused(rar(FILES), "m.rar")
    assert "it is damaged" in place.refused(seven_zip(FILES), "m.7z")


@pytest.mark.parametrize(
    ("program", "pack"),
    [("bsdtar", rar), ("bsdtar", seven_zip), ("7zz", seven_zip)],
)
def test_the_programs_themselves(
    place: Place, monkeypatch: pytest.MonkeyPatch, program: str, pack: Callable[[packing.Files], bytes]
) -> None:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"there is no {program}")
    only = place.root.parent / f"{place.root.name}-programs"
    only.mkdir()
    (only / program).symlink_to(found)
    monkeypatch.setenv("PATH", str(only))
    files = {"dep.yaml": b"kind: Deployment\n", "more/Zoë.yaml": b"kind: Service\n" * 99}
    name = f"m.{'rar' if pack is rar else '7z'}"
    place.unpack(pack(files), name)
    assert place.files == files
    data = pack(files)
    assert "damaged" in place.refused(data[: len(data) // 2], name)


# Anything at all


@settings(max_examples=300)
@given(data=st.data(), form=st.sampled_from(sorted(FORMS)))
def test_any_bytes_are_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, form: str
) -> None:
    raw = bytearray(FORMS[form]({"a/dep.yaml": b"kind: Pod\n" * 20, "b.yaml": b"x", "l" * 120: b""}))
    for _change in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    place = Place(tmp_path_factory.mktemp("any"))
    try:
        place.unpack(bytes(raw), f"m.{form}")
    except SubmissionError:
        assert list(place.into.iterdir()) == []
    assert place.nothing_else()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_unpacked_only_where_what_it_gives_is_bounded(method: int, tmp_path: Path) -> None:
    """Of these methods Python's zipfile decompresses all that 64 KiB hold at once: gigabytes."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("pod.yaml", b"a" * 2**20)
    with pytest.raises(SubmissionError, match=r"compression method is not supported \((bzip2|lzma)\)"):
        unpack(tmp_path / "x.zip", tmp_path / "out")
