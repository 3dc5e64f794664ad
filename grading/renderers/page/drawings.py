"""The drawings of a page: made by matplotlib, or taken from an earlier page of the same run.

Drawing takes most of the time of a page, and depends on the evidence alone: a run that is judged again keeps
its drawings. Importing this does not load matplotlib.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from markupsafe import Markup

from grading.renderers.page.plot import Plot
from grading.text.i18n import language

_KEPT: Final = re.compile(
    r'<div class="plot [a-z]+" data-drawing="([0-9a-f]{64})">(<svg .*?</svg>)</div>', re.DOTALL
)
"""A drawing as ``template.html.j2`` has it. No text from elsewhere looks so: on a page it is escaped."""


@dataclass(frozen=True)
class Size:
    """The size of a plot in CSS pixels, and of its letters in points."""

    name: str
    width: int
    height: int
    letters: float


WIDE: Final = Size("wide", 860, 340, 12.0)
NARROW: Final = Size("narrow", 340, 330, 11.0)
"""For a telephone: drawn anew rather than made smaller, so that the letters stay as large."""


@dataclass(frozen=True)
class Drawing:
    """A plot in one size.

    Attributes:
        key: SHA-256 of all that the drawing depends on.
        svg: the element.
    """

    key: str
    svg: Markup


class Drawings:
    """Gives drawings of plots.

    Args:
        page: an earlier page, whose drawings are taken if they are what would be drawn again.
    """

    def __init__(self, page: str = "") -> None:
        self._kept = dict(_KEPT.findall(page))

    def of(self, plot: Plot, size: Size, ident: str) -> Drawing:
        """Return the drawing of a plot.

        Args:
            plot: what to draw.
            size: how large.
            ident: a word that no other drawing of the page has; its ids begin with it.
        """
        made_of = repr((plot, size, ident, language(), _code()))
        key = hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()
        return Drawing(key, Markup(self._kept.get(key) or _drawn(plot, size, ident)))  # noqa: S704 - escaped there


def _drawn(plot: Plot, size: Size, ident: str) -> str:
    from grading.renderers.page.drawing import draw  # matplotlib takes half a second, and only plots need it

    return draw(plot, size, ident)


@cache
def _code() -> str:
    """Return what is drawn with: a drawing of other code is made anew."""
    return resources.files(__package__).joinpath("drawing.py").read_text("utf-8")
