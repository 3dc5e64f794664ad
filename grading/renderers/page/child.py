"""Write the page in a process of its own.

matplotlib takes memory that a grading run has better use for, and whatever goes wrong with a drawing is
not to touch the grades or the other forms.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from grading import timeouts
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
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeouts.PAGE,
            check=False,
        )
        trouble = "" if done.returncode == 0 else done.stderr.strip().rpartition("\n")[2] or _status(done)
    except subprocess.TimeoutExpired:
        trouble = _("it took longer than {n} s", n=timeouts.PAGE)
    except OSError as error:
        trouble = str(error)
    if not trouble:
        return ""
    (folder / FILE).unlink(missing_ok=True)
    return one_line(_("{file} could not be written: {error}", file=FILE, error=trouble))


def _status(done: subprocess.CompletedProcess[str]) -> str:
    return _("exit status {n}", n=done.returncode)
