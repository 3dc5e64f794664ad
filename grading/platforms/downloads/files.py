"""The files of a bulk download by their paths, before anything is known of its form."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from grading.errors import SubmissionError
from grading.files import read_regular
from grading.submission.archives.kinds import is_named_archive
from grading.submission.archives.limits import DOWNLOAD
from grading.submission.archives.names import GIT, is_left_out
from grading.submission.archives.unpack import names_in
from grading.submission.folder import MAX_DEPTH, refuse
from grading.text.i18n import _
from grading.text.sanitize import shown_path

_TEXT: Final = 64 * 2**20
"""Bytes of a file of the platform's own, which is about all students."""


@dataclass(frozen=True)
class Files:
    """The files of a download, or of one folder in it.

    Attributes:
        title: the name of the archive or folder, without the ending.
        paths: of the files, relative to the download, with slashes, sorted.
        empty: folders without a file, in the same way.
        base: the folder that these are in, with a slash at its end; empty for the download itself.
        root: the folder of the download; None while it is an archive.
    """

    title: str
    paths: tuple[str, ...]
    empty: tuple[str, ...] = ()
    base: str = ""
    root: Path | None = None

    @cached_property
    def tops(self) -> dict[str, list[str]]:
        """What is directly in the folder: of a folder the paths below it, of a file none."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            top, slash, below = path[len(self.base) :].partition("/")
            found.setdefault(top, []).extend([below] if slash else [])
        for folder in self.empty:
            found.setdefault(folder[len(self.base) :].partition("/")[0], [])
        return dict(sorted(found.items()))

    @cached_property
    def folders(self) -> frozenset[str]:
        """The names of the folders directly in it."""
        empty = {folder[len(self.base) :].partition("/")[0] for folder in self.empty}
        return frozenset({top for top, below in self.tops.items() if below} | empty)

    @cached_property
    def loose(self) -> tuple[str, ...]:
        """The names of the files directly in it."""
        return tuple(top for top in self.tops if top not in self.folders)

    def inner(self) -> Files | None:
        """Return the files of the only folder directly in it, None if there is more."""
        if len(self.tops) != 1 or not self.folders:
            return None
        [name] = self.folders
        return replace(self, title=name, base=f"{self.base}{name}/")

    def place(self, name: str) -> Path:
        """Return where a file directly in the folder is.

        Raises:
            ValueError: the download is an archive that is not unpacked yet.
        """
        if self.root is None:
            raise ValueError(name)
        return self.root / f"{self.base}{name}"

    def text(self, name: str) -> str:
        """Return the text of a file of the platform's own; empty if it cannot be read."""
        try:
            return read_regular(self.place(name), _TEXT).decode("utf-8-sig", "replace")
        except OSError:
            return ""


def list_files(path: Path) -> Files:
    """Return what is in a download.

    Args:
        path: of its folder or archive.

    Raises:
        SubmissionError: it cannot be read, or holds too many files.
    """
    if path.is_dir():
        return _list_folder(path)
    return Files(stem_of(path.name), tuple(sorted(names_in(path, DOWNLOAD))))


def _list_folder(root: Path) -> Files:
    paths, empty = [], []
    for folder, folders, files in os.walk(root, onerror=refuse):
        place = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if _is_walked(place, name))
        kept = [name for name in files if not is_left_out((*place.parts, name), keeps_git=True)]
        paths += [(place / name).as_posix() for name in kept]
        # A link to a folder is none: it is not followed.
        links = [name for name in folders if Path(folder, name).is_symlink()]
        paths += [(place / name).as_posix() for name in links]
        if not folders and not kept and place.parts:
            empty.append(place.as_posix())
        if len(paths) > DOWNLOAD.entries or len(place.parts) > MAX_DEPTH:
            raise SubmissionError(
                _(
                    "{folder}: more than {number} files and folders, or folders nested more than {depth} "
                    "deep. Give the folder that contains only the submissions.",
                    folder=shown_path(root),
                    number=DOWNLOAD.entries,
                    depth=MAX_DEPTH,
                )
            )
    return Files(root.absolute().name, tuple(sorted(paths)), tuple(sorted(empty)), root=root)


def _is_walked(place: Path, name: str) -> bool:
    """Return whether a folder is looked into.

    Of a clone's own, the one file that shows that it is one.
    """
    return GIT not in place.parts and not is_left_out((*place.parts, name, "x"), keeps_git=True)


def stem_of(name: str) -> str:
    """Return the name of an archive without its endings."""
    while is_named_archive(name):
        name = name.rpartition(".")[0]
    return name
