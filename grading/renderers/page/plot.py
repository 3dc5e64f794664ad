"""A plot over time as plain data: `drawing` draws it, `in_words` says what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grading.text.i18n import _, decimal, n_

Step = tuple[float, float]
"""A time in seconds, and the value from then on."""


@dataclass(frozen=True)
class Layer:
    """One layer of the stack.

    `group` decides its colour, and what is not `ready` is hatched.

    `counts` are its heights from each of the plot's `times` on.
    """

    name: str
    group: int
    ready: bool
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Limit:
    """A number that is not to be passed: a line across the plot."""

    name: str
    value: int


@dataclass(frozen=True)
class Plot:
    """Pods over time, or what is counted per Pod. Times are in seconds.

    Attributes:
        title: what is shown.
        since: what times count from, as the name of the axis.
        begin, end: the time that is shown.
        judged: the time that the limits hold for.
        times: when the layers change.
        layers: counts of Pods, stacked in this order.
        line_name, line: a count beside the stack, such as the available Pods.
        line_end: when there is nothing left to be counted by the line.
        most: the limit of the stack.
        fewest: the limit of the line.
        requests: when each request ended, and whether it was answered.
        marks: moments of the scenario, by name.
        words: what it shows, if that is not how many Pods there were.
    """

    title: str
    since: str
    begin: float
    end: float
    judged: tuple[float, float]
    times: tuple[float, ...]
    layers: tuple[Layer, ...]
    line_name: str = ""
    line: tuple[Step, ...] = ()
    line_end: float | None = None
    most: Limit | None = None
    fewest: Limit | None = None
    requests: tuple[tuple[float, bool], ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    words: tuple[str, ...] = ()

    @property
    def total(self) -> tuple[Step, ...]:
        """The height of the stack."""
        columns = zip(*(layer.counts for layer in self.layers), strict=True)
        return tuple(zip(self.times, map(sum, columns), strict=True))

    @property
    def highest(self) -> Step | None:
        """When the stack was highest while it was judged, and how high."""
        return max(self._judged(self.total), key=lambda step: step[1], default=None)

    @property
    def lowest(self) -> Step | None:
        """When the line was lowest while it was judged, and how low."""
        return min(self._judged(self.line), key=lambda step: step[1], default=None)

    @property
    def failed(self) -> int:
        """How many requests were not answered."""
        return sum(not ok for _t, ok in self.requests)

    @property
    def broken(self) -> Iterator[Step]:
        """Yield the points at which a limit was passed furthest."""
        if self.most and self.highest and self.highest[1] > self.most.value:
            yield self.highest
        if self.fewest and self.lowest and self.lowest[1] < self.fewest.value:
            yield self.lowest

    def _judged(self, steps: tuple[Step, ...]) -> list[Step]:
        return [(t, value) for t, value in steps if self.judged[0] <= t <= self.judged[1]]


def in_words(plot: Plot) -> Iterator[str]:
    """Yield sentences with the numbers that count."""
    begin, end = plot.judged
    yield _("It took {time} s.", time=decimal(end - begin, 1))
    broken = list(plot.broken)
    yield from plot.words
    if plot.highest and not plot.words:
        yield _highest(plot.highest, plot.most, broken)
    if plot.lowest and plot.fewest:
        yield _lowest(plot.lowest, plot.fewest, broken)
    asked = [ok for t, ok in plot.requests if begin <= t <= end]
    if asked:
        yield _answered(len(asked), asked.count(False))


def _highest(highest: Step, limit: Limit | None, broken: list[Step]) -> str:
    t, count = highest
    if limit and highest in broken:
        return _(
            "{count} Pods existed at the same time {time} s after it began, more than the {limit} allowed.",
            **_numbers(t, count, limit),
        )
    if limit:
        return _(
            "Never more than {count} Pods existed at the same time; {limit} are allowed.",
            **_numbers(t, count, limit),
        )
    return n_("At most {n} Pod existed at a time.", "At most {n} Pods existed at the same time.", int(count))


def _lowest(lowest: Step, limit: Limit, broken: list[Step]) -> str:
    t, count = lowest
    if lowest in broken:
        return _(
            "Only {count} were available {time} s after it began, fewer than the {limit} required.",
            **_numbers(t, count, limit),
        )
    return _("Never fewer than {count} were available; {limit} are required.", **_numbers(t, count, limit))


def _numbers(t: float, count: float, limit: Limit) -> dict[str, str]:
    return {"time": decimal(t, 1), "count": decimal(count), "limit": decimal(limit.value)}


def _answered(asked: int, failed: int) -> str:
    if failed:
        return _("{failed} of {asked} requests failed.", failed=decimal(failed), asked=decimal(asked))
    return n_("{n} request was made and answered.", "{n} requests were made, and all were answered.", asked)
