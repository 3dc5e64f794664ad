"""The limits of an update (11.9.4), held against a timeline, and the fields of the manifest that set them.

The limits are the course's, whatever the manifest says: of 10 replicas never more than 11 Pods exist
(maxSurge 1) and never fewer than 9 are available (maxUnavailable 1). A moment beyond them is the submission's
only if its fields allow it, or its own Pods caused it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from grading.course.chapter11.deployments.course_values import FEWEST, MOST, ROLLING_FILE, ROLLING_REPLICAS
from grading.errors import Correction, CriterionFailure, InfrastructureError, Unplayable
from grading.evidence.base import Evidence
from grading.evidence.timeline import Arrival, PodSample, ReplicaSetSample, Timeline
from grading.evidence.window import Window
from grading.exercise.blame import explain, nobodys_fault
from grading.exercise.rules import corrections
from grading.k8s.field_types import Path
from grading.k8s.rollout_limits import RolloutLimits, rollout_limits
from grading.text.i18n import _, decimal, joined, n_

Object = dict[str, Any]


def window(evidence: Evidence, timeline: Timeline | None, begin: str, end: str) -> Window:
    """Return the part of a timeline between two of its marks.

    Args:
        evidence: of the scenario.
        timeline: of its Deployment; None if there is none.
        begin: the name of the first mark.
        end: the name of the last mark.

    Raises:
        Unplayable: the scenario did not reach the marks, because of the submission.
        InfrastructureError: it did not for another reason, or a watch broke and something may be missing.
    """
    recorded = evidence.need(timeline)
    marks = evidence.need(recorded.mark(begin)), evidence.need(recorded.mark(end))
    return Window(whole(evidence, recorded), *marks)


def whole(evidence: Evidence, timeline: Timeline | None) -> Timeline:
    """Return a timeline from which nothing may be missing.

    Raises:
        Unplayable: there is none, because of the submission.
        InfrastructureError: there is none for another reason, or a watch broke.
    """
    recorded = evidence.need(timeline)
    if recorded.interrupted:
        raise InfrastructureError(_("the watch broke: {reason}", reason=recorded.interrupted))
    return recorded


def declared_limits(evidence: Evidence) -> RolloutLimits | None:
    """Return the limits that dep-rolling.yaml sets, None if it is not in the evidence.

    Source: section 11.9.4 of the course.
    """
    spec = _spec(evidence)
    return rollout_limits(spec) if spec else None


_FIELDS: Final[Mapping[str, tuple[Path, Any]]] = {
    "replicas": (("spec", "replicas"), ROLLING_REPLICAS),
    "type": (("spec", "strategy", "type"), "RollingUpdate"),
    "maxSurge": (("spec", "strategy", "rollingUpdate", "maxSurge"), 1),
    "maxUnavailable": (("spec", "strategy", "rollingUpdate", "maxUnavailable"), 1),
}
"""The fields that set the limits, and the course's values (11.9.4)."""


def fields_to_set(evidence: Evidence, *keys: str) -> str:
    """Return what to do about the fields of dep-rolling.yaml that decide and are not the course's.

    Args:
        evidence: of the scenario.
        keys: which of `replicas`, `type`, `maxSurge` and `maxUnavailable` decide.
    """
    fields = [f"`{key}: {_FIELDS[key][1]}`" for key in _wrong(evidence, *keys)]
    return _("Set {fields} (11.9.4).", fields=joined(", ", fields))


def to_write(evidence: Evidence, *keys: str) -> list[Correction]:
    """Return what to write in these fields; see `fields_to_set`."""
    if not keys:
        return []
    values = dict(_FIELDS[key] for key in _wrong(evidence, *keys))
    return list(corrections(evidence.manifest(ROLLING_FILE), values))


def _wrong(evidence: Evidence, *keys: str) -> list[str]:
    """Return the fields of some that are not the course's. Source: section 11.9.4."""
    spec, limits = _spec(evidence), declared_limits(evidence)
    assert limits is not None  # noqa: S101 - asked for fields that were seen
    right = {
        "replicas": limits.replicas == ROLLING_REPLICAS,
        "type": (spec.get("strategy") or {}).get("type", "RollingUpdate") == "RollingUpdate",
        "maxSurge": limits.surge <= MOST - ROLLING_REPLICAS,
        "maxUnavailable": limits.unavailable <= ROLLING_REPLICAS - FEWEST,
    }
    return [key for key in keys if not right[key]]


def _spec(evidence: Evidence) -> Object:
    known = evidence.manifests.get(ROLLING_FILE)
    spec: Object = (known.data.get("spec") if known else None) or {}
    return spec


def pods_and_asked(timeline: Timeline) -> Iterator[tuple[Arrival, int, int]]:
    """Yield each sample with the Pods not terminating, and those asked for.

    By a replay of the timeline; the ReplicaSets ask for them.
    """
    pods: set[str] = set()
    asked: dict[str, int] = {}
    samples: list[PodSample | ReplicaSetSample] = [*timeline.pods, *timeline.replica_sets]
    samples.sort(key=lambda sample: (sample.seq or 0, sample.t))
    for sample in samples:
        if isinstance(sample, ReplicaSetSample):
            asked[sample.uid] = 0 if sample.event == "DELETED" else sample.asked
        elif sample.event == "DELETED" or sample.terminating or sample.phase in {"Succeeded", "Failed"}:
            pods.discard(sample.uid)
        else:
            pods.add(sample.uid)
        yield sample, len(pods), sum(asked.values())


def never_too_many(evidence: Evidence, window: Window, what: str) -> None:
    """Check that never more than 11 Pods existed in a window, terminating ones aside.

    A Deployment bounds what its ReplicaSets ask for; each ReplicaSet then creates and deletes its Pods on its
    own, so that for some milliseconds a new Pod may exist before an old one is marked for deletion. Only
    Pods above the limit that were also asked for count.

    Source: section 11.9.4 of the course.

    Args:
        evidence: of the scenario.
        window: of the timeline of its Deployment.
        what: what is played then, for messages.

    Raises:
        CriterionFailure: there were more, and the fields of the manifest allow it.
        InfrastructureError: there were more, and they do not.
    """
    counts = [
        (min(pods, asked), sample)
        for sample, pods, asked in pods_and_asked(window.timeline)
        if window.holds(sample)
    ]
    most = max((count for count, _ in counts), default=0)
    if most <= MOST:
        return
    loss = _("during {what}, {most} Pods existed at the same time", most=most, what=what)
    limits = declared_limits(evidence)
    if limits is None or limits.most <= MOST:
        raise nobodys_fault(evidence, loss)
    moment = next(sample for count, sample in counts if count == most)
    raise CriterionFailure(
        loss,
        help=joined(
            " ", [fields_to_set(evidence, "replicas", "maxSurge"), _("Watch `kubectl get pods -w`.")]
        ),
        expected=_("never more than {most} Pods", most=MOST),
        actual=_(
            "{most} Pods, {seconds} s after {what} began",
            most=most,
            seconds=decimal(window.seconds(moment), 1),
            what=what,
        ),
        corrections=to_write(evidence, "replicas", "maxSurge"),
    )


def raise_untestable_surge(evidence: Evidence) -> None:
    """Check that the Deployment has enough Pods for an update to show maxSurge.

    Source: section 11.9.4 of the course.

    Raises:
        Unplayable: it asks for fewer than 10.
    """
    limits = declared_limits(evidence)
    if limits is None or limits.replicas >= ROLLING_REPLICAS:
        return
    known = evidence.manifests[ROLLING_FILE]
    raise Unplayable(
        n_(
            "with {n} replica the limit of {most} Pods cannot be tested",
            "with {n} replicas the limit of {most} Pods cannot be tested",
            limits.replicas,
            most=MOST,
        ),
        help=_("Set {fields} (11.9.4).", fields=f"`replicas: {ROLLING_REPLICAS}`"),
        expected=f"spec.replicas: {ROLLING_REPLICAS}",
        actual=f"spec.replicas: {limits.replicas}",
        location=known.at("spec", "replicas"),
        corrections=to_write(evidence, "replicas"),
    )


def never_too_few(evidence: Evidence, window: Window, what: str) -> None:
    """Check that never fewer than 9 Pods were available in a window (11.9.4).

    By the Deployment's status.

    Args:
        evidence: of the scenario.
        window: of the timeline of its Deployment.
        what: what is played then, for messages.

    Raises:
        CriterionFailure: there were fewer, and the fields of the manifest or its Pods explain it.
        InfrastructureError: there were fewer, and neither does.
    """
    samples = window.of(window.timeline.deployments)
    if not samples:
        raise InfrastructureError(_("no state of the Deployment was seen during {what}", what=what))
    few = [sample for sample in samples if sample.available < FEWEST]
    if not few:
        return
    limits = declared_limits(evidence)
    allowed = [sample for sample in few if limits and sample.available >= limits.fewest]
    worst = min(allowed or few, key=lambda sample: sample.available)
    loss = n_(
        "only {n} Pod was available during {what}",
        "only {n} Pods were available during {what}",
        worst.available,
        what=what,
    )
    actual: str = _(
        "{available} available, {seconds} s after {what} began",
        available=worst.available,
        seconds=decimal(window.seconds(worst), 1),
        what=what,
    )
    fields = ("replicas", "type", "maxUnavailable") if allowed else ()
    if fields:
        help = fields_to_set(evidence, *fields)
    else:
        cause = explain(evidence, window, loss)
        actual, help = joined("; ", [actual, cause.words]), cause.help
    raise CriterionFailure(
        loss,
        help=help,
        expected=_("never fewer than {fewest} available", fewest=FEWEST),
        actual=actual,
        corrections=to_write(evidence, *fields),
    )


def raise_unless_asked_for(evidence: Evidence, loss: str) -> None:
    """Check that a wrong number of Pods is the one that the manifest asks for.

    Source: section 11.9.4 of the course.

    Args:
        evidence: of the scenario.
        loss: what was seen, for messages.

    Raises:
        InfrastructureError: the manifest asks for 10.
    """
    limits = declared_limits(evidence)
    if limits is None or limits.replicas == ROLLING_REPLICAS:
        raise nobodys_fault(evidence, loss)


def running(pods: list[Object]) -> list[Object]:
    """Return the Pods that have not ended.

    One that was evicted stays, and another takes its place.
    """
    return [pod for pod in pods if (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}]
