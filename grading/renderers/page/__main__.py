"""Write ``report.html`` beside a ``report.json``: ``python -m grading.renderers.page FOLDER``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from grading.renderers import FORMS, render
from grading.renderers.page.child import FILE
from grading.renderers.read import read_report
from grading.report import write_text

# The font list that matplotlib makes the first time on a machine is nothing to tell of.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
folder = Path(sys.argv[1])
write_text(folder / FILE, render(read_report(folder / "report.json"), FORMS["html"], folder))
