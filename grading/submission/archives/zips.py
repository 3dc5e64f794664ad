"""Read a zip, as a stream of its members.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT is the format.
"""

from __future__ import annotations

import contextlib
import stat
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import pairwise
from typing import BinaryIO, Final, cast

from grading.submission.archives.limits import Budget, Unreadable
from grading.submission.archives.members import Counted, Member, Source, Type
from grading.text.i18n import _

_ENCRYPTED: Final = 0x1
_UTF_8: Final = 0x800
_LOCAL_HEADER: Final = 30
"""Bytes before the name of an entry, where its data begins."""
_LISTED: Final = 512
"""Bytes that an entry may take in the directory of an archive as large as it may be."""


def members(stream: BinaryIO, budget: Budget) -> Iterator[Member]:
    """Yield the members of a zip.

    Args:
        stream: the zip; it can seek.
        budget: what is left of the limits.

    Raises:
        Unreadable: it is encrypted, too large, or its entries lie over one another.
        zipfile.BadZipFile: it is damaged.
    """
    with zipfile.ZipFile(cast("BinaryIO", _Bounded(stream, budget))) as archive:
        entries = archive.infolist()
        for _entry in entries:
            budget.take_entry()
        _check_places(entries)
        for entry in entries:
            yield Member(_name(entry), _type(entry), partial(_open, archive, entry, budget))


class _Bounded:
    """A file of which no more is read at once than the directory of a zip may take.

    `zipfile` reads the whole directory into memory before it tells how much is in it.
    """

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        if size > self._budget.limits.entries * _LISTED:
            raise self._budget.too_many(self._budget.limits.entries)
        return self._stream.read(size)


def _check_places(entries: list[zipfile.ZipInfo]) -> None:
    """Check that entries share no bytes.

    If they do, a small zip holds more than any limit on ratios sees.

    https://www.bamsoftware.com/hacks/zipbomb/

    Raises:
        Unreadable: some do.
    """
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(placed):
        # At least: the name there, and what else a local header has, are as long as here or longer.
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
        if end > following.header_offset:
            raise Unreadable(_("files in it overlap"))


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry with slashes.

    NUL and what follows it stays, for whoever looks.
    """
    name = entry.orig_filename
    if not entry.flag_bits & _UTF_8 and not name.isascii():
        # Not marked as UTF-8. Some programs, macOS' own among them, write UTF-8 all the same.
        with contextlib.suppress(UnicodeDecodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _type(entry: zipfile.ZipInfo) -> Type:
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        return Type.LINK
    if entry.orig_filename.endswith(("/", "\\")) or stat.S_ISDIR(mode):
        return Type.FOLDER
    return Type.FILE if stat.S_IFMT(mode) in {0, stat.S_IFREG} else Type.OTHER


def _open(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> AbstractContextManager[Source]:
    if entry.flag_bits & _ENCRYPTED:
        raise encrypted()
    # The others are decompressed by zipfile without a limit: what 64 KiB hold of them may be gigabytes.
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        method = zipfile.compressor_names.get(entry.compress_type, str(entry.compress_type))  # type: ignore[attr-defined]
        raise Unreadable(
            _("its compression method is not supported ({method})", method=method),
            _("Pack the manifests again, as an ordinary zip file."),
        )
    return contextlib.closing(Counted(cast("Source", archive.open(entry)), budget))


def encrypted() -> Unreadable:
    """Return the error for an archive that needs a password."""
    return Unreadable(_("it is encrypted"), _("Pack the manifests again, without a password."))
