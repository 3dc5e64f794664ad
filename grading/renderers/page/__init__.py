"""The report as a page: one HTML file that asks nobody for anything, with plots of what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from grading.report.student_view import StudentView
from grading.text.i18n import Message, _, decimal, language, moment, n_
from grading.text.sanitize import inert_html, visible

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

MAX_LINES: Final = 60
"""Lines of one text that are shown; those of the suite have ten at most."""


def to_html(view: StudentView, evidence: Mapping[str, Any]) -> str:
    """Render a report, in the language that is spoken.

    Args:
        view: what the student may see.
        evidence: what each scenario recorded, by its name: the parsed files of the folder ``evidence``.
            What is missing, or is no such recording, is missing on the page too, and no more than that.
    """
    from grading.renderers.labels import egress, unconfined
    from grading.renderers.page.content import page_of

    page = _template().render(
        page=page_of(view, evidence),
        report=view.report,
        egress=egress(view.report),
        unconfined=unconfined(view.report.environment),
        lang=language().value,
        style=_style(),
    )
    return inert_html(page)


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grading.renderers.page", "."),
        autoescape=True,
        finalize=_harmless,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "n_": n_}
    environment.filters |= {"decimal": decimal, "moment": moment}
    environment.filters |= {"prose": _prose, "dotted": _dotted, "foreign": _foreign}
    return environment.get_template("template.html.j2")


def _style() -> Markup:
    from markupsafe import Markup

    return Markup(resources.files(__name__).joinpath("style.css").read_text("utf-8"))  # noqa: S704 - our own


def _harmless(value: object) -> object:
    """Return a value as the page shows it; jinja2 puts every value through this, and escapes it then."""
    return value if hasattr(value, "__html__") else _plain(str(value))


def _plain(text: str) -> str:
    """Return text without control characters, cut where it has more lines than anybody reads."""
    lines = text.split("\n", MAX_LINES)
    return visible("\n".join(lines[:MAX_LINES])) + ("\n…" if len(lines) > MAX_LINES else "")


def _prose(text: str) -> Markup:
    """Return a message with what stands between backticks as code."""
    from markupsafe import Markup, escape

    pieces = _plain(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(_plain(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _dotted(ident: str) -> Markup:
    """Return a criterion's id that may be broken after its dots, for narrow screens."""
    from markupsafe import Markup

    return Markup(".<wbr>").join(_plain(ident).split("."))


def _foreign(text: str) -> Markup:
    """Return the attribute that tells a screen reader that a text is in another language than the page."""
    from markupsafe import Markup

    lang = text.lang if isinstance(text, Message) else None
    return Markup("") if lang in {None, language()} else Markup(' lang="{}"').format(lang.value)
