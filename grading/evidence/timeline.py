"""A Deployment over time, as watches and HTTP probes saw it, precise enough to replay and to plot.

Every sample carries ``t``, the seconds since the timeline began, by the clock of the machine that
grades; probes carry the time of the node that they ran on, which with k3d is the same clock. The
samples of one kind stand in the order of their resource versions. Marks and what watches saw are
numbered as they arrived (``seq``): in a burst many have the same millisecond. The file in a report
folder is ``evidence/<scenario>.json``, key ``timeline``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from grading.text.i18n import _
from grading.text.stored import Said

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
ClientEvent = Literal["page", "connect", "count", "disconnect"]


class Arrival(BaseModel):
    """Something that arrived in the course of a timeline.

    ``t`` is in seconds since the timeline began. ``seq`` is its place among all that arrived; None in what
    was recorded before there was one.
    """

    t: float
    seq: int | None = None

    def precedes(self, other: Arrival) -> bool:
        """Return whether this arrived before something else.

        By the times alone if there are no numbers.
        """
        if self.seq is None or other.seq is None:
            return self.t < other.t
        return self.seq < other.seq

    def is_between(self, begin: Arrival, end: Arrival) -> bool:
        """Return whether this arrived neither before one thing nor after another."""
        return not self.precedes(begin) and not end.precedes(self)


_A = TypeVar("_A", bound=Arrival)


class Mark(Arrival):
    """A moment that the scenario names, such as ``update``.

    ``label`` is its name on a plot, a message to be translated when it is shown; empty if it is `name`.
    """

    name: str
    label: str = ""


class PodSample(Arrival):
    """One state of a Pod of the Deployment.

    ``ready_since`` is the time of its condition Ready; ``waiting`` is why its first container that waits
    does so, such as ImagePullBackOff.
    """

    event: EventType
    name: str
    uid: str
    owner: str
    image: str
    phase: str
    ready: bool
    ready_since: str | None = None
    terminating: bool
    node: str | None = None
    waiting: str = ""


class ReplicaSetSample(Arrival):
    """One state of a ReplicaSet: ``asked`` is its spec.replicas, the rest its status."""

    event: EventType
    name: str
    uid: str
    hash: str
    image: str
    revision: int
    cause: str | None = None
    asked: int
    replicas: int
    ready: int
    available: int


class DeploymentSample(Arrival):
    """One state of the Deployment: ``asked`` is its spec.replicas."""

    generation: int
    observed: int
    paused: bool
    asked: int
    replicas: int
    updated: int
    ready: int
    available: int
    progressing: str = ""


class HttpSample(Arrival):
    """One HTTP request to the Service, which ended then.

    ``connects`` counts the connections that it took.

    It is read from a log afterwards, and so has a time alone. ``control`` is how many of as many connections
    to the control were answered in the same moments; None if it was not asked.
    """

    ok: bool
    connects: int
    control: int | None = None

    @property
    def control_suffered(self) -> bool:
        """True if the control did not answer each of its connections."""
        return self.control is not None and self.control < self.connects


MOST: Final = 6000
"""Samples of one kind that are kept; a rollout of nine Pods has some hundred."""


class Timeline(BaseModel):
    """What happened to one Deployment.

    ``interrupted`` is the reason if a watch may have missed something.

    ``omitted`` counts the samples beyond the first `MOST` of each kind.
    """

    version: Literal["kubegrade/timeline/v1"] = "kubegrade/timeline/v1"
    started: datetime
    deployment: str
    marks: list[Mark] = Field(default_factory=list)
    deployments: list[DeploymentSample] = Field(default_factory=list)
    replica_sets: list[ReplicaSetSample] = Field(default_factory=list)
    pods: list[PodSample] = Field(default_factory=list)
    http: list[HttpSample] = Field(default_factory=list)
    interrupted: Said | None = None
    omitted: int = 0

    def keep(self, samples: list[_A], sample: _A) -> None:
        """Add a sample to those of its kind, or count it as omitted.

        No window can be judged then.
        """
        if len(samples) < MOST:
            samples.append(sample)
            return
        self.omitted += 1
        self.interrupted = self.interrupted or _("there were more than {n} changes", n=MOST)

    def mark(self, name: str) -> Mark | None:
        """Return a mark, or None if it was never reached."""
        return next((mark for mark in self.marks if mark.name == name), None)

    def when(self, mark: str) -> float | None:
        """Return the time of a mark, or None if it was never reached."""
        found = self.mark(mark)
        return found.t if found else None

    @staticmethod
    def between(samples: Iterable[_A], begin: Arrival, end: Arrival) -> list[_A]:
        """Return what arrived between two moments, such as marks.

        Args:
            samples: of one kind.
            begin: the first moment.
            end: the last moment.
        """
        return [sample for sample in samples if sample.is_between(begin, end)]

    def requests(self, begin: Arrival, end: Arrival) -> list[HttpSample]:
        """Return the requests that ended between two moments.

        And the one that was under way at the last.

        That one only if it was answered: when it began is not known, so that its failure may be
        about what came afterwards.
        """
        within = [sample for sample in self.http if sample.is_between(begin, end)]
        under_way = next((sample for sample in self.http if end.precedes(sample)), None)
        return [*within, under_way] if under_way and under_way.ok else within

    def sets_at(self, mark: Mark) -> dict[str, ReplicaSetSample]:
        """Return the last state of each ReplicaSet that existed at a mark, by uid."""
        sets: dict[str, ReplicaSetSample] = {}
        for sample in self.replica_sets:
            if mark.precedes(sample):
                break
            sets[sample.uid] = sample
        return {uid: sample for uid, sample in sets.items() if sample.event != "DELETED"}


class PlotSettings(BaseModel):
    """The settings of a timeline's plot.

    `title` and `since` are messages to be translated when they are shown.

    Attributes:
        title: the title of the plot; empty if it is that of the scenario.
        zero: the mark that times are counted from, as the messages of the checks do.
        since: the name of the axis, such as "seconds after the update began".
        end: the mark at which what is judged ends.
        most: the number of Pods allowed at the same time, if the course limits it.
        fewest: the number of Pods that must be available, if the course says so.
        deletion: the mark at which the Deployment is deleted, after which it counts no Pods any more.
    """

    model_config = ConfigDict(frozen=True)

    title: str = ""
    zero: str
    since: str
    end: str
    most: int | None = None
    fewest: int | None = None
    deletion: str | None = None


class ClientSample(Arrival):
    """One thing that happened to one of the persistent connections of a scenario.

    ``page``: its page was loaded, and showed the name ``pod``. ``connect``: it is connected. ``count``: the
    Pod that it is connected to told its own name and how many connections it has. ``disconnect``: the
    connection ended.
    """

    client: int
    event: ClientEvent
    pod: str = ""
    count: int | None = None


class Connections:
    """The connections that stand and know their Pod, by one sample after another."""

    def __init__(self) -> None:
        self._up: set[int] = set()
        self._told: dict[int, ClientSample] = {}

    def take(self, sample: ClientSample) -> None:
        """Take what happened next."""
        if sample.event == "connect":
            self._up.add(sample.client)
        elif sample.event == "count":  # the first one comes before the server confirms the connection
            self._told[sample.client] = sample
        elif sample.event == "disconnect":
            self._up.discard(sample.client)
            self._told.pop(sample.client, None)

    def knows(self, client: int, pod: str, count: int) -> bool:
        """Return whether this is what a connection was told last."""
        told = self._told.get(client)
        return told is not None and (told.pod, told.count) == (pod, count)

    @property
    def standing(self) -> dict[int, ClientSample]:
        """By connection that stands, the last count that it was told."""
        return {client: sample for client, sample in self._told.items() if client in self._up}


def connected_at(samples: Iterable[ClientSample], moment: Arrival | None) -> dict[int, ClientSample]:
    """Return the last count told to each client that is connected at a moment.

    Args:
        samples: what happened to the connections, in order.
        moment: a mark, or any moment of the timeline; None is after all of them.
    """
    connections = Connections()
    for sample in samples:
        if moment is not None and moment.precedes(sample):
            break
        connections.take(sample)
    return connections.standing


def per_pod(connected: dict[int, ClientSample]) -> Counter[str]:
    """Return how many clients each Pod has."""
    return Counter(sample.pod for sample in connected.values())


def spread(connected: dict[int, ClientSample]) -> str:
    """Return as text how many clients each Pod has."""
    return ", ".join(f"{pod} {count}" for pod, count in sorted(per_pod(connected).items())) or "0"


def disagreements(connected: dict[int, ClientSample]) -> list[str]:
    """Return the Pods whose own count is not the number of their clients, as text."""
    clients = per_pod(connected)
    told = {(sample.pod, sample.count or 0) for sample in connected.values()}
    return [
        _("{pod} reports {count} connections, and has {clients}", pod=pod, count=count, clients=clients[pod])
        for pod, count in sorted(told)
        if count != clients[pod]
    ]
