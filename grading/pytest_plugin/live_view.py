"""A live view of a graded run on a terminal: each scenario, its last step, and the time left.

Shown on an interactive terminal only; otherwise pytest's own output is used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grading.report.model import CriterionResult, Verdict
from grading.runner.runner import Playing
from grading.text.i18n import _
from grading.text.sanitize import inert, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

_SYMBOLS: Final = {
    "waits": ("·", "dim"),
    "plays": ("▸", "cyan"),
    "ended": ("✓", "green"),
    "cut": ("!", "yellow"),
}
_VERDICTS: Final = {
    Verdict.FAILED: ("✗", "red"),
    Verdict.BLOCKED: ("✗", "magenta"),
    Verdict.ERROR: ("!", "yellow"),
}
_LEAST_LEFT: Final = 2.0
"""Seconds that a scenario is expected to need still, when it takes longer than usual."""


class Progress(Protocol):
    """Knows how far the scenarios of a run are."""

    def playing(self) -> list[Playing]:
        """Return how far each scenario is."""


class LiveView:
    """The part of the terminal that changes while a run goes on.

    Args:
        console: where to show it.
        title: what is graded.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._title = inert(one_line(title))
        self._begun = time.monotonic()
        self._phase = ""
        self._phase_ends = self._begun
        self._runner: Progress | None = None
        self._live = Live(
            console=console, get_renderable=self._render, refresh_per_second=4, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def start(self) -> None:
        """Start the view."""
        self._live.start()

    def stop(self) -> None:
        """Stop the view, and leave nothing of it on the terminal."""
        self._live.stop()

    def phase(self, words: str, seconds: float = 0.0) -> None:
        """Show what the run as a whole is doing.

        Args:
            words: in a few words.
            seconds: how long it usually takes.
        """
        self._phase = words
        self._phase_ends = time.monotonic() + seconds

    def follow(self, runner: Progress) -> None:
        """Show the scenarios of a run."""
        self._runner = runner
        self.phase(_("playing the scenarios"))

    def tell(self, result: CriterionResult) -> None:
        """Print a line above the view for a criterion that did not pass."""
        symbol, style = _VERDICTS[result.verdict]
        words = inert(one_line(f"{result.id}: {result.rationale}" if result.rationale else result.id))
        self._live.console.print(Text.assemble((f"{symbol} ", style), words), soft_wrap=False)

    def _render(self) -> RenderableType:
        playing = self._runner.playing() if self._runner else []
        head = Table.grid(expand=True, padding=(0, 1))
        head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        head.add_row(
            Text.assemble((self._phase, "bold"), (f" {self._title}", "dim")),
            Text(self._times(playing), style="cyan"),
        )
        return Group(head, *self._scenarios(playing))

    def _times(self, playing: list[Playing]) -> str:
        elapsed = _clock(time.monotonic() - self._begun)
        left = max([self._phase_ends - time.monotonic(), *map(_left, playing)])
        return _("{elapsed}, about {left} s left", elapsed=elapsed, left=round(left)) if left > 0 else elapsed

    def _scenarios(self, playing: list[Playing]) -> Iterator[RenderableType]:
        if not playing:
            return
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(justify="right", no_wrap=True)
        for one in playing:
            symbol, style = _SYMBOLS[one.state]
            words = _("waiting for its turn") if one.state == "waits" else one.doing
            table.add_row(
                Text(symbol, style=style),
                one.name,
                Text(inert(one_line(words)), style="dim"),
                f"{one.seconds:.0f} s" if one.state != "waits" else "",
            )
        yield table


def _left(one: Playing) -> float:
    if one.state in {"ended", "cut"}:
        return 0.0
    return max(_LEAST_LEFT, one.usual - one.seconds)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
