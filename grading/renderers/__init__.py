"""Renderings of a report: pure functions from what a student may see of it to text."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from grading.files import write_text
from grading.renderers.page.child import write_page
from grading.renderers.read import read_evidence
from grading.report.model import Report
from grading.report.student_view import StudentView, for_student
from grading.text.i18n import Language, _, speaking
from grading.text.sanitize import encodable, one_line


@dataclass(frozen=True)
class Form:
    """One form of a report.

    Attributes:
        function: the renderer, as ``module:function`` of this package, loaded when it is used.
        file: the file of the report folder that holds it; empty if `write_reports` writes none.
        with_evidence: whether the renderer takes the evidence too.
    """

    function: str
    file: str = ""
    with_evidence: bool = False

    def render(self, view: StudentView, folder: Path) -> str:
        """Return the report in this form; its evidence is in ``folder``."""
        module, _colon, name = self.function.partition(":")
        render = getattr(import_module(f"{__name__}.{module}"), name)
        text: str = render(view, read_evidence(view, folder)) if self.with_evidence else render(view)
        return encodable(text)


FORMS: Final = {
    "html": Form("page:to_html", with_evidence=True),
    "md": Form("markdown:to_markdown", "report.md", with_evidence=True),
    "junit": Form("junit:to_junit", "junit.xml"),
    "gradescope": Form("gradescope:to_gradescope", "gradescope.json"),
    "classroom50": Form("classroom50:to_classroom50", "classroom50.json"),
    "github": Form("classroom:to_github_classroom", "github.json"),
    "annotations": Form("annotations:to_annotations"),
    "terminal": Form("terminal:to_terminal", with_evidence=True),
}


def render(report: Report, form: Form, folder: Path, lang: Language | None = None) -> str:
    """Return a report in one form, in its own language or another."""
    with speaking(lang or report.lang):
        return form.render(for_student(report.spoken()), folder)


PageWriter = Callable[[Report, Path], str]
"""Writes the page of a report into its folder, and returns why it could not."""


def write_reports(report: Report, folder: Path, page: PageWriter | None = None) -> list[str]:
    """Write the report in all its forms, report.json first.

    A form that fails does not keep others from being written.

    Args:
        report: the report.
        folder: the report folder, made if it does not exist.
        page: writes the page; a process of its own does by default.

    Returns:
        What could not be written, one line each.

    Raises:
        OSError: report.json could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.json", report.to_json())
    failed = []
    for form in FORMS.values():
        if not form.file:
            continue
        path = folder / form.file
        try:
            write_text(path, render(report, form, folder))
        except Exception as error:  # whatever it is, report.json is there and the other forms follow
            with contextlib.suppress(OSError):
                path.unlink()  # one of an earlier run would contradict report.json
            words = _(
                "{file} could not be written: {error}",
                file=form.file,
                error=f"{type(error).__name__}: {error}",
            )
            failed.append(one_line(words))
    return [*failed, *filter(None, [page(report, folder) if page else write_page(folder)])]
