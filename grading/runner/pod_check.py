"""Follow the Pods of a submission until they are Ready, and find out who is responsible if one is not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final, NoReturn

from grading.cluster.client import Cluster
from grading.cluster.logs import last_lines
from grading.errors import InfrastructureError, Location, Problem, TimedOut, Unplayable
from grading.evidence.base import Evidence
from grading.evidence.disturbances import disturbed
from grading.k8s.diagnosis import Diagnosis, first, passing
from grading.k8s.image_pull import BACK_OFF, FAILED, names_unknown_host, pulled_for, with_cause
from grading.k8s.pod_diagnosis import (
    diagnose,
    held_up,
    hooked,
    is_going,
    is_ready,
    may_be_held_up,
    unsteady_for,
)
from grading.k8s.probes import UNHEALTHY, commands, may_be_probed, probed, restarted, speaks_for_kubelet
from grading.runner.ages import Ages
from grading.runner.registry_control import registries_reached
from grading.text.i18n import _, joined

Object = dict[str, Any]

_NOT_FOUND: Final = re.compile(r'(persistentvolumeclaim|configmap|secret) "([^"]+)" not found')
_KINDS: Final = {
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "configmap": "ConfigMap",
    "secret": "Secret",
}
_CONTAINERS: Final = (("spec", "containers", 0), ("spec", "template", "spec", "containers", 0))
"""The place of the containers in a manifest of a Pod, or of a template for Pods."""


class PodCheck:
    """The Pods of one namespace.

    Args:
        cluster: where they run.
        namespace: their namespace.
        images: the courses' own, each in full.
        evidence: of the scenario, for the places in the manifests.
        fetched: whether the nodes can get other images from a registry.
        disturbed: returns what disturbed the cluster lately, as text.
        printed: runs a command in a container of a Pod and returns what it prints; None if it does not end.
    """

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        images: frozenset[str],
        evidence: Evidence,
        *,
        fetched: bool = False,
        disturbed: Callable[[], list[str]] = list,
        printed: Callable[[str, str, list[str]], str | None] = lambda _pod, _container, _command: None,
    ) -> None:
        self._disturbed = disturbed
        self._printed = printed
        self._tried: set[str] = set()
        self._cluster = cluster
        self._namespace = namespace
        self._images = images
        self._evidence = evidence
        self._fetched = fetched
        self._waiting: dict[str, str] = {}
        self._ages = Ages()
        self._reached: str | None = None
        self.rejected: dict[tuple[str, str], Problem] = {}
        """By kind and name, why an object of the submission that Pods may need was not created."""

    def check(self, file: str, pod: Object) -> None:
        """Check that nothing keeps a Pod from becoming Ready for good.

        What may pass while the kubelet tries again is remembered.

        Source: Kubernetes: Debug Pods.

        Args:
            file: its manifest, for messages.
            pod: as the API server sent it.

        Raises:
            Unplayable: the manifest is the reason, by Kubernetes' own account.
            InfrastructureError: something else is.
        """
        self._ages.see(pod)
        if is_ready(pod):
            self._waiting.pop(pod["metadata"]["name"], None)
        diagnosis = self._diagnosis(pod)
        if diagnosis is None:
            return
        if diagnosis.may_pass or self._is_outdated(diagnosis):
            self._remember(pod, diagnosis)
            if diagnosis.reason == UNHEALTHY:
                self._try_probes(file, pod)
            return
        self.lose(file, pod, diagnosis)

    def _try_probes(self, file: str, pod: Object) -> None:
        """Run the commands of a Pod's probes once.

        They may print the kubelet's message about a command that does not end.

        Raises:
            Unplayable: one does.
        """
        uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
        if uid in self._tried:
            return
        self._tried.add(uid)
        for container, field, command in commands(pod):
            words = self._printed(name, container, command)
            if words is not None and speaks_for_kubelet(words):
                told = _(
                    "the command of the {probe} fails, with the kubelet's message for a command that hangs: "
                    "{words}",
                    probe=field,
                    words=first(words),
                )
                self.lose(file, pod, Diagnosis(UNHEALTHY, told))

    def check_restarts(self, file: str, pod: Object) -> None:
        """Check that no container of a Pod was restarted for its own probe.

        Whether it is Ready now or not.

        Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

        Raises:
            Unplayable: the container answers the probe, so that the manifest is the reason.
        """
        diagnosis = restarted(pod, self.events(pod))
        if diagnosis and not diagnosis.infrastructure:
            self.lose(file, pod, replace(diagnosis, was_ready=True))

    def lose(self, file: str, pod: Object, diagnosis: Diagnosis) -> NoReturn:
        """Raise why a Pod is not Ready, or did not stay so.

        Args:
            file: its manifest, for messages.
            pod: as the API server sent it.
            diagnosis: why it is not Ready.

        Raises:
            Unplayable: the manifest is the reason.
            InfrastructureError: something else is.
        """
        if diagnosis.infrastructure:
            raise InfrastructureError(_told(pod, diagnosis))
        if found := self._disturbed():
            raise disturbed(_told(pod, diagnosis), found)
        lacking = _NOT_FOUND.search(diagnosis.message)
        if lacking and (_KINDS[lacking[1]], lacking[2]) in self.rejected:
            raise Unplayable.of(self.rejected[_KINDS[lacking[1]], lacking[2]])
        name = pod["metadata"]["name"]
        words = _("Pod {name} does not become Ready: {words}", name=name, words=diagnosis.message)
        help = _("See `kubectl describe pod {name}` and `kubectl logs {name}`.", name=name)
        if diagnosis.was_ready:
            words = _("Pod {name} does not stay Ready: {words}", name=name, words=diagnosis.message)
            help = _("See `kubectl describe pod {pod}` and `kubectl logs {pod} --previous`.", pod=name)
        raise Unplayable(
            words,
            help=help,
            expected="Ready",
            actual=joined("", [diagnosis.reason, ": ", diagnosis.message, self._last_lines(name, diagnosis)]),
            location=self._containers(file),
        )

    def unsteady_for(self, pod: Object) -> float:
        """Return for how many seconds more a Pod has to run until it counts as started."""
        return unsteady_for(pod, self._ages)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Let a time-out within the block say what Pods still wait for.

        Raises:
            TimedOut: a condition did not come true in time, and no Pod is known to wait for anything.
            InfrastructureError: it did not, with what Pods wait for.
        """
        try:
            yield
        except TimedOut as error:
            if not self._waiting:
                raise
            raise InfrastructureError(joined("; ", [error, *self._waiting.values()])) from error

    def _diagnosis(self, pod: Object) -> Diagnosis | None:
        if is_going(pod):
            # Its containers end because of that. The suite itself waits until a Pod that it deletes is gone.
            return passing("Terminating", _("the Pod is being deleted, but not by kubegrade"))
        diagnosis = diagnose(pod, self._images, self._ages)
        if diagnosis and diagnosis.reason in {FAILED, BACK_OFF}:
            events = self.events(pod)
            reached = self._registries_reached(pod) if names_unknown_host(pod, events) else ""
            return with_cause(
                diagnosis, pod, events, fetched=self._fetched, images=self._images, reached=reached
            )
        if may_be_probed(pod, self._ages):
            diagnosis = probed(pod, self.events(pod), self._ages) or diagnosis
        if diagnosis is None and may_be_held_up(pod, self._ages):
            events = self.events(pod)
            return held_up(pod, events) or hooked(pod, events, self._ages) or _pulling(pod, events)
        return diagnosis

    def _registries_reached(self, pod: Object) -> str:
        """Return when nodes were shown to reach registries, empty text if not."""
        if self._reached is None:
            node = str(pod["spec"].get("nodeName", ""))
            self._reached = registries_reached(self._cluster, self._namespace, node) if self._fetched else ""
        return self._reached

    def _is_outdated(self, diagnosis: Diagnosis) -> bool:
        """Return whether an object that was not found exists by now.

        It will be looked for again.
        """
        found = _NOT_FOUND.search(diagnosis.message)
        if found is None:
            return False
        return self._cluster.get(_KINDS[found[1]], self._namespace, found[2]) is not None

    def _remember(self, pod: Object, diagnosis: Diagnosis) -> None:
        self._waiting[pod["metadata"]["name"]] = _told(pod, diagnosis)

    def events(self, pod: Object) -> list[Object]:
        """Return the events about a Pod."""
        about = f"involvedObject.uid={pod['metadata']['uid']}"
        return self._cluster.items("Event", self._namespace, fieldSelector=about)

    def _containers(self, file: str) -> Location:
        places = (self._evidence.at(file, *path) for path in _CONTAINERS)
        return max(places, key=lambda place: place.line or 0)

    def _last_lines(self, pod: str, diagnosis: Diagnosis) -> str:
        if not diagnosis.log_of:
            return ""
        log = last_lines(self._cluster, self._namespace, pod, diagnosis.log_of)
        return joined("\n", ["", _("last lines of its log:"), log]) if log else ""


def _pulling(pod: Object, events: list[Object]) -> Diagnosis | None:
    """Return that a Pod waits for its image, if it does and waits for nothing else."""
    image = pulled_for(pod, events)
    return passing("Pulling", _("the image {image} has not been pulled yet", image=image)) if image else None


def _told(pod: Object, diagnosis: Diagnosis) -> str:
    name = pod["metadata"]["name"]
    return _("Pod {name}: {reason}: {words}", name=name, reason=diagnosis.reason, words=diagnosis.message)
