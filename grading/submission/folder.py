"""Walk through the folder of a submission, following no links, and within limits."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from grading.errors import SubmissionError
from grading.text.i18n import _

MAX_ENTRIES: Final = 5_000
"""Files and folders in a submission, at most."""
MAX_DEPTH: Final = 100
"""Folders that may be in one another."""
MOST: Final = 10
"""Names that are shown."""


def listed(names: Iterable[str]) -> str:
    """Return the first names in one line, those that could do harm there in ASCII."""
    known = list(names)
    shown = [name if name.isprintable() else ascii(name) for name in (name[:200] for name in known[:MOST])]
    return ", ".join([*shown, "…"] if len(known) > MOST else shown)


def refuse(error: OSError) -> None:
    """Refuse a folder that cannot be listed.

    Raises:
        SubmissionError: always.
    """
    raise SubmissionError(
        _(
            "{path}: cannot be read: {reason}. Give yourself read permission.",
            path=error.filename,
            reason=error.strerror,
        )
    )


def walk(root: Path) -> list[tuple[str, bool]]:
    """Return (relative path, is a link) of every file, following no links.

    Raises:
        SubmissionError: a folder cannot be read, or there are too many of them.
    """
    found: list[tuple[str, bool]] = []
    entries = 0
    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if name not in {".git", ".venv", "node_modules"})
        entries += len(folders) + len(files)
        if entries > MAX_ENTRIES or len(Path(folder).relative_to(root).parts) > MAX_DEPTH:
            raise SubmissionError(
                _(
                    "{folder}: more than {number} files and folders, or folders nested more than {depth} "
                    "deep. Give the folder that contains only the manifests.",
                    folder=root,
                    number=MAX_ENTRIES,
                    depth=MAX_DEPTH,
                )
            )
        for name in sorted(files):
            path = Path(folder, name)
            found.append((str(path.relative_to(root)), path.is_symlink()))
    return found
