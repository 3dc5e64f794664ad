"""Record the story of a scenario while it is played."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from grading.errors import Cancelled, InfrastructureError, Unplayable
from grading.evidence.base import Evidence, Part
from grading.evidence.steps import Step, bounded
from grading.text.i18n import _


class Story:
    """The steps of one scenario, and the parts of it that may end early.

    Args:
        evidence: what the scenario records.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        # By a clock that nobody sets while it is played.
        self._begun = time.monotonic() - (datetime.now(UTC) - evidence.started).total_seconds()

    def step(self, done: str, seen: str = "") -> Step:
        """Record a step.

        Args:
            done: what is done, in the imperative.
            seen: what was seen then. Leave it out of a step that takes a while, and call `Step.see` at its
                end: whoever looks on then knows what is under way, and a reader where it was cut.

        Returns:
            The step.
        """
        since = time.monotonic() - self._begun
        step = Step(done=bounded(done), seen=bounded(seen), t=round(since, 3))
        self.evidence.steps.append(step)
        return step

    @contextlib.contextmanager
    def attempt(self, part: Part) -> Iterator[None]:
        """Play a part; the rest of the scenario is played whatever ends it."""
        ended = True
        with part.attempt():
            yield
            ended = False
        if ended:
            self._tell_end(part.trouble.rationale if part.trouble else part.error)

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Play a part by name; the rest is played whatever ends it.

        Raises:
            Cancelled: the run was stopped.
        """
        try:
            yield
        except Unplayable as failure:
            self.evidence.parts[name] = failure.problem
            self._tell_end(failure.problem.rationale)
        except Cancelled:
            raise
        except InfrastructureError as error:
            self.evidence.error = str(error)
            self._tell_end(str(error))

    def _tell_end(self, why: str) -> None:
        """Tell why a part ended, in the step that was under way if there was one."""
        under_way = (step for step in reversed(self.evidence.steps) if not step.seen)
        step = next(under_way, None) or self.step(_("Stopped there"))
        step.see(why)
