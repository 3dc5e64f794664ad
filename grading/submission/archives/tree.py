"""Write files below one folder, and nowhere else."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grading.errors import InfrastructureError
from grading.submission.archives.limits import Budget
from grading.submission.archives.members import Source
from grading.submission.folder import listed
from grading.text.i18n import Message, _, marked

_PIECE: Final = 64 * 1024
"""Bytes that are read and written at once."""
_NOT_TAKEN: Final = frozenset(
    {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.ENOTDIR, errno.EISDIR}
)
"""Errors of a file system that does not take a name, or has it already for something else."""
LINK: Final = marked("left out, because they are links: {names}")
OTHER: Final = marked("left out, because they are not files: {names}")
OUTSIDE: Final = marked("left out, because their names point outside the archive: {names}")
NO_NAME: Final = marked(
    "left out, because their names clash with those of other files, or are not valid: {names}"
)
TWICE: Final = marked("present several times; the last one counts: {names}")


class Tree:
    """A folder that files are written into.

    No link is ever made in it, so that none can be followed.

    Args:
        root: the folder; it exists, and nobody else writes there.
        budget: what is left of the limits.

    Attributes:
        root: as given.
        budget: as given.
        written: the parts of the paths of the files that were written.
    """

    def __init__(self, root: Path, budget: Budget) -> None:
        self.root = root
        self.written: set[tuple[str, ...]] = set()
        self.budget = budget
        self._told: dict[str, dict[str, None]] = {}

    def tell(self, template: str, name: str) -> None:
        """Note what an instructor is told about a file.

        Args:
            template: one of the constants of this module.
            name: of the file.
        """
        self._told.setdefault(template, {})[name] = None

    @property
    def remarks(self) -> tuple[Message, ...]:
        """What was left out or taken differently, a line each."""
        return tuple(_(template, names=listed(names)) for template, names in self._told.items())

    def put(self, parts: Sequence[str], source: Source) -> None:
        """Write a file.

        Args:
            parts: of its path.
            source: what it holds.

        Raises:
            Unreadable: there are too many, or what it holds cannot be read.
            InfrastructureError: it cannot be written, for a reason that is not its name.
        """
        self.budget.take_file()
        path, name = self.root.joinpath(*parts), "/".join(parts)
        try:
            if tuple(parts) in self.written:
                path.unlink()
                self.tell(TWICE, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except UnicodeEncodeError:
            self.tell(NO_NAME, name)
        except OSError as error:
            if error.errno not in _NOT_TAKEN:
                raise unwritable(path, error) from error
            self.tell(NO_NAME, name)
        else:
            self.written.add(tuple(parts))
            try:
                while piece := source.read(_PIECE):
                    _write(descriptor, piece, path)
            finally:
                os.close(descriptor)


def _write(descriptor: int, data: bytes, path: Path) -> None:
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> InfrastructureError:
    """Return the error for a place that cannot be written to."""
    return InfrastructureError(_("{path}: cannot be written: {reason}", path=path, reason=error.strerror))


def emptied(folder: Path) -> None:
    """Make an empty folder, in place of what has its name.

    Raises:
        InfrastructureError: it cannot be made.
    """
    try:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise unwritable(folder, error) from error
