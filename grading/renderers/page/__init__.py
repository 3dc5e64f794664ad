"""The report as a page: one HTML file that asks nobody for anything, with plots of what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grading.report.student_view import StudentView
from grading.text.i18n import language
from grading.text.sanitize import inert_html


def to_html(view: StudentView, evidence: Mapping[str, Any], earlier: str = "") -> str:
    """Render a report, in the language that is spoken.

    Args:
        view: what the student may see.
        evidence: what each scenario recorded, by its name: the parsed files of the folder ``evidence``.
            What is missing, or is no such recording, is missing on the page too, and no more than that.
        earlier: a page of the same run, whose drawings are taken over.

    Returns:
        The page as HTML.
    """
    from grading.renderers.html import style, template
    from grading.renderers.labels import egress, in_words, unconfined
    from grading.renderers.page.content import page_of
    from grading.renderers.page.drawings import Drawings

    page = template(__name__).render(
        page=page_of(view, evidence, Drawings(earlier)),
        report=view.report,
        in_words=in_words,
        egress=egress(view.report),
        unconfined=unconfined(view.report.environment),
        lang=language().value,
        style=style(__name__),
    )
    return inert_html(page)
