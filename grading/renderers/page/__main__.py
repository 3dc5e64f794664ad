"""Write ``report.html`` beside a ``report.json``: ``python -P -m grading.renderers.page FOLDER``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from grading.files import write_text
from grading.renderers import FORMS, render
from grading.renderers.page.child import FILE
from grading.report.model import Report


def main(folder: Path) -> None:
    """Write the page of the report in a folder."""
    report = Report.model_validate_json((folder / "report.json").read_bytes())
    write_text(folder / FILE, render(report, FORMS["html"], folder))


if __name__ == "__main__":
    # The font list that matplotlib makes the first time on a machine is nothing to tell of.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    main(Path(sys.argv[1]))
