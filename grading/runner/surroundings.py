"""Watch what happens around the scenarios of a run: one set of watches for all of them."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from math import inf
from typing import Any, Final

from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.cluster.watch import Watch
from grading.errors import ApiError, InfrastructureError
from grading.evidence.disturbances import disturbances
from grading.evidence.surroundings import (
    LINGERS,
    NodeEvent,
    NodeState,
    Outage,
    ProbeFailure,
    Surroundings,
    Unreached,
)
from grading.k8s.pod_diagnosis import is_node_ready
from grading.runner.pod_losses import bounded, displacement, ends
from grading.text.i18n import _, decimal, joined

Object = dict[str, Any]

_PRESSURES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_TROUBLE: Final = {
    "Starting",
    "Rebooted",
    "Shutdown",
    "NodeNotReady",
    "SystemOOM",
    "EvictionThresholdMet",
    "FreeDiskSpaceFailed",
    "ContainerGCFailed",
}
"""Reasons of events about a node that tell of trouble; a kubelet says ``Starting`` when it starts again."""
_NAME: Final = "surroundings"
_ABOUT_NODES: Final = "involvedObject.kind=Node"
_ABOUT_PROBES: Final = "reason=Unhealthy"
_PROBE: Final = re.compile(r"(Startup|Liveness|Readiness) probe ")
_OF_CONTAINER: Final = re.compile(r"\{(.+)\}$")
"""The end of the field that an event about a container names, such as ``spec.containers{nginx}``."""
_BETWEEN_TRIES: Final = 0.5
"""Seconds between two attempts to watch again."""
_BETWEEN_BEATS: Final = 1.0
"""Seconds from an answer of the API server to the next small question."""
_SILENT: Final = 5.0
"""Seconds without an answer that make an outage: on a full machine an answer takes a second or two."""
_CLOCK_STEP: Final = 2.0
"""Seconds by which the two clocks of this machine may part in a run; more is a clock that was set."""


class SurroundingsRecorder:
    """Watches nodes, events about them, and all Pods, from `start` to `stop`.

    A watch that ends begins anew from what is there then: what may have gone unseen is recorded as an outage.

    Args:
        cluster: where the scenarios play.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._origin = time.monotonic()
        self._clock = time.time() - self._origin
        self._seen = Surroundings()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._ends: set[tuple[str, str, str]] = set()
        self._displaced: set[str] = set()
        self._watches: dict[str, Watch] = {}
        self._nodes: dict[str, NodeState] = {}
        self._away: dict[str, Outage] = {}
        self._asked = inf

    def start(self) -> None:
        """Begin to watch."""
        for arguments in (
            ("Node", self._take_node, {}),
            ("Pod", self._take_pod, {}),
            ("Event", self._take_event, {"fieldSelector": _ABOUT_NODES}),
            ("Event", self._take_probe, {"fieldSelector": _ABOUT_PROBES}),
        ):
            threading.Thread(target=self._follow, args=arguments, name=_NAME, daemon=True).start()
        threading.Thread(target=self._beat, name=_NAME, daemon=True).start()

    def stop(self) -> None:
        """End the watches."""
        self._stopped.set()
        for watch in list(self._watches.values()):
            watch.stop()

    def between(self, since: float, until: float) -> Surroundings:
        """Return what was seen between two times of `time.monotonic`.

        Counted from the recorder's creation, in seconds.
        """
        begin, end = since - self._origin, until - self._origin
        with self._lock:
            part = self._seen.between(begin, end).model_copy(deep=True)
            lasting = [outage for outage in self._away.values() if outage.t <= end]
            part.outages += [outage.model_copy(update={"until": end}) for outage in lasting]
            if end - self._asked > _SILENT:
                part.outages.append(_silence(self._asked, end))
        step = time.time() - time.monotonic() - self._clock
        if abs(step) > _CLOCK_STEP:
            reason = _("the clock of this machine was changed by {seconds} s", seconds=decimal(step))
            part.outages.append(Outage(t=begin, until=end, reason=reason))
        return part

    def add_unreached(self, found: Iterable[tuple[str, str, str]]) -> None:
        """Record what the control's Pods do not reach.

        A node, another or none, and the reason.
        """
        with self._lock:
            for node, target, reason in found:
                self._seen.unreached.append(Unreached(t=self._now(), node=node, target=target, reason=reason))

    def lately(self) -> list[str]:
        """Return what disturbed the cluster in the last seconds that count, as text."""
        now = time.monotonic()
        since = now - LINGERS
        return disturbances(self.between(since, now), since - self._origin)

    def _now(self) -> float:
        return round(time.monotonic() - self._origin, 3)

    def _follow(self, kind: str, take: Callable[[str, Object], None], query: dict[str, str]) -> None:
        key, begun = f"{kind} {query}", False
        while not self._stopped.is_set():
            try:
                listing = self._cluster.listing(kind, **query)
                self._catch_up(kind, take, listing["items"], begun)
                path, version = self._cluster.path(kind), listing["metadata"]["resourceVersion"]
                self._watches[key] = watch = self._cluster.watch(path, version, **query)
                if self._stopped.is_set():
                    watch.stop()
                begun = True
                self._set_away(key, None)
                for event, item in watch:
                    if event != "BOOKMARK":
                        take(event, item)
            except (InfrastructureError, ApiError) as error:
                self._set_away(key, joined(": ", [kind, error]))
            self._stopped.wait(_BETWEEN_TRIES)

    def _beat(self) -> None:
        """Ask the API server now and then.

        One that is frozen, or cut off, closes no watch.
        """
        while not self._stopped.wait(_BETWEEN_BEATS):
            self._asked = self._now()
            with contextlib.suppress(InfrastructureError, ApiError):
                self._cluster.request("GET", "version")
            with self._lock:
                if self._now() - self._asked > _SILENT:
                    self._seen.outages.append(_silence(self._asked, self._now()))
                self._asked = inf

    def _set_away(self, key: str, reason: str | None) -> None:
        """Take note that a watch ended, or that it has begun again."""
        with self._lock:
            if reason is None:
                if outage := self._away.pop(key, None):
                    self._seen.outages.append(outage.model_copy(update={"until": self._now()}))
            elif key not in self._away:
                self._away[key] = Outage(t=self._now(), until=inf, reason=reason)

    def _catch_up(
        self, kind: str, take: Callable[[str, Object], None], items: list[Object], begun: bool
    ) -> None:
        """Take what is there when a watch begins, for the first time or again."""
        if kind == "Event":
            return  # of old ones nobody knows when they came
        for item in items:
            if kind == "Pod" and not begun:
                self._forget(item)
            else:
                take("ADDED", item)
        if kind == "Node":
            names = {item["metadata"]["name"] for item in items}
            for node in self._nodes.keys() - names:
                self._add_node(NodeState(t=self._now(), node=node, exists=False, ready=False))

    def _take_node(self, event: str, item: Object) -> None:
        metadata = item["metadata"]
        if docker_agent.NODE_LABEL in (metadata.get("labels") or {}):
            return  # an exercise lets it join and go away again; no other Pods get there
        exists = event != "DELETED"
        conditions = (item.get("status") or {}).get("conditions") or []
        problems = [c["type"] for c in conditions if c["type"] in _PRESSURES and c["status"] == "True"]
        ready = exists and is_node_ready(item)
        self._add_node(
            NodeState(t=self._now(), node=metadata["name"], exists=exists, ready=ready, problems=problems)
        )

    def _add_node(self, state: NodeState) -> None:
        known = self._nodes.get(state.node)
        if known is not None and known.model_copy(update={"t": state.t}) == state:
            return
        with self._lock:
            self._nodes[state.node] = state
            self._seen.nodes.append(state)

    def _take_event(self, event: str, item: Object) -> None:
        node, reason = item["involvedObject"].get("name", ""), str(item.get("reason", ""))
        if event == "DELETED" or reason not in _TROUBLE or node not in self._nodes:
            return
        component = (item.get("source") or {}).get("component") or item.get("reportingComponent")
        if reason == "Starting" and component != "kubelet":
            return
        message = bounded(item.get("message"))
        with self._lock:
            self._seen.node_events.append(NodeEvent(t=self._now(), node=node, reason=reason, message=message))

    def _take_probe(self, event: str, item: Object) -> None:
        about, message = item["involvedObject"], str(item.get("message", ""))
        kind, container = _PROBE.match(message), _OF_CONTAINER.search(str(about.get("fieldPath", "")))
        if event == "DELETED" or not kind or not container:
            return
        failure = ProbeFailure(
            t=self._now(),
            namespace=about.get("namespace", ""),
            pod=about.get("name", ""),
            container=container[1],
            kind=kind[1].lower(),
            message=bounded(message),
        )
        with self._lock:
            self._seen.probe_failures.append(failure)

    def _take_pod(self, event: str, item: Object) -> None:
        node = item["spec"].get("nodeName")
        if event == "DELETED" or (node and node not in self._nodes):
            return
        with self._lock:
            displaced = displacement(item, self._now())
            if displaced and displaced.uid not in self._displaced:
                self._displaced.add(displaced.uid)
                self._seen.displaced.append(displaced)
            for key, end in ends(item, self._now()):
                if key not in self._ends:
                    self._ends.add(key)
                    self._seen.ends.append(end)

    def _forget(self, item: Object) -> None:
        """Take no notice of what befell a Pod before the watch began."""
        self._ends |= {key for key, _end in ends(item, 0.0)}
        if displacement(item, 0.0):
            self._displaced.add(item["metadata"]["uid"])


def _silence(since: float, until: float) -> Outage:
    return Outage(t=since, until=until, reason=_("the API server did not answer"))
