"""Decide who is to blame for a loss: the cluster, if it was disturbed, or what the submission's Pods did.

A check that saw a loss, and no field of the manifest that allows it, asks `explain`. Without a cause that is
shown to lie in the submission, nobody can tell, and the verdict is ``error`` (rules of judgement).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from grading.errors import InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.disturbances import OUT_OF_MEMORY, disturbances, disturbed, is_own
from grading.evidence.surroundings import LINGERS, ContainerEnd, Surroundings
from grading.evidence.timeline import Arrival, Timeline
from grading.text.i18n import _

_ENDED: Final = {"Completed", "Error"}
"""Reasons of a container that ended without being killed for its memory (Kubernetes: Container states)."""
_KILLED: Final = {137, 255}
"""Exit codes of a container that something else ended: SIGKILL, and a runtime that was away."""


@dataclass(frozen=True)
class Cause:
    """What the submission's own Pods did that explains a loss, and what to do about it."""

    words: str
    help: str


def explain(evidence: Evidence, timeline: Timeline, begin: Arrival, end: Arrival, loss: str) -> Cause:
    """Return what the submission's own Pods did between two marks that explains a loss.

    Args:
        evidence: of the scenario.
        timeline: of its Deployment.
        begin: the mark at which what is judged begins.
        end: the mark at which it ends.
        loss: what was lost, in words.

    Raises:
        InfrastructureError: the cluster was disturbed, or nothing explains it.
    """
    raise_if_disturbed(evidence, timeline, begin, end, loss)
    cause = next(_own_causes(evidence, timeline, begin, end), None)
    if cause is None:
        raise _unexplained(loss)
    return cause


def nobodys_fault(evidence: Evidence, loss: str) -> InfrastructureError:
    """Return the error for a loss that no submission can cause; it names what disturbed the cluster.

    Args:
        evidence: of the scenario, all of whose time counts.
        loss: what was lost, in words.
    """
    found = disturbances(evidence.surroundings or Surroundings())
    return disturbed(loss, found) if found else _unexplained(loss)


def _unexplained(loss: str) -> InfrastructureError:
    return InfrastructureError(_("{loss}; nothing in the submission explains it", loss=loss))


def raise_if_disturbed(
    evidence: Evidence, timeline: Timeline, begin: Arrival, end: Arrival, loss: str
) -> None:
    """Raise InfrastructureError if the cluster was disturbed between two marks; see `explain`."""
    found = disturbed_by(evidence, timeline, begin, end)
    if found:
        raise disturbed(loss, found)


def disturbed_by(evidence: Evidence, timeline: Timeline, begin: Arrival, end: Arrival) -> list[str]:
    """Return, in words, what disturbed the cluster between two marks, or shortly before."""
    shift = _shift(evidence, timeline)
    since, until = begin.t + shift - LINGERS, end.t + shift
    around = (evidence.surroundings or Surroundings()).between(since, until)
    return [*disturbances(around, since), *_of_control(timeline, begin, end)]


@contextmanager
def naming_disturbances(evidence: Evidence) -> Iterator[None]:
    """Add to an InfrastructureError what disturbed the cluster during its scenario, unless it says so."""
    try:
        yield
    except InfrastructureError as error:
        found = disturbances(evidence.surroundings or Surroundings())
        if not found or any(words in str(error) for words in found):
            raise
        raise disturbed(error.args[0], found) from error


def _shift(evidence: Evidence, timeline: Timeline) -> float:
    """Return what the seconds of a timeline lack to be seconds of the evidence."""
    return (timeline.started - evidence.started).total_seconds()


def _of_control(timeline: Timeline, begin: Arrival, end: Arrival) -> Iterator[str]:
    requests = timeline.between(timeline.http, begin, end)
    suffered = sum(sample.control_suffered for sample in requests)
    if suffered:
        yield _(
            "the control, asked in the same moments, did not answer at {suffered} of {number} requests",
            suffered=suffered,
            number=len(requests),
        )


def _own_causes(evidence: Evidence, timeline: Timeline, begin: Arrival, end: Arrival) -> Iterator[Cause]:
    """Yield what the Pods of a timeline did between two marks that no Pod of the course's does."""
    shift = _shift(evidence, timeline)
    around = (evidence.surroundings or Surroundings()).between(begin.t + shift, end.t + shift)
    uids = {sample.uid for sample in timeline.pods}
    for ended in around.ends:
        cause = _of_end(ended) if ended.uid in uids else None
        if cause:
            yield cause
    for pod in around.displaced:
        if pod.uid in uids and is_own(pod):
            yield Cause(
                _("Pod {pod} was evicted: {words}", pod=pod.pod, words=pod.message),
                _("Change the limit that the message names; see `kubectl describe pod {pod}`.", pod=pod.pod),
            )
    if _has_readiness_probe(evidence):
        for name in _unready(timeline, begin, end):
            yield Cause(
                _("Pod {pod} was no longer Ready: its readiness probe failed", pod=name),
                _("See `kubectl describe pod {pod}`, and let the readinessProbe succeed.", pod=name),
            )


def _of_end(ended: ContainerEnd) -> Cause | None:
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
    if ended.reason not in _ENDED or ended.exit_code in _KILLED:
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


def _has_readiness_probe(evidence: Evidence) -> bool:
    specs = (item.data.get("spec") or {} for item in evidence.manifests.values())
    pods = ((spec.get("template") or {}).get("spec") or {} for spec in specs)
    return any(c.get("readinessProbe") for pod in pods for c in pod.get("containers") or [])


def _unready(timeline: Timeline, begin: Arrival, end: Arrival) -> Iterator[str]:
    """Yield the names of Pods that were Ready, and then not, while they ran and nobody deleted them."""
    ready: dict[str, bool] = {}
    for sample in timeline.pods:
        runs = sample.event != "DELETED" and not sample.terminating and sample.phase == "Running"
        if runs and not sample.ready and ready.get(sample.uid) and sample.is_between(begin, end):
            yield sample.name
        ready[sample.uid] = sample.ready
