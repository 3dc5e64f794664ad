"""The context of a scenario: a cluster, a namespace of its own, and the submission's manifests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grading import timeouts
from grading.cluster import kubectl_apply
from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import Kubectl
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.k8s.exec_errors import RAN, has_run
from grading.k8s.pod_diagnosis import is_ready
from grading.k8s.probes import own_delay
from grading.runner.asking import NOTHING_KNOWN, Around, Asking
from grading.runner.companions import bring
from grading.runner.own_namespace import OWNED, create_namespace, wait_usable
from grading.runner.pod_check import PodCheck
from grading.runner.sending import submit
from grading.runner.submitter import Submitter
from grading.submission.course_file import CourseFile
from grading.submission.guards import namespace_labels
from grading.submission.loader import Submission
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import check_together
from grading.submission.preparation import Edit, as_handed_in, prepared
from grading.text.i18n import _

Object = dict[str, Any]


class Context(Asking):
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
        around: what is known of the cluster around it.
        submitter: who applies the manifests; the suite itself if there is none.
        files: those that the scenario plays.
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
        around: Around = NOTHING_KNOWN,
        submitter: Submitter | None = None,
        files: Sequence[CourseFile] = (),
    ) -> None:
        super().__init__(cluster, kubectl, images, evidence, namespace, around)
        self.submission = submission
        self.host = host
        self.fetched = fetched
        self._submitter = submitter
        self.files = files
        self.pods = PodCheck(
            cluster,
            namespace,
            images,
            evidence,
            fetched=fetched,
            disturbed=around.disturbed,
            printed=self._printed,
        )
        self.under_way: Callable[[], None] = lambda: None
        """Called by a long scenario when its first Pods are started, so that others may begin."""
        self.brought: set[tuple[str, str]] = set()
        """The ConfigMaps and Secrets of the submission that were sent."""
        self._cluster_objects: list[tuple[str, str]] = []
        self._first: Manifest | None = None

    def _printed(self, pod: str, container: str, command: list[str]) -> str | None:
        """Return what a command that fails in a container prints, else None.

        None also if it does not end.
        """
        try:
            output = self.kubectl.exec(self.namespace, pod, *command, container=container)
        except InfrastructureError:
            return None
        if output.status == 0 or not has_run(output.status, output.stderr):
            return None
        return RAN.sub("", output.stdout + output.stderr)

    @property
    def ports(self) -> set[int]:
        """The ports of the nodes that the course fixes for its Services."""
        return {port for file in self.files for port in file.ports}

    @property
    def opened(self) -> set[str]:
        """The fields that the exercise allows in its files besides; see `Table.on_request`."""
        return {field for file in self.files for field in file.opens}

    def open(self) -> None:
        """Make the namespace and wait until Pods can be made in it."""
        create_namespace(self.cluster, self.namespace, namespace_labels(self.ports, self.opened))
        self.admit()
        self.wait_usable()

    def admit(self) -> None:
        """Let the manifests of the submission be applied in the namespace."""
        if self._submitter:
            self._submitter.admit(self.namespace, {kind for file in self.files for kind in file.kinds})

    def admit_to_cluster(self, kind: str, name: str) -> None:
        """Let one object of the whole cluster be applied."""
        if self._submitter:
            self._cluster_objects += self._submitter.admit_to_cluster(kind, name, OWNED)

    def send(self, data: Object, warn: Callable[[str], object], *, dry_run: bool = False) -> Object:
        """Apply an object with the submission's own rights.

        Args:
            data: the object.
            warn: is called with each warning that kubectl prints.
            dry_run: whether the API server only says what it would do.

        Returns:
            The object as the API server then has it.

        Raises:
            ApiError: the API server rejects it.
        """
        sender = self._submitter or self
        return kubectl_apply.apply(
            sender.cluster, sender.kubectl, data, self.namespace, dry_run=dry_run, warn=warn
        )

    def wait_usable(self) -> None:
        """Wait until Pods can be created in the namespace."""
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
            around=self.around,
            submitter=self._submitter,
            files=self.files,
        )

    def close(self) -> None:
        """Delete what the scenario created, without waiting until it is gone."""
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
        """Ask the API server whether it accepts a manifest as it was handed in.

        It is not kept.

        For a scenario that applies it changed in a way that could hide what is wrong with it.

        Raises:
            Unplayable: the file is not usable, or the API server rejects it; the error message is its own.
        """
        manifest = self.submission.manifest(file, kind)
        key = self.submission.key(file, kind)
        step = self.step(_("Try {file} as it was handed in", file=key))
        submit(self, file, manifest, as_handed_in(manifest, self.namespace), step, key, dry_run=True)

    def apply(self, file: str, kind: str, edit: Edit | None = None, done: str = "") -> Object:
        """Apply a manifest of the submission in this scenario's namespace.

        Args:
            file: its name in the course.
            kind: the kind that it must hold.
            edit: changes the object before it is sent, as the course edits a file in place.
            done: what the step is called if an edit makes it more than "Apply FILE".

        Returns:
            The object as the API server then has it.

        Raises:
            Unplayable: the file is not usable, or the API server rejects it; the error message is its own.
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
        return submit(self, file, manifest, data, step, key)

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

        Returns:
            The Pod.

        Raises:
            Unplayable: it will not become Ready, with the reason that Kubernetes gives.
            InfrastructureError: no reason is given and time ran out, or the reason is not the student's.
        """

        def done(pod: Object | None) -> bool:
            if pod is None and made:
                raise InfrastructureError(_("Pod {name} is gone, but kubegrade did not delete it", name=name))
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
            _("Pod {name} is gone", name=name),
        )
        step.see(_("gone"))
