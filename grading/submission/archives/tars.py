"""Read a tar, compressed or not, as a stream of its members."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

import zstandard

from grading.submission.archives.kinds import Kind
from grading.submission.archives.limits import Budget, Unreadable
from grading.submission.archives.members import Counted, Member, Source, Type
from grading.text.i18n import _

_HEADERS: Final = 32 * 1024
"""Bytes that may stand between the data of two members. `tarfile` reads headers into memory, and looks for
some words in them in a time that grows with the square of their length."""
_READ: Final = 16 * tarfile.BLOCKSIZE
"""Bytes that are read at once, headers and data alike."""
_PIECE: Final = 64 * 1024


def members(stream: BinaryIO, kind: Kind, budget: Budget) -> Iterator[Member]:
    """Yield the members of a tar.

    Args:
        stream: the file.
        kind: how it is compressed.
        budget: what is left of the limits.

    Raises:
        Unreadable: it holds too much, or is compressed and no tar.
        tarfile.ReadError: it is damaged; other errors of the decompressors say so, too.
    """
    data = _Headed(decompressed(stream, kind), budget)
    try:
        archive = tarfile.open(fileobj=data, mode="r|", bufsize=_READ, encoding="utf-8")  # noqa: SIM115 - it is closed
    except tarfile.ReadError as error:
        if kind is Kind.TAR:
            raise
        raise Unreadable(_("it is compressed, but contains no tar archive")) from error
    with archive:
        yield from _members(archive, data, budget)
    data.end_header()
    while data.read(_PIECE):
        pass  # the sum that says that all is there stands at the end


def _members(archive: tarfile.TarFile, data: _Headed, budget: Budget) -> Iterator[Member]:
    while (entry := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # it keeps all that was read
        budget.take_entry()
        data.end_header()
        file = archive.extractfile(entry) if entry.isreg() and not entry.issparse() else None
        source = cast("Source", file or io.BytesIO())
        yield Member(entry.name, _type(entry), lambda source=source: contextlib.nullcontext(source))  # type: ignore[misc]
        while source.read(_PIECE):
            pass
        data.in_header = not entry.issparse()  # whose data is skipped with the next header


class _Headed(Counted):
    """Bytes of a tar, of which few may be headers.

    Attributes:
        in_header: whether what is read now is no data of a member.
    """

    def __init__(self, source: Source, budget: Budget) -> None:
        super().__init__(source, budget)
        self.in_header = True
        self._in_headers = 0

    def end_header(self) -> None:
        """Begin the data of a member.

        Small ones may have been read with the header already.
        """
        self.in_header, self._in_headers = False, 0

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size)
        self._in_headers += len(data) if self.in_header else 0
        if self._in_headers > _HEADERS:
            raise Unreadable(_("the description of a file in it is too long"))
        return data


def decompressed(stream: BinaryIO, kind: Kind) -> Source:
    """Return what a file holds when it is decompressed."""
    match kind:
        case Kind.GZIP:
            return cast("Source", gzip.GzipFile(fileobj=stream))
        case Kind.BZIP2:
            return cast("Source", bz2.BZ2File(stream))
        case Kind.XZ:
            return cast("Source", lzma.LZMAFile(stream))
        case Kind.ZSTANDARD:
            return _Zstandard(stream)
        case _:
            return stream


class _Zstandard:
    """The content of a file compressed by zstd.

    zstandard's own reader does not notice that its end is missing.

    Args:
        stream: the file.
    """

    _PIECE: Final = 256
    """Bytes that are decompressed at once: 4 can stand for 128 KiB (RFC 8878, section 3.1.1.2)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._is_begun = False
        self._left = b""

    def read(self, size: int, /) -> bytes:
        """Return at most as many bytes, none at the end.

        Raises:
            EOFError: the end is missing.
        """
        while not self._left:
            piece = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame, self._is_begun = zstandard.ZstdDecompressor().decompressobj(), False
            piece = piece or self._stream.read(self._PIECE)
            if not piece and self._is_begun:
                raise EOFError(_("the end of the archive is missing"))
            if not piece:
                return b""
            self._is_begun = True
            self._left = self._frame.decompress(piece)
        data, self._left = self._left[:size], self._left[size:]
        return data


def _type(entry: tarfile.TarInfo) -> Type:
    if entry.isdir():
        return Type.FOLDER
    if entry.issym() or entry.islnk():
        return Type.LINK
    return Type.FILE if entry.isreg() and not entry.issparse() else Type.OTHER
