"""The kind of an archive, by the first bytes of a file; its name says only that it is meant as one."""

from __future__ import annotations

import tarfile
from enum import Enum
from typing import BinaryIO, Final


class Kind(Enum):
    """A kind of archive, by the first bytes of its files."""

    ZIP = b"PK\x03\x04"
    EMPTY_ZIP = b"PK\x05\x06"
    GZIP = b"\x1f\x8b"
    BZIP2 = b"BZh"
    XZ = b"\xfd7zXZ\x00"
    ZSTANDARD = b"\x28\xb5\x2f\xfd"
    RAR = b"Rar!\x1a\x07"
    SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
    TAR = b""
    """Its header has no mark at its beginning."""


_NAMES: Final = (
    ".zip", ".tar", ".rar", ".7z",
    ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".tzst", ".tar.zst",
)  # fmt: skip
SUPPORTED: Final = "zip, tar, tar.gz, tar.bz2, tar.xz, tar.zst, rar, 7z"


def is_named_archive(name: str) -> bool:
    """Return whether the name of a file is that of an archive."""
    return name.casefold().endswith(_NAMES)


def kind_of(stream: BinaryIO) -> Kind | None:
    """Return the kind of an archive, None if it is none.

    The stream is at its beginning afterwards.
    """
    start = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    for kind in Kind:
        if kind.value and start.startswith(kind.value):
            return kind
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        is_empty = len(start) == tarfile.BLOCKSIZE and not any(start)
        return Kind.TAR if is_empty else None
    return Kind.TAR
