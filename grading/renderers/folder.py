"""The report folder: what an earlier run, or anybody else, left in it is no result of this one.

``python -P -m grading.renderers.folder FOLDER SUBMISSION`` clears it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grading.errors import ReportFolderError
from grading.files import TEMPORARY
from grading.renderers import FORMS
from grading.renderers.page.child import FILE as PAGE
from grading.report.evidence_files import CONTROL, SECOND
from grading.report.model import EVIDENCE, FILE
from grading.text.i18n import _

REPORT_DIR: Final = Path("report")
"""The report folder if none is given."""
SUBMISSION: Final = Path("manifests/reference")
"""The folder that is graded if none is given."""
FILES: Final = (FILE, PAGE, *(form.file for form in FORMS.values() if form.file))
"""The files that a run writes into its report folder, beside the evidence."""
_UNFINISHED: Final = re.compile(rf"kubegrade-[0-9a-f]{{16}}{re.escape(TEMPORARY)}")
"""What `write_text` calls a file that is not finished; a run that is killed leaves one."""


def clear(folder: Path, submission: Path) -> None:
    """Remove the files of this suite from a report folder.

    Links themselves, not what they lead to.

    Everything else in the folder stays. A folder that does not exist is cleared.

    Args:
        folder: the report folder.
        submission: the folder that is graded. No part of a path in it may be a link.

    Raises:
        ReportFolderError: the folder is a link, a file, or cannot be changed.
    """
    for part in (folder, *folder.parents):
        if part.is_symlink() and (part is folder or submission.resolve() in _place(part).parents):
            raise ReportFolderError(
                _(
                    "{folder} is a link to {target}. Give the folder itself with --report-dir.",
                    folder=part,
                    target=part.readlink(),
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


def _place(path: Path) -> Path:
    """Return where a path is, links above it followed."""
    return path.parent.resolve() / path.name


def _left(folder: Path) -> Iterator[Path]:
    """Yield the files of this suite in a report folder."""
    if not folder.exists():
        return
    yield from (path for path in folder.iterdir() if path.name in FILES or _UNFINISHED.fullmatch(path.name))
    evidence = folder / EVIDENCE
    # What is below a link is not ours.
    below = () if evidence.is_symlink() else (evidence / SECOND, evidence / CONTROL)
    for place in (evidence, *below):
        if place.is_symlink() or place.is_file():
            yield place
        elif place.is_dir():
            yield from (path for path in place.iterdir() if path.suffix in {".json", TEMPORARY})


if __name__ == "__main__":
    try:
        clear(*map(Path, sys.argv[1:]))
    except ReportFolderError as error:
        sys.exit(str(error))
