"""A scenario: one piece of a course to be played on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from grading.evidence.base import Evidence
from grading.evidence.timeline import PlotSettings
from grading.submission.course_file import CourseFile

E = TypeVar("E", bound=Evidence)


@dataclass(frozen=True)
class Scenario(Generic[E]):
    """One piece of the course to be played on a cluster.

    Attributes:
        name: also the name of its namespace and of its file of evidence.
        evidence: the class of what it records.
        play: plays it, filling the evidence as it goes, so that what was seen before a failure is kept. It
            takes a `Context`; an `Elsewhere` if it plays elsewhere.
        title: what it is called in reports, a message to be translated there.
        plot: how the timeline that it records is plotted; None if it is not.
        leads: whether it is one of the longest: the others begin when its first Pods are started. All
            of them at once would hold each other up, and the run lasts as long as the longest.
        usual: the seconds that it usually takes, on 2 cores, to say how much is left.
        files: the files of a submission that it plays.
        elsewhere: whether it plays on clusters of its own, and needs no namespace on the run's cluster.
    """

    name: str
    evidence: type[E]
    play: Callable[[Any, E], None]
    title: str = field(kw_only=True)
    plot: PlotSettings | None = None
    leads: bool = False
    usual: float = 15.0
    files: tuple[CourseFile, ...] = ()
    elsewhere: bool = False
