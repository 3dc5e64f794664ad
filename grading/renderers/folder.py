"""The report folder: what an earlier run, or anybody else, left in it is no result of this one.

``python -m grading.renderers.folder FOLDER`` clears it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grading.errors import ReportFolderError
from grading.i18n import _
from grading.renderers import FORMS
from grading.renderers.page.child import FILE as PAGE
from grading.report import EVIDENCE, FILE, TEMPORARY

REPORT_DIR: Final = Path("report")
"""The report folder if none is given."""
FILES: Final = (FILE, PAGE, *(form.file for form in FORMS.values() if form.file))
"""The files that a run writes into its report folder, beside the evidence."""
_UNFINISHED: Final = re.compile(rf".+\.[0-9a-f]{{16}}{re.escape(TEMPORARY)}")
"""What `write_text` calls a file that is not finished; a run that is killed leaves one."""


def clear(folder: Path) -> None:
    """Remove the files of this suite from a report folder; links themselves, not what they lead to.

    Everything else in the folder stays. A folder that does not exist is cleared.

    Raises:
        ReportFolderError: the folder is a link, a file, or cannot be changed.
    """
    if folder.is_symlink():
        raise ReportFolderError(
            _(
                "{folder} is a link to {target}. Give the folder itself with --report-dir.",
                folder=folder,
                target=folder.readlink(),
            )
        )
    try:
        for path in list(_left(folder)):
            path.unlink()
    except OSError as error:
        raise ReportFolderError(
            _(
                "{path}: the report of an earlier run cannot be removed: {reason}. "
                "Remove it, or give another folder with --report-dir.",
                path=error.filename or folder,
                reason=error.strerror,
            )
        ) from error


def _left(folder: Path) -> Iterator[Path]:
    """Return the files of this suite in a report folder."""
    if not folder.exists():
        return
    yield from (path for path in folder.iterdir() if path.name in FILES or _UNFINISHED.fullmatch(path.name))
    evidence = folder / EVIDENCE
    if evidence.is_symlink() or evidence.is_file():
        yield evidence
    elif evidence.exists():
        yield from (path for path in evidence.iterdir() if path.suffix in {".json", TEMPORARY})


if __name__ == "__main__":
    try:
        clear(Path(sys.argv[1]))
    except ReportFolderError as error:
        sys.exit(str(error))
