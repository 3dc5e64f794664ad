"""Renderings of a report: pure functions from `Report` to text."""

from __future__ import annotations

from pathlib import Path

from grading.renderers.junit import to_junit
from grading.renderers.markdown import to_markdown
from grading.renderers.page.child import write_page
from grading.report import Report, write_text


def write_reports(report: Report, folder: Path) -> list[str]:
    """Write the report in all its forms, report.json first.

    Args:
        report: the report.
        folder: the report folder, made where it does not exist.

    Returns:
        What could not be written, one line each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.json", report.to_json())
    write_text(folder / "report.md", to_markdown(report))
    write_text(folder / "junit.xml", to_junit(report))
    return list(filter(None, [write_page(folder)]))
