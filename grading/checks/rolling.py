"""Section 11.9.4: the limits of a rolling update, read off its timeline.

The limits are the course's, whatever the manifest says: of 10 replicas never more than 11 Pods exist
(maxSurge 1) and never fewer than 9 are available (maxUnavailable 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.deployments import RollingEvidence
from grading.images import canonical
from grading.timeline import PodSample, ReplicaSetSample, Timeline

REPLICAS: Final = 10
MOST: Final = 11
FEWEST: Final = 9
NEW: Final = "nginx:1.26"
BEGIN: Final = "update"
END: Final = "updated"


def pods_and_asked(timeline: Timeline) -> Iterator[tuple[float, int, int]]:
    """Replay a timeline: yield (t, Pods not terminating, Pods that the ReplicaSets ask for)."""
    pods: set[str] = set()
    asked: dict[str, int] = {}
    samples: list[PodSample | ReplicaSetSample] = [*timeline.pods, *timeline.replica_sets]
    samples.sort(key=lambda sample: sample.t)
    for sample in samples:
        if isinstance(sample, ReplicaSetSample):
            asked[sample.uid] = 0 if sample.event == "DELETED" else sample.asked
        elif sample.event == "DELETED" or sample.terminating or sample.phase in {"Succeeded", "Failed"}:
            pods.discard(sample.uid)
        else:
            pods.add(sample.uid)
        yield sample.t, len(pods), sum(asked.values())


def check_surge(evidence: RollingEvidence) -> None:
    """Check that never more than 11 Pods existed during the update, terminating ones aside.

    A Deployment bounds what its ReplicaSets ask for; each ReplicaSet then makes and deletes its Pods on
    its own, so that for some milliseconds a new Pod may be there before an old one is marked for
    deletion. Only Pods above the limit that were also asked for are the manifest's doing.
    """
    timeline, begin, end = _window(evidence)
    most = max(
        (min(pods, asked) for t, pods, asked in pods_and_asked(timeline) if begin <= t <= end), default=0
    )
    if most > MOST:
        moment = next(
            t for t, pods, asked in pods_and_asked(timeline) if t >= begin and min(pods, asked) == most
        )
        raise CriterionFailure(
            f"{most} Pods existed at the same time during the update",
            help="Set `maxSurge: 1` below strategy.rollingUpdate (11.9.4); watch `kubectl get pods -w`.",
            expected=f"never more than {MOST}",
            actual=f"{most}, {moment - begin:.1f} s after the update began",
        )


def check_available(evidence: RollingEvidence) -> None:
    """Check that never fewer than 9 Pods were available during the update, by the Deployment's status."""
    timeline, begin, end = _window(evidence)
    samples = [sample for sample in timeline.deployments if begin <= sample.t <= end]
    if not samples:
        raise InfrastructureError("no state of the Deployment was seen during the update")
    worst = min(samples, key=lambda sample: sample.available)
    if worst.available < FEWEST:
        raise CriterionFailure(
            f"only {worst.available} Pods were available during the update",
            help="Set `replicas: 10`, `type: RollingUpdate` and `maxUnavailable: 1` (11.9.4).",
            expected=f"never fewer than {FEWEST}",
            actual=f"{worst.available}, {worst.t - begin:.1f} s after the update began",
        )


def check_complete(evidence: RollingEvidence) -> None:
    """Check that the update ended within the progress deadline with 10 Pods, all of nginx:1.26."""
    evidence.need(evidence.updated or None)
    images = [pod["spec"]["containers"][0]["image"] for pod in evidence.need(evidence.pods)]
    new = sum(canonical(image) == canonical(NEW) for image in images)
    if new != REPLICAS or len(images) != REPLICAS:
        raise CriterionFailure(
            f"the update ended with {new} Pods of {NEW} out of {len(images)}",
            help="Set `replicas: 10`; see `kubectl rollout status deployment` (11.9.4).",
            expected=f"{REPLICAS} Pods, all of {NEW}",
            actual=f"{len(images)} Pods, {new} of {NEW}",
        )


def _window(evidence: RollingEvidence) -> tuple[Timeline, float, float]:
    timeline = evidence.need(evidence.timeline)
    begin = evidence.need(timeline.when(BEGIN))
    end = evidence.need(timeline.when(END))
    if timeline.interrupted:
        raise InfrastructureError(f"the watch broke during the update: {timeline.interrupted}")
    return timeline, begin, end
