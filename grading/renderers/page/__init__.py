"""The report as a page: one HTML file that asks nobody for anything, with plots of what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, Any

from grading.i18n import _, decimal, moment, n_, speaking
from grading.plainly import visible
from grading.view import StudentView

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

    from grading.renderers.page.plot import Plot


def to_html(view: StudentView, evidence: Mapping[str, Any]) -> str:
    """Render a report, in its own language.

    Args:
        view: what the student may see.
        evidence: what each scenario recorded, by its name: the parsed files of the folder ``evidence``.
            What is missing, or is no such recording, is missing on the page too, and no more than that.
    """
    from grading.renderers.page.content import page_of

    with speaking(view.report.lang):
        drawings = count(1)
        return _template().render(
            page=page_of(view, evidence),
            report=view.report,
            style=_style(),
            drawn=lambda plot: list(_drawn(plot, next(drawings))),
        )


def _drawn(plot: Plot, number: int) -> Iterator[tuple[str, Markup]]:
    """Yield a plot in both sizes, each with its class in the style sheet."""
    from markupsafe import Markup

    from grading.renderers.page import drawing  # matplotlib takes half a second, and only plots need it

    for name, size in (("wide", drawing.WIDE), ("narrow", drawing.NARROW)):
        yield name, Markup(drawing.draw(plot, size, f"plot-{number}-{name}"))  # noqa: S704 - escaped there


@cache
def _template() -> jinja2.Template:
    import jinja2

    from grading.renderers.page.plot import in_words

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grading.renderers.page", "."),
        autoescape=True,
        finalize=_harmless,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "n_": n_, "in_words": in_words}
    environment.filters |= {"decimal": decimal, "moment": moment, "prose": _prose, "dotted": _dotted}
    return environment.get_template("template.html.j2")


def _style() -> Markup:
    from markupsafe import Markup

    return Markup(resources.files(__name__).joinpath("style.css").read_text("utf-8"))  # noqa: S704 - our own


def _harmless(value: object) -> object:
    """Return a value as the page shows it; jinja2 puts every value through this, and escapes it then."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _prose(text: str) -> Markup:
    """Return a message with what stands between backticks as code."""
    from markupsafe import Markup, escape

    pieces = visible(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _dotted(ident: str) -> Markup:
    """Return a criterion's id that may be broken after its dots, for narrow screens."""
    from markupsafe import Markup

    return Markup(".<wbr>").join(visible(ident).split("."))
