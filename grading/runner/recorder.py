"""Record a Deployment over time, by watches from before it exists; a gap is noted down."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.watch import ResumedWatch, WatchInterrupted
from grading.errors import ApiError, Cancelled, InfrastructureError, TimedOut
from grading.evidence.timeline import Arrival, DeploymentSample, Mark, PodSample, ReplicaSetSample, Timeline
from grading.k8s.revision import CHANGE_CAUSE, revision_of
from grading.text.i18n import _, decimal, joined

Object = dict[str, Any]

_KINDS: Final = ("Deployment", "ReplicaSet", "Pod")


class DeploymentRecorder:
    """Watches one Deployment, its ReplicaSets and Pods, from before it exists.

    Until `stop`.

    Args:
        cluster: where it runs.
        namespace: its namespace, which holds no other Deployment.
        name: its name.
    """

    def __init__(self, cluster: Cluster, namespace: str, name: str) -> None:
        self.timeline = Timeline(started=datetime.now(UTC), deployment=name)
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._origin = time.monotonic()
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._deployment: Object | None = None
        self._replica_sets: dict[str, Object] = {}
        self._pods: dict[str, Object] = {}
        self._watches: dict[str, ResumedWatch] = {}
        self._lost: InfrastructureError | ApiError | None = None
        self._stopped = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Look at what exists, and watch from there."""
        for kind in _KINDS:
            watch = self._watches[kind] = self._begin(kind)
            thread = threading.Thread(target=self._follow, args=(kind, watch), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the watches."""
        self._stopped = True
        for watch in list(self._watches.values()):
            watch.stop()
        for thread in self._threads:
            thread.join(timeouts.WATCH_ENDED)

    def now(self) -> float:
        """Return the seconds since the timeline began."""
        return round(time.monotonic() - self._origin, 3)

    def mark(self, name: str, label: str = "") -> Mark:
        """Name this moment, and return it; for ``label`` see `Mark`."""
        with self._changed:
            now = self.arrival()
            mark = Mark(t=now.t, seq=now.seq, name=name, label=label)
            self.timeline.marks.append(mark)
        return mark

    def arrival(self) -> Arrival:
        """Return the time and the number of what arrives now."""
        with self._changed:
            return Arrival(t=self.now(), seq=next(self._numbers))

    @property
    def deployment(self) -> Object | None:
        """The Deployment as last seen."""
        return self._deployment

    @property
    def pods(self) -> list[Object]:
        """The Deployment's Pods as last seen, terminating ones included."""
        with self._changed:
            return list(self._pods.values())

    def ready_at(self, pod: Object) -> float | None:
        """Return when a Ready Pod was first seen so.

        In seconds since the timeline began.
        """
        uid, first = pod["metadata"]["uid"], None
        for sample in self.timeline.pods:
            if sample.uid == uid:
                first = (sample.t if first is None else first) if sample.ready else None
        return first

    @property
    def standing(self) -> list[Object]:
        """The Deployment's Pods as last seen, those that are being deleted left out."""
        return [pod for pod in self.pods if not pod["metadata"].get("deletionTimestamp")]

    @property
    def replica_sets(self) -> list[Object]:
        """The Deployment's ReplicaSets as last seen."""
        with self._changed:
            return list(self._replica_sets.values())

    def wait(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until ``done`` is true; asked after each change and every few seconds.

        Args:
            done: the condition.
            timeout: in seconds.
            what: the condition, for messages.

        Raises:
            TimedOut: the time is over.
            InfrastructureError: a watch broke, or the run was cancelled.
        """
        if not self.until(done, timeout):
            message = _("{what}: not seen within {seconds} s", what=what, seconds=decimal(timeout))
            raise TimedOut(message, self._deployment)

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Return whether ``done`` returned true within so many seconds; see `wait`.

        Args:
            done: the condition.
            seconds: how long to wait.

        Raises:
            WatchInterrupted: a watch broke.
            Cancelled: the run was stopped.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                if self._lost:
                    raise WatchInterrupted(self.timeline.interrupted or "") from self._lost
                if self._cluster.cancelled.is_set():
                    raise Cancelled(_("the run was stopped"))
                if done():
                    return True
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 2.0))

    def _begin(self, kind: str) -> ResumedWatch:
        """Take what exists of a kind, and open a watch from there."""
        listing = self._cluster.listing(kind, self._namespace)
        self._forget(kind, {item["metadata"]["uid"] for item in listing["items"]})
        for item in listing["items"]:
            self._take(kind, "ADDED", item)
        path = self._cluster.path(kind, self._namespace)
        return self._cluster.resumed_watch(path, listing["metadata"]["resourceVersion"])

    def _follow(self, kind: str, watch: ResumedWatch) -> None:
        while not self._stopped:
            try:
                for event, item in watch:
                    if event != "BOOKMARK":
                        self._take(kind, event, item)
            except InfrastructureError as error:
                self._interrupt(kind, error)
                try:
                    # No window can be judged any more; what is there at the end of a wait can.
                    watch = self._watches[kind] = self._begin(kind)
                except (InfrastructureError, ApiError) as lasting:
                    self._lost = lasting
                    self._interrupt(kind, lasting)
                    return
        watch.stop()  # It may have been opened after `stop`.

    def _interrupt(self, kind: str, error: Exception) -> None:
        with self._changed:
            self.timeline.interrupted = self.timeline.interrupted or joined(": ", [kind, error])
            self._changed.notify_all()

    def _forget(self, kind: str, existing: set[str]) -> None:
        """Take note that what is known of a kind and exists no more was deleted unseen."""
        with self._changed:
            known = {
                "Deployment": [self._deployment] if self._deployment else [],
                "ReplicaSet": list(self._replica_sets.values()),
                "Pod": list(self._pods.values()),
            }
            for item in known[kind]:
                if item["metadata"]["uid"] not in existing:
                    self._take(kind, "DELETED", item)

    def _take(self, kind: str, event: str, item: Object) -> None:
        with self._changed:
            change = cast(Literal["ADDED", "MODIFIED", "DELETED"], event)
            if kind == "Deployment" and item["metadata"]["name"] == self._name:
                self._deployment = None if event == "DELETED" else item
                self.timeline.keep(self.timeline.deployments, _deployment_sample(self.arrival(), item))
            elif kind == "ReplicaSet" and self._owned(item, "Deployment"):
                _keep(self._replica_sets, event, item)
                self.timeline.keep(
                    self.timeline.replica_sets, _replica_set_sample(self.arrival(), change, item)
                )
            elif kind == "Pod" and self._owned(item, "ReplicaSet"):
                _keep(self._pods, event, item)
                self.timeline.keep(self.timeline.pods, _pod_sample(self.arrival(), change, item))
            self._changed.notify_all()

    def _owned(self, item: Object, kind: str) -> bool:
        owners = item["metadata"].get("ownerReferences") or []
        # The namespace holds one Deployment, and a Pod may be seen before its ReplicaSet.
        return any(owner["kind"] == kind and owner["name"].startswith(self._name) for owner in owners)


def _keep(known: dict[str, Object], event: str, item: Object) -> None:
    if event == "DELETED":
        known.pop(item["metadata"]["uid"], None)
    else:
        known[item["metadata"]["uid"]] = item


def _image(spec: Object) -> str:
    return str(spec["containers"][0].get("image", ""))


def _deployment_sample(arrival: Arrival, item: Object) -> DeploymentSample:
    spec, status = item["spec"], item.get("status") or {}
    progressing: Object = next((c for c in status.get("conditions") or [] if c["type"] == "Progressing"), {})
    return DeploymentSample(
        t=arrival.t,
        seq=arrival.seq,
        generation=item["metadata"]["generation"],
        observed=status.get("observedGeneration", 0),
        paused=bool(spec.get("paused")),
        asked=spec.get("replicas", 1),
        replicas=status.get("replicas", 0),
        updated=status.get("updatedReplicas", 0),
        ready=status.get("readyReplicas", 0),
        available=status.get("availableReplicas", 0),
        progressing=progressing.get("reason", ""),
    )


def _replica_set_sample(
    arrival: Arrival, event: Literal["ADDED", "MODIFIED", "DELETED"], item: Object
) -> ReplicaSetSample:
    metadata, status = item["metadata"], item.get("status") or {}
    annotations = metadata.get("annotations") or {}
    return ReplicaSetSample(
        t=arrival.t,
        seq=arrival.seq,
        event=event,
        name=metadata["name"],
        uid=metadata["uid"],
        hash=(metadata.get("labels") or {}).get("pod-template-hash", ""),
        image=_image(item["spec"]["template"]["spec"]),
        revision=revision_of(item),
        cause=annotations.get(CHANGE_CAUSE),
        asked=item["spec"].get("replicas", 1),
        replicas=status.get("replicas", 0),
        ready=status.get("readyReplicas", 0),
        available=status.get("availableReplicas", 0),
    )


def _pod_sample(arrival: Arrival, event: Literal["ADDED", "MODIFIED", "DELETED"], item: Object) -> PodSample:
    metadata, status = item["metadata"], item.get("status") or {}
    ready: Object = next((c for c in status.get("conditions") or [] if c["type"] == "Ready"), {})
    return PodSample(
        t=arrival.t,
        seq=arrival.seq,
        event=event,
        name=metadata["name"],
        uid=metadata["uid"],
        owner=metadata["ownerReferences"][0]["name"],
        image=_image(item["spec"]),
        phase=status.get("phase", ""),
        ready=ready.get("status") == "True",
        ready_since=ready.get("lastTransitionTime") if ready.get("status") == "True" else None,
        terminating=bool(metadata.get("deletionTimestamp")),
        node=item["spec"].get("nodeName"),
        waiting=_waiting(status),
    )


def _waiting(status: Object) -> str:
    states = (item.get("state") or {} for item in status.get("containerStatuses") or [])
    return next((state["waiting"].get("reason", "") for state in states if state.get("waiting")), "")


@contextmanager
def recording(cluster: Cluster, namespace: str, name: str) -> Iterator[DeploymentRecorder]:
    """Record a Deployment while the body runs."""
    recorder = DeploymentRecorder(cluster, namespace, name)
    try:
        recorder.start()
        yield recorder
    finally:
        recorder.stop()
