"""The evidence of the scenario of the introductory lab."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, Field

from grading.evidence.base import Evidence, HttpAnswer, Object, Part
from grading.evidence.timeline import Arrival
from grading.text.sanitize import one_line

_SERVER: Final = re.compile(r'id="server">\s*([^<\s]{1,253})\s*<')
"""Where a page in the form of the course's says whose it is."""


def shown_pod(body: str, names: Iterable[str]) -> str:
    """Return the name that a page holds as a whole word, empty text if none.

    Whatever else the page says: of the course's page nothing is known but that it names its Pod.

    Args:
        body: the page.
        names: of the Pods of the Deployment.
    """
    return next((name for name in names if holds_word(body, name)), "")


def is_page(answer: HttpAnswer | None, names: Iterable[str]) -> bool:
    """Return whether an answer is the page of the lab, which names one of the Pods.

    Source: step 4 of the lab.

    Args:
        answer: the answer, None if nobody asked.
        names: of the Pods of the Deployment.
    """
    return answer is not None and answer.status == 200 and bool(shown_pod(answer.body, names))


def holds_word(text: str, word: str) -> bool:
    """Return whether a text holds a word that is no part of a longer name."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def labelled_name(body: str) -> str:
    """Return the name that a page says is its own, empty text if it does not."""
    found = _SERVER.search(body)
    return one_line(found[1]) if found else ""


class RunningPart(Part):
    """Step 3: the Pods and the Service's external address.

    Attributes:
        pods: the Pods of the Deployment, all Ready.
        service: the Service with its external address, or as it was when there was none to wait for.
        nodes: the nodes of the cluster.
        expected_nodes: the names of the nodes that the cluster was made with.
    """

    pods: list[Object] | None = None
    service: Object | None = None
    nodes: list[Object] | None = None
    expected_nodes: list[str] = Field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of the Pods."""
        return [pod["metadata"]["name"] for pod in self.pods or []]


class PagePart(Part):
    """Step 4: the page on the host.

    Attributes:
        answer: from the host, through the load balancer.
        direct: from a Pod itself, on the port that the Service sends to; asked if the host got no page.
    """

    answer: HttpAnswer | None = None
    direct: HttpAnswer | None = None


class BalancePart(Part):
    """Step 4: the persistent connections; what each saw is in `LabEvidence.clients`.

    Attributes:
        opened: how many were opened.
        sockets: by the name of a Pod, how many connections its kernel had then; empty in evidence of before
            it was recorded.
        slices: the Service's EndpointSlices then.
    """

    opened: int | None = None
    sockets: dict[str, int] = Field(default_factory=dict)
    slices: list[Object] | None = None


class DirectAnswer(Arrival):
    """An answer of a Pod that was asked itself, as it arrived in the timeline."""

    answer: HttpAnswer


class FailoverPart(Part):
    """Step 5: a Pod deleted while the connections were open.

    Attributes:
        deleted: its name.
        stayed: the name of a Pod that was not deleted.
        direct: that Pod itself asked for its page all the while, without the pages.
        pods: the Ready Pods when the deleted one had been replaced.
        answers: by name, each of these asked for its page.
        inside: the names of those that were silent, and were asked again from their own network.
    """

    deleted: str | None = None
    stayed: str = ""
    direct: list[DirectAnswer] = Field(default_factory=list)
    pods: list[Object] | None = None
    answers: dict[str, HttpAnswer] | None = None
    inside: list[str] = Field(default_factory=list)


class NodeState(BaseModel):
    """A state of the agent's node: `t` is in seconds since its container was started."""

    t: float
    ready: bool


class AgentPart(Part):
    """The extra step: an agent that joined by ``docker run``.

    Attributes:
        node: the name of its node.
        states: what was seen of it; the last is Ready.
    """

    node: str | None = None
    states: list[NodeState] | None = None


class LabEvidence(Evidence):
    """The introductory lab: a Deployment of two Pods behind a load balancer.

    Marks of the timeline: ``connected`` when the first 20 connections stood, ``more`` when further ones
    did, ``delete``, ``replaced`` when the Pod in place of the deleted one was Ready, ``served`` when each Pod
    showed its page, ``reconnected`` when all connections stood again as well. `clients` has the same clock.

    Attributes:
        deployment: as the API server took it.
    """

    deployment: Object | None = None
    running: RunningPart = Field(default_factory=RunningPart)
    page: PagePart = Field(default_factory=PagePart)
    balance: BalancePart = Field(default_factory=BalancePart)
    failover: FailoverPart = Field(default_factory=FailoverPart)
    agent: AgentPart = Field(default_factory=AgentPart)
