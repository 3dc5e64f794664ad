"""The interface of kubegrade for a course's own Python, `scenario.py` and `checks.py`.

Everything in `__all__`, and the public members of `Context`, stay as they are within a version: `VERSION`,
the ``api`` of ``course.yaml``. docs/exercises.md tells of each. The rest of kubegrade changes without notice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from grading import timeouts
from grading.cluster.logs import pod_log
from grading.errors import ApiError, CriterionFailure, InfrastructureError, TimedOut
from grading.evidence.base import CommandOutput, Evidence, HttpAnswer, Object
from grading.exercise.model import API
from grading.runner.container_exec import run_in
from grading.runner.context import Context as _Context
from grading.runner.deployments import complete_deployment
from grading.runner.jobs import ended_job
from grading.runner.scenario import Scenario

__all__ = [
    "VERSION",
    "CommandOutput",
    "Context",
    "CriterionFailure",
    "Evidence",
    "HttpAnswer",
    "InfrastructureError",
    "Object",
    "Scenario",
    "scenario",
]

VERSION: Final = API
"""The version of this interface, and of the form of a course's files."""

E = TypeVar("E", bound=Evidence)


class Context:
    """What a scenario plays on: a namespace on a cluster, and the manifests.

    Objects are plain data, as ``kubectl get -o json`` prints them.
    """

    def __init__(self, inner: _Context) -> None:
        self._inner = inner

    @property
    def namespace(self) -> str:
        """The namespace of the scenario."""
        return self._inner.namespace

    def apply(self, file: str, kind: str, edit: Callable[[Object], object] | None = None) -> Object:
        """Apply an object of a file.

        Args:
            file: its name in ``exercise.yaml``.
            kind: of the object.
            edit: changes the object in place before it is sent, as a student edits a file.

        Returns:
            The object as the API server then has it.

        Raises:
            CriterionFailure: the file cannot be used, or Kubernetes rejects the object.
        """
        return self._inner.apply(file, kind, edit)

    def wait_ready(self, file: str, pod: str) -> Object:
        """Wait until a Pod is Ready.

        Args:
            file: its manifest, for messages.
            pod: its name.

        Returns:
            The Pod.

        Raises:
            CriterionFailure: it will not become Ready because of its manifest.
            InfrastructureError: it will not for another reason, or was not in time.
        """
        return self._inner.ready_pod(file, pod)

    def wait_rollout(self, file: str, deployment: str) -> Object:
        """Wait until a Deployment is complete: all its Pods are available, and no older ones are left.

        Args:
            file: its manifest, for messages.
            deployment: its name.

        Returns:
            The Deployment.

        Raises:
            CriterionFailure: its Pods will not become Ready because of the manifest, or it is paused by it.
            InfrastructureError: another reason, or it was not complete in time.
        """
        return complete_deployment(self._inner, file, deployment)

    def wait_complete(self, file: str, job: str) -> Object:
        """Wait until a Job is complete.

        Args:
            file: its manifest, for messages.
            job: its name.

        Returns:
            The Job.

        Raises:
            CriterionFailure: its Pods do not start, or fail by themselves.
            InfrastructureError: it failed for another reason, or did not end in time.
        """
        return ended_job(self._inner, file, job)

    def wait_until(
        self, kind: str, name: str, right: Callable[[Object | None], bool], what: str, seconds: float = 60.0
    ) -> Object | None:
        """Watch an object of the namespace until it is right.

        Args:
            kind: of the object.
            name: of the object.
            right: looks at the object, None while it does not exist.
            what: what is waited for, as text.
            seconds: for how long; `kubegrade grade --patience` stretches it.

        Returns:
            The object, None if it does not exist then.

        Raises:
            InfrastructureError: it was not right in time, which says nothing about the submission.
        """
        return self._inner.cluster.wait_for(
            kind, self.namespace, name, right, timeouts.stretched(seconds), what
        )

    def look_until(
        self, kind: str, name: str, right: Callable[[Object | None], bool], what: str, seconds: float = 60.0
    ) -> Object | None:
        """Watch an object until it is right, or time is up: for a check to judge what it was then.

        Give it several times the seconds that the reference needs on a slow machine, for being late is what
        a student then loses points for.

        Args:
            kind: of the object.
            name: of the object.
            right: looks at the object, None while it does not exist.
            what: what is waited for, as text.
            seconds: for how long; `kubegrade grade --patience` stretches it.

        Returns:
            The object as it was at the end, None if it did not exist then.
        """
        try:
            return self.wait_until(kind, name, right, what, seconds)
        except TimedOut:
            return self.get(kind, name)

    def get(self, kind: str, name: str) -> Object | None:
        """Return an object of the namespace, None if it does not exist."""
        return self._inner.cluster.get(kind, self.namespace, name)

    def items(self, kind: str, labels: dict[str, str] | None = None) -> list[Object]:
        """Return the objects of a kind in the namespace, all or those with labels."""
        chosen = ",".join(f"{key}={value}" for key, value in (labels or {}).items())
        query = {"labelSelector": chosen} if chosen else {}
        return self._inner.cluster.items(kind, self.namespace, **query)

    def delete_pod(self, pod: str) -> None:
        """Delete a Pod, and wait until it is gone."""
        self._inner.delete_pod(pod)

    def run(self, file: str, pod: str, *command: str) -> CommandOutput:
        """Run a command in the first container of a Pod.

        Args:
            file: the Pod's manifest, for messages.
            pod: its name.
            command: the program and its arguments. It may be run twice.

        Returns:
            Its output and exit status.

        Raises:
            CriterionFailure: it does not end.
            InfrastructureError: it could not be run.
        """
        output = run_in(self._inner, file, pod, *command)
        return CommandOutput(status=output.status, stdout=output.stdout, stderr=output.stderr)

    def log(self, pod: str) -> str:
        """Return the first 2000 bytes of the log of a Pod of one container.

        Raises:
            InfrastructureError: the log cannot be read.
        """
        try:
            return pod_log(self._inner.cluster, self.namespace, pod)
        except ApiError as error:
            raise InfrastructureError(str(error)) from error

    def ask(self, url: str) -> HttpAnswer:
        """Ask for a page once, from a Pod of kubegrade's own in the namespace.

        Returns:
            The answer, or why there was none.

        Raises:
            InfrastructureError: that Pod could not ask.
        """
        return self._inner.ask(url)

    def tell(self, done: str, seen: str = "") -> None:
        """Tell in the report what was done, and what was seen then."""
        self._inner.step(done, seen)


def scenario(name: str, evidence: type[E], play: Callable[[Context, E], None]) -> Scenario[Any]:
    """Return a scenario for the ``play`` of ``exercise.yaml``.

    Args:
        name: its name in ``exercise.yaml``.
        evidence: the class of what it records.
        play: plays it and fills the evidence as it goes, so that what was seen before a failure is kept.
    """

    def played(context: _Context, recorded: E) -> None:
        play(Context(context), recorded)

    return Scenario(name, evidence, played, title="")
