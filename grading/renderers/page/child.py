"""Write the page in a process of its own, or anew in this one.

matplotlib takes memory that a grading run has better use for, and whatever goes wrong with a drawing is
not to touch the grades or the other forms. A run that is judged again keeps its drawings.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Final

from grading import timeouts
from grading.files import read_regular, write_text
from grading.processes import ProgramError, run
from grading.report.model import Report
from grading.report.student_view import for_student
from grading.text.i18n import _, speaking
from grading.text.sanitize import encodable, one_line

FILE: Final = "report.html"


def write_page(folder: Path) -> str:
    """Write ``report.html`` from the files in a report folder.

    Returns:
        Why it could not be written, as one line; empty if it was. An older page is gone then, for it
        would tell of another run.
    """
    # -P: the current folder may be the submission's, and nothing in it is to be taken for a module.
    command = [sys.executable, "-P", "-m", __name__.rpartition(".")[0], str(folder.absolute())]
    try:
        run(command, timeout=timeouts.PAGE)
    except ProgramError as error:
        trouble = error.words.rpartition("\n")[2] or error.reason
    else:
        return ""
    return _unwritten(folder, trouble)


def write_page_anew(report: Report, folder: Path) -> str:
    """Write ``report.html`` in this process, with the drawings of the old page.

    Returns:
        Why it could not be written, see `write_page`.
    """
    from grading.renderers.page import to_html
    from grading.renderers.read import MAX_BYTES, read_evidence

    earlier = b""
    with contextlib.suppress(OSError):
        earlier = read_regular(folder / FILE, MAX_BYTES)
    try:
        with speaking(report.lang):
            view = for_student(report.spoken())
            html = to_html(view, read_evidence(view, folder), earlier.decode("utf-8", "replace"))
        write_text(folder / FILE, encodable(html))
    except Exception as error:  # whatever it is, the grades and the other forms are written
        return _unwritten(folder, f"{type(error).__name__}: {error}")
    return ""


def _unwritten(folder: Path, trouble: str) -> str:
    (folder / FILE).unlink(missing_ok=True)
    return one_line(_("{file} could not be written: {error}", file=FILE, error=trouble))
