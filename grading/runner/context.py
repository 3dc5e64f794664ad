"""What a scenario plays on: a cluster, a namespace of its own, and the submission's manifests."""

from __future__ import annotations

import functools
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from grading import timeouts
from grading.cluster import kubectl_apply
from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import CommandUnending, Kubectl
from grading.errors import ApiError, InfrastructureError, TimedOut
from grading.evidence import summary
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.manifest import RecordedManifest
from grading.evidence.steps import Step
from grading.k8s.diagnosis import long_seen
from grading.k8s.pod_diagnosis import diagnose, is_ready
from grading.k8s.probes import own_delay
from grading.runner import http_probes, pod_requests
from grading.runner.companions import bring
from grading.runner.own_names import own_name
from grading.runner.own_namespace import OWNED, create_namespace, wait_usable
from grading.runner.pod_check import PodCheck
from grading.runner.story import Story
from grading.runner.submitter import Submitter
from grading.submission.admission_errors import refused
from grading.submission.cluster_policies import namespace_labels
from grading.submission.loader import Submission
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import check_together
from grading.submission.preparation import Edit, as_handed_in, prepared
from grading.text.i18n import _, joined

Object = dict[str, Any]


class Context(Story):
    """One scenario's view of the world.

    Args:
        cluster: the cluster.
        kubectl: kubectl for the same cluster.
        submission: what is graded.
        host: the mapped ports.
        images: the courses' own, each in full.
        evidence: what the scenario records.
        namespace: the namespace to make for it.
        fetched: whether the nodes can get other images from a registry.
        control: the address of the control, which looping probes ask too; empty if there is none.
        disturbed: returns what disturbed the cluster lately, in words.
        look_round: records what else in the cluster gets no answer.
        submitter: who applies the manifests; the suite itself if there is none.
        kinds: of the objects in the files that the scenario plays.
    """

    def __init__(
        self,
        cluster: Cluster,
        kubectl: Kubectl,
        submission: Submission,
        host: Host,
        images: frozenset[str],
        evidence: Evidence,
        namespace: str,
        *,
        fetched: bool = False,
        control: str = "",
        disturbed: Callable[[], list[str]] = list,
        look_round: Callable[[], None] = lambda: None,
        submitter: Submitter | None = None,
        kinds: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(evidence)
        self.cluster = cluster
        self.kubectl = kubectl
        self.submission = submission
        self.host = host
        self.images = images
        self.namespace = namespace
        self.fetched = fetched
        self.control = control
        self._disturbed = disturbed
        self._look_round = look_round
        self._submitter = submitter
        self._kinds = kinds
        self.pods = PodCheck(cluster, namespace, images, evidence, fetched=fetched, disturbed=disturbed)
        self.under_way: Callable[[], None] = lambda: None
        """Called by a long scenario when its first Pods are started, so that others may begin."""
        self.brought: set[tuple[str, str]] = set()
        """The ConfigMaps and Secrets of the submission that are applied."""
        self._cluster_objects: list[tuple[str, str]] = []
        self._first: Manifest | None = None

    def open(self) -> None:
        """Make the namespace and wait until Pods can be made in it."""
        create_namespace(self.cluster, self.namespace, namespace_labels())
        self.admit()
        self.wait_usable()

    def admit(self) -> None:
        """Let the manifests of the submission be applied in the namespace."""
        if self._submitter:
            self._submitter.admit(self.namespace, self._kinds)

    def admit_to_cluster(self, kind: str, name: str) -> None:
        """Let one object of the whole cluster be applied."""
        if self._submitter:
            self._cluster_objects += self._submitter.admit_to_cluster(kind, name, OWNED)

    def send(self, data: Object, *, dry_run: bool = False) -> Object:
        """Apply an object of the submission with its own rights, and return it as the API server then has it.

        Raises:
            ApiError: the API server rejects it.
        """
        sender = self._submitter or self
        return kubectl_apply.apply(sender.cluster, sender.kubectl, data, self.namespace, dry_run=dry_run)

    def wait_usable(self) -> None:
        """Wait until Pods can be made in the namespace."""
        wait_usable(self.cluster, self.namespace)

    def within(self, namespace: str) -> Context:
        """Return this context in a namespace that the course names."""
        return Context(
            self.cluster,
            self.kubectl,
            self.submission,
            self.host,
            self.images,
            self.evidence,
            namespace,
            fetched=self.fetched,
            control=self.control,
            disturbed=self._disturbed,
            look_round=self._look_round,
            submitter=self._submitter,
            kinds=self._kinds,
        )

    def close(self) -> None:
        """Delete what the scenario made, without waiting for it to be gone."""
        self.cluster.delete("Namespace", None, self.namespace)
        for kind, name in self._cluster_objects:
            self.cluster.delete(kind, None, name)

    # The student's manifests

    def manifest(self, file: str, kind: str) -> RecordedManifest:
        """Return what a file of the scenario declares.

        Raises:
            Unplayable: the file is not usable.
        """
        return self.evidence.manifest(self.submission.key(file, kind))

    def offer(self, file: str, kind: str) -> None:
        """Ask the API server whether it accepts a manifest as it was handed in, without keeping it.

        For a scenario that applies it changed in a way that could hide what is wrong with it.

        Raises:
            Unplayable: the file is not usable, or the API server refuses it, in its own words.
        """
        manifest = self.submission.manifest(file, kind)
        key = self.submission.key(file, kind)
        step = self.step(_("Try {file} as it was handed in", file=key))
        self._send(manifest, key, as_handed_in(manifest, self.namespace), step, dry_run=True)

    def apply(self, file: str, kind: str, edit: Edit | None = None, done: str = "") -> Object:
        """Apply a manifest of the submission in this scenario's namespace.

        Args:
            file: its name in the course.
            kind: the kind that it must hold.
            edit: changes the object before it is sent, as the course edits a file in place.
            done: what the step is called if an edit makes it more than "Apply FILE".

        Raises:
            Unplayable: the file is not usable, or the API server refuses it, in its own words.
        """
        manifest = self.submission.manifest(file, kind)
        key = self.submission.key(file, kind)
        if key in self.evidence.manifests:
            self.evidence.manifests[key].applied = True
        data = prepared(manifest, self.namespace, edit)
        if kind == "PersistentVolume":
            self._cluster_objects.append((kind, data["metadata"]["name"]))
            self.admit_to_cluster(kind, data["metadata"]["name"])
        else:
            self._first = self._first or manifest
            check_together(self._first, manifest)
        bring(self, file, manifest)
        step = self.step(done or _("Apply {file}", file=key))
        return self._send(manifest, key, data, step)

    def _send(
        self, manifest: Manifest, key: str, data: Object, step: Step, *, dry_run: bool = False
    ) -> Object:
        try:
            answer = self.send(data, dry_run=dry_run)
        except ApiError as error:
            self.evidence.admissions[key] = error.message
            step.see(error.message)
            raise refused(manifest, data["kind"], error) from error
        self.evidence.admissions.setdefault(key, "")
        step.see(_("accepted"))
        return answer

    def ready_pod(
        self,
        file: str,
        name: str,
        also: Callable[[], None] | None = None,
    ) -> Object:
        """Wait until a Pod is Ready, and has been running for a moment.

        Args:
            file: its manifest, for messages.
            name: its name.
            also: looks at what else the Pod waits for, and raises as this does.

        Raises:
            Unplayable: it will not become Ready, with the reason that Kubernetes gives.
            InfrastructureError: no reason is given and time ran out, or the reason is not the student's.
        """

        def done(pod: Object | None) -> bool:
            if pod is None and made:
                raise InfrastructureError(_("Pod {name} is gone, and was not deleted here", name=name))
            if pod is None:
                return False
            self.pods.check(file, pod)
            if also and not is_ready(pod):
                also()
            return is_ready(pod)

        step = self.step(_("Wait for Pod {name}", name=name))
        what = _("Pod {name} Ready", name=name)
        made = self.cluster.get("Pod", self.namespace, name)
        limit = timeouts.POD_READY + (own_delay(made["spec"]) if made else 0.0)
        found = None
        # Not for as long as it takes: a container that is restarted again and again has an end of its own.
        for _look in range(3):
            with self.pods.explained():
                found = self.cluster.wait_for("Pod", self.namespace, name, done, limit, what)
            assert found is not None  # noqa: S101 - is_ready is false for None
            left = self.pods.unsteady_for(found)
            if not left:
                break
            # Nothing but the clock tells whether it goes on running; then it is looked at again.
            self.cluster.cancelled.wait(left)
        assert found is not None  # noqa: S101 - the loop has looked
        step.see(summary.pod_state(found))
        return found

    def delete_pod(self, name: str, grace: int | None = None) -> None:
        """Delete a Pod and wait until it is gone."""
        step = self.step(_("Delete Pod {name}", name=name))
        gone = self.cluster.get("Pod", self.namespace, name)
        uid = gone["metadata"]["uid"] if gone else None
        self.cluster.delete("Pod", self.namespace, name, grace=grace)
        self.cluster.wait_for(
            "Pod",
            self.namespace,
            name,
            lambda pod: pod is None or pod["metadata"]["uid"] != uid,
            timeouts.POD_GONE,
            _("Pod {name} gone", name=name),
        )
        step.see(_("gone"))

    # The suite's own Pods

    @functools.cached_property
    def probe(self) -> str:
        """The name of a Pod of the suite's own that can ask for pages from inside the cluster."""
        return self.start_probe(own_name("probe"))

    def start_probe(self, name: str, url: str | None = None) -> str:
        """Start a probe Pod, wait until it runs, and return its name.

        Raises:
            InfrastructureError: it does not start; it is not the student's.
        """
        self.start_own(http_probes.probe_pod(name, url, self.control))
        return name

    def start_own(self, pod: Object) -> Object:
        """Start a Pod of the suite's own, and return it once it is Ready.

        Raises:
            InfrastructureError: it does not start; it is not the student's.
        """
        name = pod["metadata"]["name"]
        self.cluster.apply(pod, self.namespace)
        what = _("the suite's Pod {name} Ready", name=name)
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

        Raises:
            ExecFailed: kubectl could not run it.
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
        """Ask again until the answer is right, and look round in the cluster where there is silence at last.

        Args:
            right: looks at an answer.
            ask: asks once.
            limit: in seconds, that of any Service by default; with 0 no answer is hoped for.
        """
        answer = http_probes.until(right, ask, limit)
        if not answer.status and not answer.was_refused and limit != 0.0:
            self._look_round()
        return answer

    def until_nginx(self, ask: Callable[[], HttpAnswer], limit: float | None = None) -> HttpAnswer:
        """Ask again until nginx answers; see `until`."""
        return self.until(attrgetter("is_nginx"), ask, limit)
