"""Causes of a loss in a submission's Pods, which no Pod of a course has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from grading.evidence.base import Evidence
from grading.evidence.disturbances import is_own
from grading.evidence.surroundings import ContainerEnd, ProbeFailure, Surroundings
from grading.evidence.timeline import Timeline
from grading.evidence.window import Window
from grading.k8s.pod_end import BY_ITSELF, OUT_OF_MEMORY, SIGNALS
from grading.k8s.probes import FIELDS, LIVENESS, READINESS, STARTUP, is_answered
from grading.text.i18n import _

Object = dict[str, Any]

_KILLED: Final = SIGNALS | {255}
"""Exit codes of a container that something else ended: by a signal, or a runtime that was away."""


@dataclass(frozen=True)
class Cause:
    """A cause of a loss in the submission's own Pods, and what to do about it."""

    words: str
    help: str


def shift_of(evidence: Evidence, timeline: Timeline) -> float:
    """Return what the seconds of a timeline lack to be seconds of the evidence."""
    return (timeline.started - evidence.started).total_seconds()


def own_causes(evidence: Evidence, window: Window) -> Iterator[Cause]:
    """Yield what the Pods of a timeline did in a window."""
    shift = shift_of(evidence, window.timeline)
    around = (evidence.surroundings or Surroundings()).between(window.begin.t + shift, window.end.t + shift)
    containers, uids = _containers(evidence), {sample.uid for sample in window.timeline.pods}
    for ended in around.ends:
        of_pod = [f for f in around.probe_failures if f.pod == ended.pod and f.container == ended.container]
        cause = _of_end(ended, of_pod, containers) if ended.uid in uids else None
        if cause:
            yield cause
    for pod in around.displaced:
        if pod.uid in uids and is_own(pod):
            yield Cause(
                _("Pod {pod} was evicted: {words}", pod=pod.pod, words=pod.message),
                _("Change the limit that the message names; see `kubectl describe pod {pod}`.", pod=pod.pod),
            )
    unready = set(_unready(window))
    for failure in around.probe_failures:
        if failure.pod in unready and failure.kind == READINESS and _is_shown(failure, containers):
            yield _of_probe(failure)


def _of_end(ended: ContainerEnd, failures: Sequence[ProbeFailure], containers: list[Object]) -> Cause | None:
    """Return why a container ended, if the cause is in the submission.

    Args:
        ended: its end.
        failures: of its probes.
        containers: of the manifests.
    """
    if ended.reason == OUT_OF_MEMORY and ended.limited:
        return Cause(
            _(
                "the container {container} of Pod {pod} used more memory than its own limit, and was killed",
                container=ended.container,
                pod=ended.pod,
            ),
            _(
                "Raise `resources.limits.memory`, or remove it; see `kubectl describe pod {pod}`.",
                pod=ended.pod,
            ),
        )
    if ended.reason not in BY_ITSELF:
        return None
    by_probe = [failure for failure in failures if failure.kind in {STARTUP, LIVENESS}]
    if by_probe:
        # The kubelet ends it then; one that got no answer in time fails on a machine under load too.
        return next((_of_probe(failure) for failure in by_probe if _is_shown(failure, containers)), None)
    if ended.exit_code in _KILLED:
        return None
    return Cause(
        _(
            "the container {container} of Pod {pod} ended with exit code {code}",
            container=ended.container,
            pod=ended.pod,
            code=ended.exit_code,
        ),
        _("See `kubectl logs {pod} --previous` and `kubectl describe pod {pod}`.", pod=ended.pod),
    )


def _of_probe(failure: ProbeFailure) -> Cause:
    probe = FIELDS[failure.kind]
    return Cause(
        _("the {probe} of Pod {pod} failed: {words}", probe=probe, pod=failure.pod, words=failure.message),
        _(
            "Correct the {probe} or what it checks; `kubectl describe pod {pod}` shows why it fails.",
            pod=failure.pod,
            probe=probe,
        ),
    )


def _is_shown(failure: ProbeFailure, containers: list[Object]) -> bool:
    """Return whether a probe of a manifest was answered when it failed."""
    probes = [c.get(FIELDS[failure.kind]) for c in containers if c.get("name") == failure.container]
    pod = {"spec": {"containers": containers}}
    return any(probe and is_answered(pod, probe, failure.message) for probe in probes)


def _containers(evidence: Evidence) -> list[Object]:
    """Return the containers of the templates for Pods that the manifests declare."""
    specs = (item.data.get("spec") or {} for item in evidence.manifests.values())
    pods = ((spec.get("template") or {}).get("spec") or {} for spec in specs)
    return [container for pod in pods for container in pod.get("containers") or []]


def _unready(window: Window) -> Iterator[str]:
    """Yield the names of Pods that were Ready, and then not, while they ran.

    Nobody deleted them meanwhile.
    """
    ready: dict[str, bool] = {}
    for sample in window.timeline.pods:
        runs = sample.event != "DELETED" and not sample.terminating and sample.phase == "Running"
        if runs and not sample.ready and ready.get(sample.uid) and window.holds(sample):
            yield sample.name
        ready[sample.uid] = sample.ready
