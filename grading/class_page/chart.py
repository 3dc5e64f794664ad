"""The grades of a class as columns: where each stands in a drawing, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grading.class_page.points import points
from grading.class_page.tallies import Bar
from grading.text.i18n import _, n_

WIDTH: Final = 480
HEIGHT: Final = 200
TOP: Final = 24
"""Above the highest column, for its number."""

GAP: Final = 4
"""Between columns. All lengths are in units of the drawing; the page scales it."""


@dataclass(frozen=True)
class Column:
    """A column of the chart.

    Attributes:
        x, y, width, height: where it stands, in units of the drawing.
        middle: the x of its number, above it.
        count: that number.
        range: the grades that it counts, as text.
        words: the count in words.
    """

    x: float
    y: float
    width: float
    height: float
    middle: float
    count: int
    range: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A number below the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Chart:
    """The chart: its columns from left to right, and the marks of its axis."""

    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(bars: Sequence[Bar], most: float) -> Chart:
    """Return the chart of some bars, at least one of which counts something.

    Args:
        bars: from the lowest grades to the highest.
        most: the end of the scale, in points.
    """
    highest = max(bar.count for bar in bars)
    columns = [_column(bar, most, highest) for bar in bars]
    edges = sorted({edge for bar in bars for edge in (bar.low, bar.high)})
    return Chart(tuple(columns), tuple(Mark(_at(edge, most), points(edge)) for edge in edges))


def _column(bar: Bar, most: float, highest: int) -> Column:
    left, right = _at(bar.low, most) + GAP / 2, _at(bar.high, most) - GAP / 2
    height = round((HEIGHT - TOP) * bar.count / highest, 1)
    edges = {"low": points(bar.low), "high": points(bar.high)}
    return Column(
        x=left,
        y=HEIGHT - height,
        width=round(right - left, 1),
        height=height,
        middle=round((left + right) / 2, 1),
        count=bar.count,
        range=_("{low} to {high}", **edges) if bar.high == most else _("{low} to below {high}", **edges),
        words=n_("{n} submission", "{n} submissions", bar.count),
    )


def _at(grade: float, most: float) -> float:
    return round(WIDTH * grade / most, 1)
