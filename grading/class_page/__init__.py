"""The page about a class: one HTML file that asks nobody for anything.

It is written while a class is graded too: no other program runs for it, and no report is read.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

from grading.class_page.content import COMMON, HARDEST, page_for_class, page_of
from grading.class_page.points import points
from grading.exercise.loader import load_courses
from grading.files import write_text
from grading.gradebook.results import ClassResults
from grading.renderers.html import own, style, template
from grading.text.i18n import language
from grading.text.sanitize import inert_html

FILE: Final = "class.html"
SHOWN_FILE: Final = "class-anonymous.html"
"""The page that can be shown to the class."""

LEAST: Final = 3
"""Submissions that each number on that page stands for at least, as one or two could be recognized."""


def write_class_page(results: ClassResults, out: Path, anonymous: bool = False) -> Path:
    """Write the page about a class, in the language that is spoken.

    Args:
        results: of the class.
        out: the folder of the class: links lead from there to ``submissions/KEY/report.html``.
        anonymous: leave out whatever tells of one student.

    Returns:
        The file: ``class.html``, or ``class-anonymous.html``.

    Raises:
        OSError: it cannot be written.
    """
    path = out / (SHOWN_FILE if anonymous else FILE)
    write_text(path, to_html(results, anonymous=anonymous))
    return path


def to_html(results: ClassResults, *, anonymous: bool = False) -> str:
    """Return the page about a class, in the language that is spoken."""
    rubric = load_courses().rubric
    page = page_for_class(results, rubric, LEAST) if anonymous else page_of(results, rubric)
    script = own(__name__, "script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page_text = template(__name__).render(
        page=page,
        points=points,
        shown={"criteria": HARDEST, "causes": COMMON},
        lang=language().value,
        style=style(__name__),
        script=script if page.rows else "",
        script_source=f"'sha256-{digest}'" if page.rows else "'none'",
    )
    return inert_html(page_text)
