"""Read rar and 7z by a program of this machine, which writes nothing: what is in them comes by a pipe.

bsdtar turns such an archive into a tar. 7-Zip lists it, and then prints the contents of all files one after
the other; the sums in the list tell whether they were taken apart rightly.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from grading.processes import ProgramError, Word, last_lines, run, started
from grading.submission.archives import tars
from grading.submission.archives.kinds import Kind
from grading.submission.archives.limits import MIB, Budget, Unreadable
from grading.submission.archives.members import Counted, Member, Source, Type
from grading.submission.archives.zips import encrypted
from grading.text.i18n import _

_BSDTAR: Final = "bsdtar"
_SEVEN_ZIP: Final = ("7zz", "7z", "7za")
_MEMORY: Final = 2048 * MIB
"""Bytes of memory that a program may take: an archive says how much is needed to read it."""
_WRITES: Final = MIB
"""Bytes of any file that a program may write: of its error messages."""
_PIECE: Final = 64 * 1024
"""Bytes that are read at once."""
_LIST: Final = 16 * MIB
"""Bytes of a list of files that are read."""
_ENCRYPTED: Final = ("passphrase", "encrypt", "wrong password")
_UNKNOWN: Final = "Cannot open the file as archive"
"""What a 7-Zip without rar, as Debian has it, says of one."""
_ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8"}


def members(path: Path, kind: Kind, budget: Budget) -> Iterator[Member]:
    """Yield the members of a rar or 7z.

    Args:
        path: of the archive.
        kind: of the archive.
        budget: what is left of the limits.

    Raises:
        Unreadable: no program is there, the archive is encrypted or damaged, or holds too much.
    """
    path = path.absolute()  # a name that begins with a dash would be an option
    if bsdtar := shutil.which(_BSDTAR):
        with _printed([bsdtar, "-c", "-f", "-", "--format=pax", f"@{path}"], budget) as stream:
            yield from tars.members(stream, Kind.TAR, budget)
    elif program := next(filter(None, map(shutil.which, _SEVEN_ZIP)), None):
        yield from _seven_zip(program, path, kind, budget)
    else:
        raise _no_program(kind)


def _no_program(kind: Kind) -> Unreadable:
    return Unreadable(
        _("no program on this machine can unpack {kind}", kind="rar" if kind is Kind.RAR else "7z"),
        _(
            "Install bsdtar (package libarchive-tools on Debian and Ubuntu, bsdtar on Fedora and RHEL) or "
            "7-Zip, or ask for an ordinary zip file."
        ),
    )


@contextlib.contextmanager
def _printed(words: Sequence[Word], budget: Budget) -> Iterator[BinaryIO]:
    """Run a program to its end.

    Yields:
        What it printed.

    Raises:
        Unreadable: it failed, took too long or printed too much.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        try:
            with started(words, env=_ENVIRONMENT, stderr=errors.fileno()) as process:
                _bound(process)
                _copy(process, out, budget)
                process.wait(max(0.1, budget.seconds_left))
        except subprocess.TimeoutExpired:
            budget.check_time()
        except ProgramError as error:
            raise Unreadable(str(error)) from error
        if process.returncode != 0:
            errors.seek(0)
            raise _failed(errors.read(_WRITES).decode("utf-8", "replace"))
        out.seek(0)
        yield out


def _bound(process: subprocess.Popen[bytes]) -> None:
    """Limit what a program takes, if this system can."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(ProcessLookupError):
            for limit, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, _WRITES)):
                resource.prlimit(process.pid, limit, (most, most))


def _copy(process: subprocess.Popen[bytes], out: BinaryIO, budget: Budget) -> None:
    """Copy a program's output, as far as the limits allow.

    Raises:
        Unreadable: it prints more.
    """
    assert process.stdout is not None  # noqa: S101 - for the type checker
    descriptor, left = process.stdout.fileno(), budget.limits.size
    while True:
        select.select([descriptor], [], [], max(0.0, budget.seconds_left))
        budget.check_time()
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return
        left -= len(piece)
        if left < 0:
            raise budget.too_large()
        out.write(piece)


def _failed(words: str) -> Unreadable:
    if any(word in words.casefold() for word in _ENCRYPTED):
        return encrypted()
    return Unreadable(_("it is damaged ({reason})", reason=last_lines(words, 1)))


@dataclass(frozen=True)
class _Listed:
    """An entry of the list that 7-Zip prints."""

    name: str
    type: Type
    size: int
    crc: int | None


def _seven_zip(program: str, path: Path, kind: Kind, budget: Budget) -> Iterator[Member]:
    listed = _list(program, path, kind, budget)
    # With a password, as it would ask for one otherwise; a wrong one is told.
    words: list[Word] = [program, "x", "-so", "-bd", "-p-", "--", path]
    with _printed(words, budget) as stream:
        counted = Counted(stream, budget)
        for entry in listed:
            budget.take_entry()
            part = _Part(counted, entry)
            yield Member(entry.name, entry.type, lambda part=part: contextlib.nullcontext(part))  # type: ignore[misc]
            while part.read(_PIECE):
                pass


class _Part:
    """The contents of one file among those that are printed one after the other."""

    def __init__(self, source: Source, entry: _Listed) -> None:
        self._source = source
        self._left = entry.size
        self._expected = entry.crc
        self._sum = 0

    def read(self, size: int, /) -> bytes:
        if not self._left:
            if self._expected not in {None, self._sum}:
                raise Unreadable(_("it is damaged ({reason})", reason="CRC"))
            return b""
        data = self._source.read(min(size, self._left))
        if not data:
            raise EOFError
        self._left -= len(data)
        self._sum = zlib.crc32(data, self._sum)
        return data


def _list(program: str, path: Path, kind: Kind, budget: Budget) -> list[_Listed]:
    """Return the entries that 7-Zip lists of an archive.

    Raises:
        Unreadable: it is damaged or encrypted, or this 7-Zip cannot read its kind.
    """
    words: list[Word] = [program, "l", "-slt", "-ba", "-sccUTF-8", "-p-", "--", path]
    try:
        out = run(words, timeout=max(0.1, budget.seconds_left), env=_ENVIRONMENT, most=_LIST, check=False)
    except ProgramError as error:
        raise Unreadable(str(error)) from error
    if out.status != 0 and kind is Kind.RAR and _UNKNOWN in out.stdout + out.stderr:
        raise _no_program(kind)
    if out.status != 0:
        raise _failed(out.stderr or out.stdout)
    entries = []
    for block in out.stdout.replace("\r\n", "\n").split("\n\n"):
        fields = dict(
            line.partition(" = ")[::2] for line in block.splitlines() if " = " in line or line.endswith(" =")
        )
        if "Path" in fields:
            entries.append(_entry(fields))
    return entries


def _entry(fields: dict[str, str]) -> _Listed:
    if fields.get("Encrypted") == "+":
        raise encrypted()
    attributes = fields.get("Attributes", "")
    is_folder = fields.get("Folder") == "+" or attributes.startswith("D")
    # Behind the attributes of Windows stand those of Unix, as ls writes them.
    unix = attributes.rpartition(" ")[2]
    type = Type.FOLDER if is_folder else Type.LINK if unix.startswith("l") else Type.FILE
    size = 0 if is_folder else int(fields.get("Size") or 0)
    crc = fields.get("CRC", "")
    return _Listed(fields["Path"], type, size, int(crc, 16) if crc else None)
