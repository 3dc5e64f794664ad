"""The clusters on which the commands of a submission are played, and not that of the run."""

from __future__ import annotations

from grading.evidence.base import Evidence
from grading.runner.commands.fleet import Fleet
from grading.runner.story import Story
from grading.submission.loader import Submission


class Elsewhere(Story):
    """One scenario's view of the world, if it is one of commands.

    Args:
        evidence: what the scenario records.
        submission: what is graded.
        fleet: the clusters on which commands are played.
        images: the courses' own, each in full.
        fetched: whether the nodes can get other images from a registry.
    """

    def __init__(
        self,
        evidence: Evidence,
        submission: Submission,
        fleet: Fleet,
        images: frozenset[str],
        *,
        fetched: bool = False,
    ) -> None:
        super().__init__(evidence)
        self.submission = submission
        self.fleet = fleet
        self.images = images
        self.fetched = fetched
