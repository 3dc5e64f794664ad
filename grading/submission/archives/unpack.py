"""Unpack an archive, and the archives in it."""

from __future__ import annotations

import lzma
import os
import secrets
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from grading.errors import SubmissionError
from grading.files import open_regular
from grading.submission.archives import programs, tars, zips
from grading.submission.archives.kinds import SUPPORTED, Kind, is_named_archive, kind_of
from grading.submission.archives.limits import SUBMISSION, Budget, Limits, Unreadable
from grading.submission.archives.members import Member, Type
from grading.submission.archives.names import is_left_out, placed
from grading.submission.archives.tree import LINK, OTHER, OUTSIDE, Tree, emptied
from grading.text.i18n import Message, _
from grading.text.sanitize import shown_path

_DAMAGED: Final = (
    zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zstandard.ZstdError, zlib.error, struct.error,
    EOFError, ValueError, OverflowError, MemoryError, OSError,
)  # fmt: skip
"""What the libraries raise for bytes that make no sense to them."""


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive.

    Attributes:
        files: how many, with those of the archives in it.
        remarks: what was left out or taken differently, a line each.
    """

    files: int
    remarks: tuple[Message, ...]


def unpack(archive: Path, into: Path, limits: Limits = SUBMISSION, *, keeps_git: bool = False) -> Unpacked:
    """Unpack an archive, and the archives in it, each into a folder of its name in its place.

    Args:
        archive: its file.
        into: the folder for it; what is there already is removed.
        limits: how much it may hold.
        keeps_git: whether folders ``.git`` are unpacked.

    Raises:
        SubmissionError: it cannot be unpacked whole, or holds no file. The folder is empty then.
        InfrastructureError: the folder cannot be written to.
    """
    emptied(into)
    try:
        with _named(archive), _opened(archive) as stream:
            budget = Budget(limits, os.fstat(stream.fileno()).st_size)
            tree = Tree(into, budget)
            _Unpacking(tree, budget, keeps_git).take_outer(archive, stream)
    except BaseException:
        emptied(into)
        raise
    return Unpacked(len(tree.written), tree.remarks)


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    """Raise what is Unreadable in the block as SubmissionError, with the archive's name."""
    try:
        yield
    except Unreadable as error:
        name = shown_path(archive)
        raise SubmissionError(
            _("{archive}: {reason}. {help}", archive=name, reason=error.reason, help=error.help)
        ) from error


def names_in(archive: Path, limits: Limits) -> list[str]:
    """Return the paths that the files of an archive get below the folder that it is unpacked into.

    Args:
        archive: its file.
        limits: how much it may hold.

    Raises:
        SubmissionError: it cannot be read.
    """
    with _named(archive), _opened(archive) as stream:
        budget = Budget(limits, os.fstat(stream.fileno()).st_size)
        files = [member.name for member in _members(archive, stream, budget) if member.type is Type.FILE]
    places = map(placed, files)
    return ["/".join(parts) for parts in places if parts and not is_left_out(parts, keeps_git=True)]


@contextmanager
def _opened(archive: Path) -> Iterator[BinaryIO]:
    """Open an archive; what its bytes make a library raise in the block is Unreadable."""
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(open_regular(archive, follow=True))
        except OSError as error:
            raise Unreadable(_("it cannot be read: {reason}", reason=error.strerror)) from error
        try:
            yield stream
        except _DAMAGED as error:
            raise Unreadable(
                _("it is damaged ({reason})", reason=str(error) or type(error).__name__)
            ) from error


def _members(path: Path, stream: BinaryIO, budget: Budget) -> Iterator[Member]:
    match kind := kind_of(stream):
        case None:
            raise _no_archive(os.fstat(stream.fileno()).st_size)
        case Kind.ZIP | Kind.EMPTY_ZIP:
            return zips.members(stream, budget)
        case Kind.RAR | Kind.SEVEN_ZIP:
            return programs.members(path, kind, budget)
        case _:
            return tars.members(stream, kind, budget)


def _no_archive(size: int) -> Unreadable:
    if not size:
        return Unreadable(_("it is empty"), _("Download or upload it once more."))
    return Unreadable(
        _("it is no archive that is known here ({kinds})", kinds=SUPPORTED),
        _("Perhaps a page was saved in its place: download or upload it once more."),
    )


@dataclass(frozen=True)
class _Unpacking:
    """One archive that is unpacked, with those in it."""

    tree: Tree
    budget: Budget
    keeps_git: bool

    def take_outer(self, archive: Path, stream: BinaryIO) -> None:
        """Unpack the archive itself.

        Raises:
            Unreadable: it cannot be unpacked whole, or holds no file.
        """
        self.take(archive, stream)
        if not self.tree.written:
            raise Unreadable(_("it holds no file"))

    def take(self, archive: Path, stream: BinaryIO, inside: tuple[str, ...] = (), depth: int = 0) -> None:
        """Unpack an archive.

        Args:
            archive: its file.
            stream: the file, opened.
            inside: the path of the folder that it is unpacked into, below that of the tree.
            depth: archives that it is in.
        """
        found: list[tuple[str, ...]] = []
        for member in _members(archive, stream, self.budget):
            parts = placed(member.name)
            if parts is None:
                if member.type is not Type.FOLDER:
                    self.tree.tell(OUTSIDE, member.name)
            elif is_left_out(parts, keeps_git=self.keeps_git) or member.type is Type.FOLDER:
                continue
            elif member.type is Type.FILE:
                with member.open() as source:
                    self.tree.put((*inside, *parts), source)
                found.append((*inside, *parts))
            else:
                self.tree.tell(LINK if member.type is Type.LINK else OTHER, "/".join((*inside, *parts)))
        if self.budget.limits.depth:
            for parts in dict.fromkeys(found):
                if parts in self.tree.written and is_named_archive(parts[-1]):
                    self._take_inner(parts, depth + 1)

    def _take_inner(self, parts: tuple[str, ...], depth: int) -> None:
        """Replace an archive by a folder with what is in it."""
        path = self.tree.root.joinpath(*parts)
        aside = path.with_name(f"kubegrade-{secrets.token_hex(8)}")
        path.rename(aside)
        self.tree.written.discard(parts)
        try:
            self.budget.take_archive(depth)
            with _opened(aside) as stream:
                self.take(aside, stream, parts, depth)
        except Unreadable as error:
            if isinstance(error, _Inner):
                raise  # which names the innermost one
            reason = _("{archive} in it: {reason}", archive="/".join(parts), reason=error.reason)
            raise _Inner(reason, error.help) from error
        finally:
            aside.unlink()


class _Inner(Unreadable):
    """An archive in an archive cannot be unpacked."""
