"""The common parts of pages: how a value is put into one, and the style that they share."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from grading.text.i18n import Message, _, decimal, language, moment, n_
from grading.text.sanitize import visible

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

MAX_LINES: Final = 60
"""Lines of one text that are shown; those of the suite have ten at most."""


@cache
def template(package: str) -> jinja2.Template:
    """Return the template of a page, ``template.html.j2`` of a package.

    What it puts in is made `visible` and escaped, but for what is markup already.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "."),
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


def style(package: str) -> Markup:
    """Return the style that pages share, followed by ``style.css`` of a package."""
    return own(__package__, "shared.css") + own(package, "style.css")


def own(package: str, file: str) -> Markup:
    """Return a file of a package of ours as markup that is put into a page as it is."""
    from markupsafe import Markup

    return Markup(resources.files(package).joinpath(file).read_text("utf-8"))  # noqa: S704 - our own


def _harmless(value: object) -> object:
    """Return a value as the page shows it.

    jinja2 puts every value through this, and escapes it then.
    """
    return value if hasattr(value, "__html__") else _plain(str(value))


def _plain(text: str) -> str:
    """Return text without control characters, cut to as many lines as are read."""
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
    """Return the attribute of a text in another language than the page.

    A screen reader needs it.
    """
    from markupsafe import Markup

    lang = text.lang if isinstance(text, Message) else None
    return Markup("") if lang in {None, language()} else Markup(' lang="{}"').format(lang.value)
