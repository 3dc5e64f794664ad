"""Ask for pages from inside the cluster, by Pods of the suite's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.kubectl import CommandUnending, Kubectl
from grading.errors import InfrastructureError, TimedOut
from grading.evidence.base import Evidence, HttpAnswer
from grading.k8s.diagnosis import long_seen
from grading.k8s.pod_diagnosis import diagnose, is_ready
from grading.runner import http_probes, pod_requests
from grading.runner.own_names import own_name
from grading.runner.placement import place
from grading.runner.story import Story
from grading.text.i18n import _, joined

Object = dict[str, Any]


@dataclass(frozen=True)
class Around:
    """What is known of the cluster around a scenario.

    Attributes:
        control: the address of the control, which looping probes ask too; empty if there is none.
        disturbed: returns what disturbed the cluster lately, as text.
        look_round: records what else in the cluster gets no answer.
    """

    control: str = ""
    disturbed: Callable[[], list[str]] = list
    look_round: Callable[[], None] = lambda: None


NOTHING_KNOWN: Final = Around()


class Asking(Story):
    """A namespace of a scenario, and Pods of the suite's own in it.

    Args:
        cluster: the cluster.
        kubectl: kubectl for the same cluster.
        images: the courses' own, each in full.
        evidence: what the scenario records.
        namespace: where the Pods are.
        around: what is known of the cluster around it.
    """

    def __init__(
        self,
        cluster: Cluster,
        kubectl: Kubectl,
        images: frozenset[str],
        evidence: Evidence,
        namespace: str,
        around: Around,
    ) -> None:
        super().__init__(evidence)
        self.cluster = cluster
        self.kubectl = kubectl
        self.images = images
        self.namespace = namespace
        self.around = around

    @functools.cached_property
    def probe(self) -> str:
        """The name of a suite's own Pod that can ask for pages in the cluster."""
        return self.start_probe(own_name("probe"))

    def start_probe(self, name: str, url: str | None = None) -> str:
        """Start a probe Pod, and wait until it runs.

        Returns:
            Its name.

        Raises:
            InfrastructureError: it does not start; it is not the student's.
        """
        self.start_own(http_probes.probe_pod(name, url, self.around.control))
        return name

    def start_own(self, pod: Object) -> Object:
        """Start a Pod of the suite's own.

        Returns:
            The Pod once it is Ready.

        Raises:
            InfrastructureError: it does not start; it is not the student's.
        """
        self.create_own(pod)
        return self.wait_own(pod["metadata"]["name"])

    def create_own(self, pod: Object) -> None:
        """Create a suite's own Pod, on a node where the submission's Pods allow it."""
        place(pod, self.cluster, self.namespace)
        self.cluster.apply(pod, self.namespace)

    def wait_own(self, name: str) -> Object:
        """Wait until a Pod of the suite's own is Ready.

        Returns:
            The Pod.

        Raises:
            InfrastructureError: it does not start; it is not the student's.
        """
        what = _("kubegrade's Pod {name} is Ready", name=name)
        try:
            ready = self.cluster.wait_for("Pod", self.namespace, name, is_ready, timeouts.POD_READY, what)
        except TimedOut as error:
            found = diagnose(error.last, self.images, long_seen) if error.last else None
            reason = found.message if found else _("no reason given")
            raise InfrastructureError(joined("; ", [error, reason])) from error
        assert ready is not None  # noqa: S101 - is_ready is false for None
        return ready

    def ask(self, url: str, pod: str | None = None, container: str = "") -> HttpAnswer:
        """Ask for a page once, by curl in a container of a Pod.

        Args:
            url: the page.
            pod: the Pod; `probe` by default.
            container: of the Pod; its first by default.

        Returns:
            The answer, or why there was none.

        Raises:
            ExecFailed: kubectl could not run curl.
            CommandUnending: curl did not end, and has printed no answer.
        """
        name = pod or self.probe
        command, read = pod_requests.curl(url), functools.partial(pod_requests.read_curl, url)
        try:
            return pod_requests.request(
                self.kubectl, self.namespace, name, command, read, self.cluster.cancelled, container
            )
        except CommandUnending as error:
            if not error.floods:
                raise
            return pod_requests.read_flood(url, error.output)

    def until(
        self, right: Callable[[HttpAnswer], bool], ask: Callable[[], HttpAnswer], limit: float | None = None
    ) -> HttpAnswer:
        """Ask again until the answer is right.

        If there is no answer at last, look for what else in the cluster gets none.

        Args:
            right: judges an answer.
            ask: asks once.
            limit: in seconds, that of any Service by default; with 0 no answer is hoped for.

        Returns:
            The last answer, right or not.
        """
        answer = http_probes.until(right, ask, limit)
        if not answer.status and not answer.was_refused and limit != 0.0:
            self.around.look_round()
        return answer

    def until_nginx(self, ask: Callable[[], HttpAnswer], limit: float | None = None) -> HttpAnswer:
        """Ask again until nginx answers, for ``limit`` seconds; see `until`."""
        return self.until(attrgetter("is_nginx"), ask, limit)
