"""Events around a scenario: nodes, ends of containers, evictions, and an API server that was away.

Every item carries ``t``, the seconds since the ``started`` of the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import BaseModel, Field

from grading.text.stored import Said

MOST: Final = 100
"""How many items of each kind are kept; see `Surroundings.omitted`."""


LINGERS: Final = 60.0
"""Seconds for which a disturbance may still be felt, while Pods of a node that was away start again."""


class Moment(BaseModel):
    """Something that happened at a time, in seconds since the evidence began."""

    t: float


_M = TypeVar("_M", bound=Moment)


class NodeState(Moment):
    """One state of a node.

    ``exists`` is false when it was deleted, ``ready`` is its condition Ready. ``problems`` are the other
    conditions that are not as they should be, such as MemoryPressure (Kubernetes: Node Status).
    """

    node: str
    exists: bool = True
    ready: bool
    problems: list[str] = Field(default_factory=list)


class NodeEvent(Moment):
    """An event about trouble of a node: SystemOOM, or Starting of its kubelet."""

    node: str
    reason: str
    message: str = ""


class ContainerEnd(Moment):
    """The end of a container in a Pod that was not being deleted.

    ``limited`` says whether the container has a memory limit of its own.
    """

    namespace: str
    pod: str
    uid: str
    node: str = ""
    container: str
    reason: str = ""
    exit_code: int | None = None
    limited: bool = False


class Displacement(Moment):
    """A Pod that was evicted, preempted, or lost with its node.

    ``reason`` is that of the condition DisruptionTarget, or of the Pod (Kubernetes: Disruptions).
    """

    namespace: str
    pod: str
    uid: str
    node: str = ""
    reason: str
    message: str = ""


class ProbeFailure(Moment):
    """A probe of a container that failed, and the kubelet's message.

    ``kind`` is startup, liveness or readiness.
    """

    namespace: str
    pod: str
    container: str
    kind: str
    message: str


class Outage(Moment):
    """A time until ``until`` in which nothing was seen.

    A watch ended, or the API server did not answer.
    """

    until: float
    reason: Said


class Unreached(Moment):
    """A Pod of the control that got no answer from another node, or from the DNS.

    ``node`` is where it runs, ``target`` the other node, empty for the DNS.
    """

    node: str
    target: str = ""
    reason: Said


class Surroundings(BaseModel):
    """What happened around one scenario.

    ``omitted`` counts what was left out: of each kind the last `MOST` are kept.
    """

    nodes: list[NodeState] = Field(default_factory=list)
    node_events: list[NodeEvent] = Field(default_factory=list)
    ends: list[ContainerEnd] = Field(default_factory=list)
    displaced: list[Displacement] = Field(default_factory=list)
    probe_failures: list[ProbeFailure] = Field(default_factory=list)
    outages: list[Outage] = Field(default_factory=list)
    unreached: list[Unreached] = Field(default_factory=list)
    omitted: int = 0

    def between(self, since: float, until: float) -> Surroundings:
        """Return what happened between two times, in seconds since the evidence began.

        And before them the last state of each node.
        """
        part = Surroundings()
        before = {state.node: state for state in self.nodes if state.t < since}
        part.nodes = part._kept([*before.values(), *_within(self.nodes, since, until)])
        part.node_events = part._kept(_within(self.node_events, since, until))
        part.ends = part._kept(_within(self.ends, since, until))
        part.displaced = part._kept(_within(self.displaced, since, until))
        part.probe_failures = part._kept(_within(self.probe_failures, since, until))
        part.outages = part._kept(
            [outage for outage in self.outages if outage.t <= until and outage.until >= since]
        )
        part.unreached = part._kept(_within(self.unreached, since, until))
        part.omitted += self.omitted
        return part

    def _kept(self, items: list[_M]) -> list[_M]:
        """Return the last `MOST`, and count the others."""
        self.omitted += max(0, len(items) - MOST)
        return items[-MOST:]


def _within(items: Iterable[_M], since: float, until: float) -> list[_M]:
    return [item for item in items if since <= item.t <= until]
