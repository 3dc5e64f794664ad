"""Make archives, those that nobody makes by accident among them."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping

import zstandard

Files = Mapping[str, bytes]


def zipped(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, method)
    return stream.getvalue()


def tarred(files: Files) -> bytes:
    """Return a tar of files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", encoding="utf-8") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def rar(files: Files, *, broken: bool = False) -> bytes:
    """Return a rar (version 5) whose files are stored as they are; https://www.rarlab.com/technote.htm."""
    blocks = [b"Rar!\x1a\x07\x01\x00", _rar_block(1, 0, b"\x00")]
    for name, data in files.items():
        raw = name.encode()
        sum_ = zlib.crc32(data) ^ broken
        header = _number(4) + _number(len(data)) + _number(0o100644) + struct.pack("<I", sum_)
        header += _number(0) + _number(1) + _number(len(raw)) + raw
        blocks += [_rar_block(2, 2, header, data), data]
    return b"".join([*blocks, _rar_block(5, 0, b"\x00")])


def _rar_block(kind: int, flags: int, rest: bytes, data: bytes | None = None) -> bytes:
    body = _number(kind) + _number(flags) + (b"" if data is None else _number(len(data))) + rest
    sized = _number(len(body)) + body
    return struct.pack("<I", zlib.crc32(sized)) + sized


def _number(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def seven_zip(files: Files) -> bytes:
    """Return a 7z whose files are stored as they are; DOC/7zFormat.txt of the LZMA SDK."""
    data = b"".join(files.values())
    sizes = [_packed(len(part)) for part in files.values()]
    sums = b"".join(struct.pack("<I", zlib.crc32(part)) for part in files.values())
    pack = b"\x06" + _packed(0) + _packed(1) + b"\x09" + _packed(len(data)) + b"\x00"
    folder = b"\x01" + b"\x01\x00"  # one coder: copy
    unpack = b"\x07\x0b" + _packed(1) + b"\x00" + folder + b"\x0c" + _packed(len(data)) + b"\x00"
    streams = (
        b"\x08\x0d" + _packed(len(files)) + b"\x09" + b"".join(sizes[:-1]) + b"\x0a\x01" + sums + b"\x00"
    )
    names = b"\x00" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in files)
    listed = b"\x05" + _packed(len(files)) + b"\x11" + _packed(len(names)) + names + b"\x00"
    header = b"\x01\x04" + pack + unpack + streams + b"\x00" + listed + b"\x00"
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + data + header


def _packed(value: int) -> bytes:
    """Return a number of a 7z: the first byte tells how many follow."""
    if value < 0x80:
        return bytes([value])
    return b"\xff" + struct.pack("<Q", value)


FORMS: dict[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.bz2": lambda files: bz2.compress(tarred(files)),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
    "tar.zst": lambda files: zstandard.ZstdCompressor().compress(tarred(files)),
}
"""Archives that need no program, by the end of their names."""


def encrypted(files: Files) -> bytes:
    """Return a zip that says that its files are encrypted."""
    data = bytearray(zipped(files))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def overlapping(name: str, count: int, size: int) -> bytes:
    """Return a zip whose entries all have the bytes of one file, which holds zeros."""
    single = zipped({name: bytes(size)})
    directory = single.index(b"PK\x01\x02")
    entry, end = single[directory : single.index(b"PK\x05\x06")], single.index(b"PK\x05\x06")
    entries = b"".join(
        entry[:46] + f"{number:0{len(name)}}".encode() + entry[46 + len(name) :] for number in range(count)
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), directory, 0)
    assert end > directory
    return single[:directory] + entries + tail


def linked(name: str, target: str) -> bytes:
    """Return a zip with a symbolic link, and a file that goes through it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, target)
        archive.writestr(f"{name}/through", b"written through it")
        archive.writestr("kept.yaml", b"kept")
    return stream.getvalue()


def special() -> bytes:
    """Return a tar with links, a device and a pipe."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", encoding="utf-8") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"special-{kind.decode()}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("kept.yaml")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"kept"))
    return stream.getvalue()
