"""Write a class into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from grading.files import write_text
from grading.gradebook.model import FILE, OVERRIDES, SUBMISSIONS
from grading.report import model
from tests.selfcheck.classes.made import Made

PAGE: Final = "<!DOCTYPE html><html lang=en><title>A report</title><h1>A report</h1>\n"


def write(made: Made, out: Path) -> Path:
    """Write a class into a new folder: its record, the overrides, and each report with its evidence.

    ``report.html`` is no more than a place for links to lead to.
    """
    out.mkdir(parents=True)
    write_text(out / FILE, made.record.to_json())
    write_text(out / OVERRIDES, made.overrides)
    for key, run in made.runs.items():
        folder = out / SUBMISSIONS / key
        folder.mkdir(parents=True)
        report = run.report.model_copy(update={"submission": f"handed-in/{key}/1"})
        write_text(folder / model.FILE, report.to_json())
        write_text(folder / "report.html", PAGE)
        for path, text in run.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_text(folder / path, text)
    return out
