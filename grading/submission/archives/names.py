"""The path that a member of an archive gets, and members that nobody handed in on purpose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_FOLDERS: Final = frozenset({"__macosx", "node_modules", ".venv", "__pycache__"})
_FILES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
GIT: Final = ".git"


def placed(name: str) -> tuple[str, ...] | None:
    """Return the parts of a path below the archive's folder, None if outside.

    What is absolute begins at that folder: tar and zip are easily told to keep whole paths.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if parts and _DRIVE.fullmatch(parts[0]):
        del parts[0]
    if not parts or ".." in parts or "\0" in name:
        return None
    # macOS writes é as two characters.
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def is_left_out(parts: Sequence[str], *, keeps_git: bool) -> bool:
    """Return whether a path is one that systems and programs add by themselves.

    Args:
        parts: of the path.
        keeps_git: whether the folder ``.git`` is kept, for the dates in it.
    """
    names = [part.casefold() for part in parts]
    if not _FOLDERS.isdisjoint(names) or (GIT in names and not keeps_git):
        return True
    # macOS puts what its file systems know besides of a file beside it, with this before its name.
    return names[-1] in _FILES or (names[-1].startswith("._") and GIT not in names)
