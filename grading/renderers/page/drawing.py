"""Draw plots with matplotlib, as SVG that takes its colours and letters from the page around it.

Importing this loads matplotlib, some 60 MiB and half a second.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from xml.etree import ElementTree

from grading.renderers.page.drawing_cache import drawing_cache

# Nor are its settings, and what it writes, the user's own.
os.environ["MPLCONFIGDIR"] = str(drawing_cache())
# As it is imported, matplotlib reads a file `matplotlibrc` of the current folder, which may be a submission.
with contextlib.chdir(Path(__file__).parent):
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

from grading.renderers.page.drawings import WIDE, Size
from grading.renderers.page.plot import Plot
from grading.text.i18n import decimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

T = TypeVar("T")

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"

# matplotlib knows no colours by name of a style sheet: these stand for them until the SVG is made.
_GROUPS: Final = ("#a00001", "#a00002", "#a00003", "#a00004")
_PAPER, _TEXT, _GRID, _LINE, _LIMIT, _FAILED, _MARK = (f"#b0000{n}" for n in range(1, 8))
_VARIABLES: Final = {
    **{colour: f"var(--plot-{n})" for n, colour in enumerate(_GROUPS, 1)},
    _PAPER: "var(--paper)",
    _TEXT: "var(--muted)",
    _GRID: "var(--rule)",
    _LINE: "var(--ink)",
    _LIMIT: "var(--plot-limit)",
    _FAILED: "var(--failed)",
    _MARK: "var(--muted)",
}
_POINTS: Final = 72


def draw(plot: Plot, size: Size, ident: str) -> str:
    """Return a plot as an SVG element for an HTML page.

    Args:
        plot: what to draw.
        size: how large.
        ident: a word that no other drawing of the page has; its ids begin with it.
    """
    with _style(size.letters):
        figure = Figure(figsize=(size.width / _POINTS, size.height / _POINTS), facecolor="none")
        FigureCanvasSVG(figure)
        rows = _rows(plot, size)
        top = 1 - (6 + rows * size.letters * 1.35) / size.height
        axes, strip = figure.subplots(
            2, 1, sharex=True, height_ratios=(12, 1) if plot.requests else (12, 0.001)
        )
        figure.subplots_adjust(
            left=2.6 * size.letters / size.width,
            right=1 - 8 / size.width,
            top=top,
            bottom=3.6 * size.letters / size.height,
            hspace=0.12,
        )
        _pods(axes, plot)
        _limits(axes, plot)
        _line(axes, plot)
        _marks(axes, plot, size)
        _worst(axes, plot, size)
        _requests(strip, plot)
        _axes(axes, strip, plot, size)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return _embedded(stream.getvalue(), plot.title, ident)


@contextlib.contextmanager
def _style(letters: float) -> Iterator[None]:
    """Use settings of our own: those of whoever draws would change the page.

    Args:
        letters: the size of the letters, in points.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "kubegrade",  # the same report makes the same page
                "font.family": "DejaVu Sans",  # which comes with matplotlib; it only measures with it
                "font.size": letters,
                "hatch.color": _PAPER,
                "hatch.linewidth": 1.1,
            }
        )
        yield


def _pods(axes: Axes, plot: Plot) -> None:
    floors = [0] * len(plot.times)
    for layer in plot.layers:
        ceilings = [floor + count for floor, count in zip(floors, layer.counts, strict=True)]
        corners = _corners(plot.times, list(zip(floors, ceilings, strict=True)), plot.end)
        axes.fill_between(
            [t for t, _pair in corners],
            [low for _t, (low, _high) in corners],
            [high for _t, (_low, high) in corners],
            step="post",
            facecolor=_GROUPS[layer.group % len(_GROUPS)],
            hatch=None if layer.ready else "////",
            linewidth=0,
        )
        floors = ceilings


def _corners(times: Sequence[float], values: Sequence[T], end: float) -> list[tuple[float, T]]:
    """Return a step function up to ``end``, without the steps that change nothing."""
    found: list[tuple[float, T]] = []
    for t, value in zip(times, values, strict=True):
        if t <= end and not (found and found[-1][1] == value):
            found.append((t, value))
    return [*found, *((end, value) for _t, value in found[-1:])]


def _line(axes: Axes, plot: Plot) -> None:
    if plot.line:
        times, values = zip(*plot.line, strict=True)
        corners = _corners(times, values, plot.end if plot.line_end is None else plot.line_end)
        axes.step(*zip(*corners, strict=True), where="post", color=_LINE, linewidth=1.6)


def _limits(axes: Axes, plot: Plot) -> None:
    for limit in (plot.most, plot.fewest):
        if limit:
            # Wider than the line of the available Pods, which mostly lies right on it, and with paper about
            # it: on the areas, red on green would be nothing to those who cannot tell the two apart.
            axes.axhline(limit.value, color=_PAPER, linewidth=5.8)
            axes.axhline(limit.value, color=_LIMIT, linewidth=3.4, linestyle=(0, (3, 1.5)))


def _worst(axes: Axes, plot: Plot, size: Size) -> None:
    for t, value in plot.broken:
        right = t < (plot.begin + plot.end) / 2
        axes.plot(t, value, marker="o", markersize=9, color=_FAILED, markeredgecolor=_PAPER, clip_on=False)
        axes.annotate(
            decimal(value),
            (t, value),
            xytext=(9 if right else -9, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            color=_FAILED,
            fontsize=size.letters * 1.25,
            fontweight="bold",
            bbox={"boxstyle": "round,pad=0.2", "facecolor": _PAPER, "edgecolor": "none"},
        )


def _requests(strip: Axes, plot: Plot) -> None:
    answered: list[float] = []
    for t, ok in plot.requests:
        answered += [t] * 3 if ok else []
    nan = float("nan")
    strip.plot(answered, [0.15, 0.85, nan] * (len(answered) // 3), color=_GROUPS[1], linewidth=1.0)
    failed = [t for t, ok in plot.requests if not ok]
    strip.plot(
        failed, [0.5] * len(failed), "x", color=_FAILED, markersize=9, markeredgewidth=2.5, clip_on=False
    )


def _marks(axes: Axes, plot: Plot, size: Size) -> None:
    for t, text, row in _placed(plot, size):
        axes.axvline(t, color=_MARK, linewidth=1.2, linestyle=(0, (1, 2)))
        left = _leans_left(t, plot)
        axes.annotate(
            text,
            (t, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-2 if left else 2, 4 + row * size.letters * 1.35),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom",
            color=_TEXT,
            parse_math=False,
        )


def _placed(plot: Plot, size: Size) -> list[tuple[float, str, int]]:
    """Return the marks to be shown, each with a row above the plot.

    There it covers no other.

    Marks that are too close to be told apart share their words.
    """
    scale = (plot.end - plot.begin) / (size.width - 4 * size.letters)
    shown: list[tuple[float, str]] = []
    for t, text in sorted(plot.marks, key=lambda mark: mark[0]):
        if shown and t - shown[-1][0] < size.letters * scale:
            shown[-1] = shown[-1][0], f"{shown[-1][1]} · {text}"
        elif plot.begin <= t <= plot.end:
            shown.append((t, text))
    ends: list[float] = []
    placed = []
    for t, text in shown:
        length = (len(text) + 2) * 0.6 * size.letters * scale
        left = t - length if _leans_left(t, plot) else t
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + length]
        placed.append((t, text, row))
    return placed


def _leans_left(t: float, plot: Plot) -> bool:
    return t > plot.begin + 0.7 * (plot.end - plot.begin)


def _rows(plot: Plot, size: Size) -> int:
    return 1 + max((row for _t, _text, row in _placed(plot, size)), default=0)


def _axes(axes: Axes, strip: Axes, plot: Plot, size: Size) -> None:
    highest = max(
        [value for _t, value in (*plot.total, *plot.line)] + [limit.value for limit in (plot.most,) if limit]
    )
    axes.set_xlim(plot.begin, plot.end)
    axes.set_ylim(0, highest + max(1.0, highest * 0.08))
    strip.set_ylim(0, 1)
    strip.set_yticks([])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    strip.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8 if size is WIDE else 5))
    strip.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: decimal(value)))
    axes.tick_params(bottom=False)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    strip.set_xlabel(plot.since, parse_math=False)
    for part in (axes, strip):
        part.set_facecolor("none")
        part.tick_params(colors=_TEXT, length=3)
        part.xaxis.label.set_color(_TEXT)
        for side in part.spines.values():
            side.set_visible(False)


def _embedded(raw: bytes, title: str, ident: str) -> str:
    """Return matplotlib's file as a part of a page.

    It has no style of its own, no colours, and no ids of others.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(raw)  # noqa: S314 - made by matplotlib
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}style" or not child.tag.startswith(f"{{{SVG}}}"):
                parent.remove(child)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", title)
    for element in root.iter():
        for name, value in element.attrib.items():
            element.set(name, _own(value, name, ident))
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r"\s*\n\s*", "\n", text)


def _own(value: str, name: str, ident: str) -> str:
    if name == "id":
        return f"{ident}-{value}"
    if name == f"{{{XLINK}}}href":
        return value.replace("#", f"#{ident}-")
    value = value.replace("url(#", f"url(#{ident}-")
    value = re.sub(r"#[ab]0000[0-9]", lambda found: _VARIABLES[found[0]], value)
    return re.sub(r"font: (\S+ )*?([0-9.]+px) [^;]+", r"font-size: \2", value)
