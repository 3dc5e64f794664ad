"""Write the page in a process of its own.

matplotlib takes memory that a grading run has better use for, and whatever goes wrong with a drawing is
not to touch the grades or the other forms.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from grading import timeouts
from grading.processes import ProgramError, run
from grading.text.i18n import _
from grading.text.sanitize import one_line

FILE: Final = "report.html"


def write_page(folder: Path) -> str:
    """Write ``report.html`` from the files in a report folder.

    Returns:
        Why it could not be written, as one line; empty where it was. An older page is gone then, for it
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
    (folder / FILE).unlink(missing_ok=True)
    return one_line(_("{file} could not be written: {error}", file=FILE, error=trouble))
