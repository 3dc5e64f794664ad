"""The times for which Pods have been seen in their states, by this machine's own steady clock."""

from __future__ import annotations

import time

from grading.k8s.diagnosis import Object, timestamps


class Ages:
    """The moments at which each timestamp of a Pod was seen first.

    An `Age` of `grading.k8s.diagnosis`.

    A Pod is looked at while it changes, so that a state is seen soon after it began. None is ever taken to be
    older than it is, even if a clock is set meanwhile, as when a laptop wakes up.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], float] = {}

    def __call__(self, pod: Object, since: str) -> float:
        """Return the seconds since a Pod was first seen with a timestamp."""
        now = time.monotonic()
        return now - self._seen.setdefault((pod["metadata"]["uid"], since), now)

    def see(self, pod: Object) -> None:
        """Note the timestamps of a Pod that are new."""
        for since in timestamps(pod):
            self(pod, since)
