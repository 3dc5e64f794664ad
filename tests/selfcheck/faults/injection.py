"""The model of an injected fault: what is disturbed, when, and what that may cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.selfcheck.faults.moments import Moment
from tests.selfcheck.faults.site import Site

Disturbance = Callable[[Site], AbstractContextManager[None]]
"""Injects a fault when it is entered, and undoes it when it is left."""

TO_THE_END: Final = 1800.0
"""Seconds that no graded run takes."""


@dataclass(frozen=True)
class Injection:
    """A fault of the infrastructure in a graded run.

    Attributes:
        id: its name.
        title: what happens, in words.
        marker: what is graded.
        moment: when the fault is injected.
        disturb: injects it, and undoes it.
        lasts: seconds until it is undone.
        lacks: the criteria that may be without a verdict of their own, as patterns of `fnmatch`.
        hides: those of them that nobody can see while the fault lasts; one that passes was not hurt.
        cause: a regular expression that the rationale of each of them must match.
        fault: what is graded, a fault of a ``faults.yaml``; the reference if it is empty.
        stops: whether the run is ended by it, so that only the next run can be judged.
        environment: added to that of the run; ``{folder}`` is a folder of the run's own.
        prepare: makes what the run needs in that folder, before it starts.
    """

    id: str
    title: str
    marker: str
    moment: Moment
    disturb: Disturbance
    lasts: float = TO_THE_END
    lacks: tuple[str, ...] = ()
    hides: frozenset[str] = frozenset()
    cause: str = ""
    fault: str = ""
    stops: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], None] = lambda _folder: None
