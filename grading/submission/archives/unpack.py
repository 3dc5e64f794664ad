"""Unpack an archive, and the archives in it."""

from __future__ import annotations

import lzma
import os
import secrets
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from grading.errors import SubmissionError
from grading.files import NotRegular, open_regular
from grading.submission.archives import programs, tars, zips
from grading.submission.archives.kinds import SUPPORTED, Kind, is_named_archive, kind_of
from grading.submission.archives.limits import SUBMISSION, Budget, Limits, Unreadable
from grading.submission.archives.members import Counted, Member, Type
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
    """Unpack an archive and those in it, each into a folder in its place.

    Args:
        archive: its file.
        into: the folder for it; what is there already is removed.
        limits: how much it may hold.
        keeps_git: whether folders ``.git`` are unpacked.

    Returns:
        What came out of it.

    Raises:
        SubmissionError: it cannot be unpacked whole, or holds no file. The folder is empty then.
        InfrastructureError: the folder cannot be written to.
    """
    emptied(into)
    try:
        with _named(archive), _opened(archive) as stream:
            tree = Tree(into, Budget(limits, os.fstat(stream.fileno()).st_size))
            _Unpacking(tree, keeps_git).take_outer(archive, stream)
    except BaseException:
        emptied(into)
        raise
    return Unpacked(len(tree.written), tree.remarks)


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    """Name the archive in errors that the body raises.

    Raises:
        SubmissionError: for what is `Unreadable` in the body.
    """
    try:
        yield
    except Unreadable as error:
        name = shown_path(archive)
        raise SubmissionError(
            _("{archive}: {reason}. {help}", archive=name, reason=error.reason, help=error.help)
        ) from error


def gather(files: Mapping[tuple[str, ...], Path], into: Path) -> Unpacked:
    """Copy what was handed in into a folder, and unpack archives there.

    Args:
        files: by the parts of the path that each gets; links are left out.
        into: the folder for them; what is there already is removed.

    Returns:
        What came out of them.

    Raises:
        SubmissionError: one cannot be read, or an archive cannot be unpacked whole. The folder is empty then.
        InfrastructureError: the folder cannot be written to.
    """
    emptied(into)
    tree = Tree(into, Budget(SUBMISSION, sum(_size(path) for path in files.values())))
    unpacking = _Unpacking(tree, keeps_git=False)
    try:
        for parts, path in files.items():
            if not is_left_out(parts, keeps_git=False):
                unpacking.copy(parts, path)
        unpacking.take_inner(list(tree.written), 0)
    except Unreadable as error:
        emptied(into)
        raise SubmissionError(_("{reason}. {help}", reason=error.reason, help=error.help)) from error
    except BaseException:
        emptied(into)
        raise
    return Unpacked(len(tree.written), tree.remarks)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # who opens it is told why


def names_in(archive: Path, limits: Limits) -> list[str]:
    """Return the paths that the files of an archive get when it is unpacked.

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
    """Open an archive; an error of a library in the body means that it is unreadable.

    Yields:
        The file.

    Raises:
        Unreadable: it cannot be opened, or a library raised an error in the body.
    """
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
        return Unreadable(_("it is empty"), _("Download or upload it again."))
    return Unreadable(
        _("it is not an archive of a known kind ({kinds})", kinds=SUPPORTED),
        _("Perhaps a web page was saved instead: download or upload it again."),
    )


@dataclass(frozen=True)
class _Unpacking:
    """What is unpacked into one tree."""

    tree: Tree
    keeps_git: bool

    def take_outer(self, archive: Path, stream: BinaryIO) -> None:
        """Unpack the archive itself.

        Raises:
            Unreadable: it cannot be unpacked whole, or holds no file.
        """
        self._take(archive, stream, (), 0)
        if not self.tree.written:
            raise Unreadable(_("it contains no files"))

    def copy(self, parts: tuple[str, ...], path: Path) -> None:
        """Copy a file.

        Args:
            parts: of the path that it gets.
            path: that it has.

        Raises:
            Unreadable: it cannot be read.
        """
        if path.is_symlink():
            self.tree.tell(LINK, "/".join(parts))
            return
        try:
            with open_regular(path) as stream:
                self.tree.put(parts, Counted(stream, self.tree.budget))
        except NotRegular:
            self.tree.tell(OTHER, "/".join(parts))
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unreadable(
                _("{path} cannot be read: {reason}", path="/".join(parts), reason=reason),
                _("Give yourself read permission."),
            ) from error

    def take_inner(self, files: Iterable[tuple[str, ...]], depth: int) -> None:
        """Replace the archives among some files by folders with what is in them.

        Args:
            files: the parts of their paths.
            depth: archives that these are in.
        """
        for parts in files:
            if parts in self.tree.written and is_named_archive(parts[-1]):
                self._replace(parts, depth + 1)

    def _take(self, archive: Path, stream: BinaryIO, inside: tuple[str, ...], depth: int) -> None:
        """Unpack an archive into the folder ``inside``, below that of the tree."""
        found: dict[tuple[str, ...], None] = {}
        for member in _members(archive, stream, self.tree.budget):
            if (parts := self._place(member, inside)) is None:
                continue
            if member.type is Type.FILE:
                with member.open() as source:
                    self.tree.put(parts, source)
                found[parts] = None
            else:
                self.tree.tell(LINK if member.type is Type.LINK else OTHER, "/".join(parts))
        if self.tree.budget.limits.depth:
            self.take_inner(found, depth)

    def _place(self, member: Member, inside: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the parts of the path of a member, None if nothing is made of it."""
        if member.type is Type.FOLDER:
            return None
        parts = placed(member.name)
        if parts is None:
            self.tree.tell(OUTSIDE, member.name)
        return None if parts is None or is_left_out(parts, keeps_git=self.keeps_git) else (*inside, *parts)

    def _replace(self, parts: tuple[str, ...], depth: int) -> None:
        """Replace an archive by a folder with its content.

        Raises:
            _Inner: it cannot be unpacked; the message names the innermost archive that is why.
        """
        path, name = self.tree.root.joinpath(*parts), "/".join(parts)
        aside = path.with_name(f"kubegrade-{secrets.token_hex(8)}")
        path.rename(aside)
        self.tree.written.discard(parts)
        try:
            self.tree.budget.take_archive(depth)
            with _opened(aside) as stream:
                self._take(aside, stream, parts, depth)
        except _Inner:
            raise  # it names the innermost one
        except Unreadable as error:
            raise _Inner(_("{archive}: {reason}", archive=name, reason=error.reason), error.help) from error
        finally:
            aside.unlink()


class _Inner(Unreadable):
    """An archive in what is unpacked cannot be unpacked itself."""
