"""Write ``report.html`` beside a ``report.json``: ``python -m grading.renderers.page FOLDER``."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from grading.renderers.page import to_html
from grading.renderers.page.child import FILE
from grading.report import Report, write_text
from grading.view import StudentView, for_student


def main(folder: Path) -> None:
    """Write the page of the report in a folder."""
    report = Report.model_validate_json((folder / "report.json").read_bytes())
    view = for_student(report)
    write_text(folder / FILE, to_html(view, _evidence(view, folder)))


def _evidence(view: StudentView, folder: Path) -> dict[str, Any]:
    """Return the evidence that may be shown; None stands for a file that cannot be read."""
    found: dict[str, Any] = {}
    for path in view.evidence:
        name = PurePosixPath(path).stem
        try:
            found[name] = json.loads((folder / "evidence" / f"{name}.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            found[name] = None
    return found


if __name__ == "__main__":
    # The font list that matplotlib makes the first time on a machine is nothing to tell of.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    main(Path(sys.argv[1]))
