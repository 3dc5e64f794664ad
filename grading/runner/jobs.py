"""Follow a Job until it has ended, and find out who is responsible if it does not complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from grading import timeouts
from grading.cluster.logs import last_lines
from grading.errors import InfrastructureError, TimedOut, Unplayable
from grading.evidence.disturbances import disturbed
from grading.k8s.diagnosis import Diagnosis, condition, containers
from grading.k8s.pod_end import failed, is_own_end
from grading.runner.context import Context
from grading.text.i18n import _, joined

Object = dict[str, Any]

COMPLETE: Final = "Complete"
FAILED: Final = "Failed"
_BY_PODS: Final = frozenset(
    {"BackoffLimitExceeded", "FailedIndexes", "MaxFailedIndexesExceeded", "PodFailurePolicy"}
)
"""Why a Job failed whose Pods did (Kubernetes: Jobs, Handling Pod and container failures)."""
_TOO_LATE: Final = "DeadlineExceeded"
"""Why a Job failed that was not complete within its activeDeadlineSeconds (Kubernetes: Jobs)."""


def ended_job(context: Context, file: str, name: str) -> Object:
    """Wait until a Job is complete (Kubernetes: Jobs).

    Args:
        context: where it runs.
        file: its manifest, for messages.
        name: its name.

    Returns:
        The Job.

    Raises:
        Unplayable: its Pods do not start, or end by themselves with an error.
        InfrastructureError: it did not end in time, or failed for a reason that no field is known to lead to.
    """
    follower = _Follower(context, file, name)
    step = context.step(_("Wait for Job {name}", name=name))
    try:
        with context.pods.explained():
            job = context.cluster.wait_for(
                "Job",
                context.namespace,
                name,
                follower.is_ended,
                timeouts.JOB_ENDED,
                _("Job {name} ended", name=name),
            )
    except InfrastructureError as error:
        if isinstance(error.__cause__ or error, TimedOut):
            follower.raise_own_end()
        raise
    assert job is not None  # noqa: S101 - is_ended raises for None
    if condition(job, COMPLETE).get("status") != "True":
        follower.fail(condition(job, FAILED))
    step.see(_("complete"))
    return job


@dataclass
class _Follower:
    """The Pods of one Job."""

    context: Context
    file: str
    name: str
    ended: dict[str, Diagnosis] = field(default_factory=dict)
    """By the name of a Pod why it failed."""
    has_started: bool = False
    """True if a container of a Pod has run."""

    def is_ended(self, job: Object | None) -> bool:
        """Return whether the Job has ended, well or not.

        Raises:
            Unplayable: it is suspended, or a Pod of it does not start and its manifest is the reason.
            InfrastructureError: it is gone, or something else keeps a Pod from starting.
        """
        if job is None:
            raise InfrastructureError(
                _(
                    "Job {name} is gone, but kubegrade did not delete it; check ttlSecondsAfterFinished",
                    name=self.name,
                )
            )
        if job["spec"].get("suspend"):
            raise self._unplayable(
                _("Job {name} does not start: spec.suspend is true", name=self.name), "suspend", "true"
            )
        self._look(job["metadata"]["uid"])
        return any(condition(job, end).get("status") == "True" for end in (COMPLETE, FAILED))

    def fail(self, why: Object) -> None:
        """Raise why the Job failed (Kubernetes: Jobs, Pod backoff failure policy).

        Args:
            why: its condition Failed.

        Raises:
            Unplayable: a Pod of it ended by itself with an error, or it ran for longer than its deadline.
            InfrastructureError: anything else.
        """
        reason = str(why.get("reason", ""))
        if reason in _BY_PODS:
            self.raise_own_end()
        if reason == _TOO_LATE and self.has_started:
            late = _("Job {name} is not complete within its activeDeadlineSeconds", name=self.name)
            self._raise_if_disturbed(late)
            raise self._unplayable(late, "activeDeadlineSeconds", str(why.get("message", "")))
        words = [reason, str(why.get("message", "")), *(found.message for found in self.ended.values())]
        raise InfrastructureError(
            _("Job {name} failed: {words}", name=self.name, words=joined(": ", filter(None, words)))
        )

    def raise_own_end(self) -> None:
        """Raise why the last Pod failed, if all that failed did so by themselves.

        Raises:
            Unplayable: they did.
            InfrastructureError: something disturbed the cluster meanwhile.
        """
        if not self.ended or any(found.infrastructure for found in self.ended.values()):
            return
        pod, found = list(self.ended.items())[-1]
        words = _("Job {name} does not complete: {words}", name=self.name, words=found.message)
        self._raise_if_disturbed(words)
        place = self.context.cluster, self.context.namespace
        log = last_lines(*place, pod, found.log_of) if found.log_of else ""
        raise Unplayable(
            words,
            help=_("See `kubectl describe job {name}` and `kubectl logs job/{name}`.", name=self.name),
            expected=COMPLETE,
            actual=joined("\n", [found.message, *([_("last lines of its log:"), log] if log else [])]),
            location=self.context.evidence.at(self.file, "spec", "template", "spec", "containers", 0),
        )

    def _raise_if_disturbed(self, words: str) -> None:
        """Raise `InfrastructureError` if something disturbed the cluster meanwhile."""
        if around := self.context.around.disturbed():
            raise disturbed(words, around)

    def _unplayable(self, words: str, field_name: str, actual: str) -> Unplayable:
        """Return that a field of its spec keeps the Job from completing."""
        return Unplayable(
            words,
            help=_("Remove the field; see `kubectl describe job {name}`.", name=self.name),
            expected=COMPLETE,
            actual=actual,
            location=self.context.evidence.at(self.file, "spec", field_name),
        )

    def _look(self, job: str) -> None:
        """Look at the Pods of the Job: whether they start, and why those that failed did."""
        context = self.context
        for pod in context.cluster.items("Pod", context.namespace):
            if job not in {owner["uid"] for owner in pod["metadata"].get("ownerReferences") or []}:
                continue
            phase = (pod.get("status") or {}).get("phase")
            if phase == "Pending" and not _has_ended(pod):
                context.pods.check(self.file, pod)
            self.has_started |= phase not in {None, "Pending"}
            found = _failure(pod) if phase != "Succeeded" else None
            if found:
                self.ended[pod["metadata"]["name"]] = found


def _has_ended(pod: Object) -> bool:
    """Return whether a container of a Pod has ended, well or not.

    The kubelet notes that before the phase: a Pod that ends at once is Pending until all of it is stopped
    (Kubernetes: Pod Lifecycle, Pod phase). Its Job goes on, or tries again.
    """
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return any((status.get("state") or {}).get("terminated") for status in statuses)


def _failure(pod: Object) -> Diagnosis | None:
    """Return why a Pod failed, or why a container of it did last; None if nothing did."""
    if whole := failed(pod):
        return whole
    for status, spec in containers(pod):
        states = (status.get("state") or {}, status.get("lastState") or {})
        ended: Object = next((state["terminated"] for state in states if state.get("terminated")), {})
        if code := ended.get("exitCode"):
            words = _(
                "the container {container} ended with exit code {code}", container=status["name"], code=code
            )
            own = is_own_end(pod, spec, ended)
            return Diagnosis(str(ended.get("reason", FAILED)), words, not own, log_of=status["name"])
    return None
