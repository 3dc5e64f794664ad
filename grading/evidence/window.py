"""The part of a timeline that is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from grading.evidence.timeline import Arrival, Timeline

_A = TypeVar("_A", bound=Arrival)


@dataclass(frozen=True)
class Window:
    """The part of a timeline between two moments.

    Attributes:
        timeline: of a Deployment.
        begin: the mark at which it begins.
        end: the mark at which it ends.
    """

    timeline: Timeline
    begin: Arrival
    end: Arrival

    def of(self, samples: Iterable[_A]) -> list[_A]:
        """Return the samples that arrived in it."""
        return self.timeline.between(samples, self.begin, self.end)

    def holds(self, moment: Arrival) -> bool:
        """Return whether something arrived in it."""
        return moment.is_between(self.begin, self.end)

    def seconds(self, moment: Arrival) -> float:
        """Return the seconds from its beginning to a moment."""
        return moment.t - self.begin.t
