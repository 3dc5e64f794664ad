"""Follow a Deployment's rollout to its end, as ``kubectl rollout status`` defines it."""

from __future__ import annotations

import math
from typing import Any, Final

from grading import timeouts
from grading.errors import InfrastructureError, Location, Unplayable, is_outside
from grading.evidence import summary
from grading.k8s.pod_diagnosis import is_ready
from grading.k8s.rollout_limits import rollout_limits
from grading.runner.context import Context
from grading.runner.recorder import DeploymentRecorder
from grading.runner.revisions import has_seen, raise_paused
from grading.text.i18n import _, decimal

Object = dict[str, Any]

_REFUSED: Final = ("forbidden", "invalid", "Invalid")
"""What the API server says to Pods that it will never take."""
_NUDGE: Final = {"kubegrade/count": "now"}
_NUDGE_AFTER: Final = 0.1
"""Seconds: the Pod must have been Ready for longer than minReadySeconds, by the clock of the server."""


def is_complete(deployment: Object | None) -> bool:
    """Return whether a rollout is over: this generation, and numbers agree.

    Right after a change the old status still looks finished, so observedGeneration comes first
    (Kubernetes: Deployments, Complete Deployment).
    """
    if deployment is None:
        return False
    status = deployment.get("status") or {}
    asked = deployment["spec"].get("replicas", 1)
    return bool(
        status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
        and status.get("updatedReplicas", 0) == asked
        and status.get("replicas", 0) == asked
        and status.get("availableReplicas", 0) == asked
    )


def is_over(recorder: DeploymentRecorder) -> bool:
    """Return whether a rollout is complete, for the watch of the Pods too.

    Deployment and Pods arrive by two watches, and on a machine under load the status may be here while
    the last changes of the Pods that it counts are still under way.
    """
    if recorder.deployment is None or not is_complete(recorder.deployment):
        return False
    running = [
        pod
        for pod in recorder.pods
        if not pod["metadata"].get("deletionTimestamp")
        and (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}
    ]
    asked: int = recorder.deployment["spec"].get("replicas", 1)
    return len(running) == asked


def wait_complete(
    context: Context,
    recorder: DeploymentRecorder,
    file: str,
    applied: Object,
    what: str,
    *,
    doomed: str | None = None,
) -> None:
    """Wait until the rollout is over and the Pods of older versions are gone or going.

    Source: Kubernetes: Deployments, Deployment status.

    Args:
        context: where it is played.
        recorder: watches the Deployment.
        file: the manifest, for messages.
        applied: the Deployment as the API server returned it; an older state is not looked at.
        what: the rollout as text, for messages.
        doomed: an image whose Pods fail because the scenario wants them to.

    Raises:
        Unplayable: it cannot end, with the reason that Kubernetes gives, found early.
        InfrastructureError: it did not end in time and no reason was given.
    """

    def done() -> bool:
        return (
            _can_end(context, recorder, file, applied, doomed)
            and is_over(recorder)
            and not any(context.pods.unsteady_for(pod) for pod in recorder.pods)
        )

    step = context.step(_("Wait for the end of the rollout"))
    with context.pods.explained():
        recorder.wait(done, timeouts.ROLLOUT, what)
    step.see(summary.deployment(recorder.deployment))


def wait_started(context: Context, recorder: DeploymentRecorder, file: str, applied: Object) -> None:
    """Wait until the first Pods are Ready, minReadySeconds aside; see `wait_complete`.

    Source: Kubernetes: Deployments, Min Ready Seconds.
    """

    def done() -> bool:
        if not _can_end(context, recorder, file, applied, None) or recorder.deployment is None:
            return False
        ready: int = (recorder.deployment.get("status") or {}).get("readyReplicas", 0)
        return ready >= int(recorder.deployment["spec"].get("replicas", 1))

    step = context.step(_("Wait for the first Pods"))
    with context.pods.explained():
        recorder.wait(done, timeouts.ROLLOUT, _("the first Pods are Ready"))
    step.see(summary.deployment(recorder.deployment))


def wait_first(context: Context, recorder: DeploymentRecorder, file: str, applied: Object) -> None:
    """Wait for the end of a first rollout, whose Pods are started already.

    The ReplicaSet controller counts available Pods once, minReadySeconds after the first was Ready, and
    then only after minReadySeconds more (Kubernetes: pkg/controller/replicaset). Pods that were Ready a
    second apart would so cost 10 s. A change of any Pod makes it count at once.

    Args:
        context: where it is played.
        recorder: watches the Deployment.
        file: the manifest, for messages.
        applied: the Deployment as the API server returned it.
    """

    def over() -> bool:
        return _can_end(context, recorder, file, applied, None) and is_over(recorder)

    seconds = int(applied["spec"].get("minReadySeconds", 0))
    ready = [moment for pod in recorder.pods if (moment := recorder.ready_at(pod)) is not None]
    if ready and seconds <= timeouts.PROGRESS_DEADLINE:
        due = max(ready) + seconds - recorder.now()
        if not recorder.until(over, max(0.0, due) + _NUDGE_AFTER):
            name = recorder.pods[0]["metadata"]["name"]
            context.cluster.patch("Pod", context.namespace, name, {"metadata": {"annotations": _NUDGE}})
    wait_complete(context, recorder, file, applied, _("the first rollout"))


def _can_end(
    context: Context, recorder: DeploymentRecorder, file: str, applied: Object, doomed: str | None
) -> bool:
    """Return whether the controller has seen the change, and can end the rollout.

    Raises:
        Unplayable: it cannot, because of the manifest.
        InfrastructureError: it cannot for another reason, or the Deployment does not exist any more.
    """
    if recorder.deployment is None and recorder.timeline.deployments:
        raise InfrastructureError(_("the Deployment was deleted by somebody else while it was watched"))
    wanted = [pod for pod in recorder.standing if pod["spec"]["containers"][0].get("image") != doomed]
    for pod in wanted:
        context.pods.check(file, pod)
    deployment = recorder.deployment
    if not has_seen(deployment, applied):
        return False
    assert deployment is not None  # noqa: S101 - has_seen is false for None
    raise_paused(context, deployment, file)
    # That it is late by its progressDeadlineSeconds is no cause: images, nodes and the machine are late too.
    raise_stuck(context, deployment, file)
    _raise_slow(context, recorder, deployment, file)
    return True


def shortest_update(spec: Object) -> float:
    """Return the seconds that an update lasts at least.

    By `least_wait` and its strategy alone.

    Source: Kubernetes: Deployments, Min Ready Seconds.
    """
    limits = rollout_limits(spec)
    rounds: int = math.ceil(limits.replicas / max(1, limits.surge + limits.unavailable))
    return least_wait(spec) * rounds


def least_wait(spec: Object) -> float:
    """Return the seconds until a new Pod counts as available at least.

    By its probes' delay and minReadySeconds.

    Source: Kubernetes: Deployments, Min Ready Seconds.
    """
    delays: list[int] = [
        (container.get(probe) or {}).get("initialDelaySeconds", 0)
        for container in spec["template"]["spec"]["containers"]
        for probe in ("readinessProbe", "startupProbe")
    ]
    return float(spec.get("minReadySeconds", 0)) + max(delays, default=0)


def _raise_slow(context: Context, recorder: DeploymentRecorder, deployment: Object, file: str) -> None:
    spec = deployment["spec"]
    updating = sum(bool(item["spec"].get("replicas")) for item in recorder.replica_sets) > 1
    seconds = shortest_update(spec) if updating else least_wait(spec)
    if seconds > timeouts.PROGRESS_DEADLINE:
        minimum = spec.get("minReadySeconds", 0)
        delay = least_wait(spec) - minimum
        words, help = (
            _(
                "with minReadySeconds {minimum} this rollout lasts at least {seconds} s",
                minimum=minimum,
                seconds=decimal(seconds),
            ),
            _("Set `minReadySeconds` as in the course."),
        )
        if delay:
            words, help = (
                _(
                    "with minReadySeconds {minimum} and initialDelaySeconds {delay} of a probe this rollout "
                    "lasts at least {seconds} s",
                    minimum=minimum,
                    delay=decimal(delay),
                    seconds=decimal(seconds),
                ),
                _(
                    "Set `minReadySeconds` as in the course, and initialDelaySeconds no higher than the "
                    "container needs."
                ),
            )
        raise Unplayable(
            words,
            help=help,
            expected=_(
                "a rollout that ends within the progress deadline of {limit} s",
                limit=decimal(timeouts.PROGRESS_DEADLINE),
            ),
            actual=_("at least {seconds} s", seconds=decimal(seconds)),
            location=context.manifest(file, "Deployment").at("spec", "minReadySeconds"),
        )


def raise_stuck(context: Context, deployment: Object | None, file: str) -> None:
    """Check that Kubernetes does not refuse the Pods of a Deployment.

    Args:
        context: where it is played.
        deployment: as the API server has it; None if it does not exist.
        file: its manifest, for messages.

    Raises:
        Unplayable: it does, for good.
    """
    conditions = ((deployment or {}).get("status") or {}).get("conditions") or []
    for condition in conditions:
        if condition["type"] != "ReplicaFailure" or condition["status"] != "True":
            continue
        # An API server under load refuses for a while as well; it then speaks of time, not of the Pods.
        message = str(condition.get("message", ""))
        if any(words in message for words in _REFUSED) and not is_outside(message):
            raise Unplayable(
                _("Kubernetes cannot create the Pods: {words}", words=message[:400]),
                help=_("`kubectl describe replicaset` shows the reason."),
                expected=_("Pods that Kubernetes can create"),
                actual=str(condition.get("reason", "")),
                location=Location(context.submission.location(file)),
            )


def wait_replaced(context: Context, recorder: DeploymentRecorder, file: str, uid: str) -> None:
    """Wait until a deleted Pod is gone and the Deployment has all its Pods again.

    Source: Kubernetes: Deployments.

    Args:
        context: where it is played.
        recorder: watches the Deployment.
        file: the Deployment's manifest, for messages.
        uid: of the deleted Pod.

    Raises:
        Unplayable: a Pod cannot become Ready.
    """
    replicas = recorder.deployment["spec"].get("replicas", 1) if recorder.deployment else 0

    def replaced() -> bool:
        for pod in recorder.pods:
            if not pod["metadata"].get("deletionTimestamp"):
                context.pods.check(file, pod)
        ready = [pod for pod in recorder.pods if is_ready(pod)]
        gone = all(pod["metadata"]["uid"] != uid for pod in recorder.pods)
        return gone and len(ready) == replicas and is_over(recorder)

    step = context.step(_("Wait for a Pod in its place"))
    with context.pods.explained():
        recorder.wait(
            replaced, timeouts.POD_READY + timeouts.POD_GONE, _("the deleted Pod has been replaced")
        )
    step.see(summary.deployment(recorder.deployment))
