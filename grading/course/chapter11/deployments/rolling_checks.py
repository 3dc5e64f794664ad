"""Section 11.9.4: rolling updates, read off their timelines.

The limits are the course's, whatever the manifest says: of 10 replicas never more than 11 Pods exist
(maxSurge 1) and never fewer than 9 are available (maxUnavailable 1).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from grading.course.chapter11.deployments.course_values import (
    FEWEST,
    FIRST,
    MOST,
    ROLLING_FILE,
    ROLLING_REPLICAS,
    SECOND,
)
from grading.course.chapter11.deployments.evidence import HistoryEvidence, PauseEvidence, RollingEvidence
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.rollout import Revision
from grading.evidence.timeline import Arrival, HttpSample, Mark, PodSample, ReplicaSetSample, Timeline
from grading.exercise.field_location import about
from grading.k8s.image_reference import canonical
from grading.text.i18n import _, decimal, n_

BEGIN: Final = "update"
END: Final = "updated"

LOOK_BACK: Final = 5.0
"""Seconds before a failed request in which too few Pods may have been its cause: its own attempts, and
the moment until kube-proxy has followed."""
_REFUSED: Final = "(7)"
"""curl's exit status where nothing listens; it says (28) where nobody answered in time."""
WIDEST_GAP: Final = 20.0
"""Seconds between two requests; the longest one may take is 10 attempts of a second to connect."""


def pods_and_asked(timeline: Timeline) -> Iterator[tuple[Arrival, int, int]]:
    """Replay a timeline: yield (sample, Pods not terminating, Pods that the ReplicaSets ask for)."""
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


@about(ROLLING_FILE, "spec", "strategy", "rollingUpdate", "maxSurge")
def check_surge(evidence: RollingEvidence) -> None:
    """Check that never more than 11 Pods existed during the update, terminating ones aside.

    A Deployment bounds what its ReplicaSets ask for; each ReplicaSet then makes and deletes its Pods on
    its own, so that for some milliseconds a new Pod may be there before an old one is marked for
    deletion. Only Pods above the limit that were also asked for are the manifest's doing.
    """
    timeline, begin, end = window(evidence, evidence.timeline, BEGIN, END)
    never_too_many(timeline, begin, end, _("the update"))


@about(ROLLING_FILE, "spec", "strategy", "rollingUpdate", "maxUnavailable")
def check_available(evidence: RollingEvidence) -> None:
    """Check that never fewer than 9 Pods were available during the update, by the Deployment's status."""
    timeline, begin, end = window(evidence, evidence.timeline, BEGIN, END)
    never_too_few(timeline, begin, end, _("the update"))


@about(ROLLING_FILE, "spec", "strategy")
def check_no_downtime(evidence: RollingEvidence) -> None:
    """Check that every request to the Service was answered during the update.

    Raises:
        InfrastructureError: a request failed although enough Pods were available, or none were made.
    """
    timeline, begin, end = window(evidence, evidence.timeline, BEGIN, END)
    answer = evidence.need(evidence.answer)
    if not answer.is_nginx:
        direct = evidence.direct
        if direct is not None and (direct.is_nginx or not (direct.status or _REFUSED in direct.error)):
            raise InfrastructureError(
                _(
                    "the Service did not answer before the update: {answer}; Pod: {page}",
                    answer=answer,
                    page=direct,
                )
            )
        raise CriterionFailure(
            _("the Service in front of the Pods shows no page of nginx, before the update already"),
            help=_("Let the container run nginx on port 80; see `kubectl logs` and `kubectl get endpoints`."),
            expected=_("the page of nginx on port 80"),
            actual=str(answer),
        )
    requests = _requests(timeline, begin.t, end.t)
    failed = [sample for sample in requests if not sample.ok]
    if not failed:
        return
    first = failed[0]
    fewest = _fewest(timeline, begin, first)
    if fewest >= FEWEST:
        raise InfrastructureError(
            _(
                "a request failed {seconds} s after the update began, with {fewest} Pods available",
                seconds=decimal(first.t - begin.t, 1),
                fewest=fewest,
            )
        )
    raise CriterionFailure(
        _(
            "{failed} of {number} requests to the Service failed during the update",
            failed=len(failed),
            number=len(requests),
        ),
        help=_(
            "Set `replicas: 10`, `type: RollingUpdate` and `maxUnavailable: 1`, so that Pods are left "
            "to answer (11.9.4)."
        ),
        expected=_("every request answered"),
        actual=n_(
            "the first failed {seconds} s after the update began, when {n} Pod was available",
            "the first failed {seconds} s after the update began, when {n} Pods were available",
            fewest,
            seconds=decimal(first.t - begin.t, 1),
        ),
    )


@about(ROLLING_FILE, "spec", "replicas")
def check_complete(evidence: RollingEvidence) -> None:
    """Check that the update ended within the progress deadline with 10 Pods, all of nginx:1.26."""
    evidence.need(evidence.updated or None)
    images = [pod["spec"]["containers"][0]["image"] for pod in evidence.need(evidence.pods)]
    new = sum(canonical(image) == canonical(SECOND.image) for image in images)
    if new != ROLLING_REPLICAS or len(images) != ROLLING_REPLICAS:
        raise CriterionFailure(
            _(
                "the update ended with {new} Pods of {image} out of {number}",
                new=new,
                image=SECOND.image,
                number=len(images),
            ),
            help=_("Set `replicas: 10`; see `kubectl rollout status deployment` (11.9.4)."),
            expected=_("{number} Pods, all of {image}", number=ROLLING_REPLICAS, image=SECOND.image),
            actual=_("{number} Pods, {new} of {image}", number=len(images), new=new, image=SECOND.image),
        )


@about(ROLLING_FILE, "metadata", "annotations")
def check_history(evidence: HistoryEvidence) -> None:
    """Check revisions 1 "Initial release" and 2 "Update naar nginx:1.26"."""
    expected = [
        Revision(number=1, cause=FIRST.cause),
        Revision(number=2, cause=SECOND.cause),
    ]
    same_history(
        evidence.need(evidence.updated),
        expected,
        _("after the update"),
        _(
            'Write `kubernetes.io/change-cause: "Initial release"` below metadata.annotations of the '
            "Deployment, and keep old ReplicaSets with `revisionHistoryLimit: 5` (11.9.4, 11.9.5.1)."
        ),
    )


@about(ROLLING_FILE, "spec")
def check_pause(evidence: PauseEvidence) -> None:
    """Check that nothing of the new version appeared while the Deployment was paused, and all of it then."""
    timeline, begin, end = window(evidence, evidence.timeline, "update", "resume")
    new = canonical(SECOND.image)
    states = timeline.between(timeline.deployments, begin, end)
    seen = [state for state in states if state.paused and state.observed >= state.generation]
    if not seen:
        raise InfrastructureError(_("the paused Deployment was not seen"))
    pods = [sample for sample in timeline.pods if canonical(sample.image) == new]
    early = [sample for sample in pods if not end.precedes(sample)]
    if early:
        raise CriterionFailure(
            _("a Pod of {image} appeared while the Deployment was paused", image=SECOND.image),
            help=_("See `kubectl rollout pause deploy nginx-deployment` and `kubectl get pods` (11.9.4)."),
            expected=_("no Pod of {image} until `kubectl rollout resume`", image=SECOND.image),
            actual=_(
                "{pod}, {seconds} s after the new version was applied",
                pod=early[0].name,
                seconds=decimal(early[0].t - begin.t, 1),
            ),
        )
    images = [pod["spec"]["containers"][0]["image"] for pod in evidence.need(evidence.pods)]
    old = [image for image in images if canonical(image) != new]
    if old or not images:
        raise CriterionFailure(
            _("the resumed update did not complete"),
            help=_("See `kubectl rollout status deployment nginx-deployment` (11.9.4)."),
            expected=_("only Pods of {image}", image=SECOND.image),
            actual=", ".join(old) or _("no Pods"),
        )


def window(
    evidence: Evidence, timeline: Timeline | None, begin: str, end: str
) -> tuple[Timeline, Mark, Mark]:
    """Return a timeline and two of its marks.

    Raises:
        Unplayable: the scenario did not come that far, because of the submission.
        InfrastructureError: or for another reason, or a watch broke, so that something may be missing.
    """
    recorded = evidence.need(timeline)
    marks = evidence.need(recorded.mark(begin)), evidence.need(recorded.mark(end))
    if recorded.interrupted:
        raise InfrastructureError(_("the watch broke: {reason}", reason=recorded.interrupted))
    return recorded, *marks


def never_too_many(timeline: Timeline, begin: Mark, end: Mark, what: str) -> None:
    """Check that never more than 11 Pods existed in a window; see `check_surge`."""
    counts = [
        (min(pods, asked), sample.t)
        for sample, pods, asked in pods_and_asked(timeline)
        if sample.is_between(begin, end)
    ]
    most = max((count for count, _ in counts), default=0)
    if most > MOST:
        moment = next(t for count, t in counts if count == most)
        raise CriterionFailure(
            _("{most} Pods existed at the same time during {what}", most=most, what=what),
            help=_("Set `maxSurge: 1` below strategy.rollingUpdate (11.9.4); watch `kubectl get pods -w`."),
            expected=_("never more than {most}", most=MOST),
            actual=_(
                "{most}, {seconds} s after {what} began",
                most=most,
                seconds=decimal(moment - begin.t, 1),
                what=what,
            ),
        )


def never_too_few(timeline: Timeline, begin: Mark, end: Mark, what: str) -> None:
    """Check that never fewer than 9 Pods were available in a window, by the Deployment's status."""
    samples = timeline.between(timeline.deployments, begin, end)
    if not samples:
        raise InfrastructureError(_("no state of the Deployment was seen during {what}", what=what))
    worst = min(samples, key=lambda sample: sample.available)
    if worst.available < FEWEST:
        raise CriterionFailure(
            n_(
                "only {n} Pod was available during {what}",
                "only {n} Pods were available during {what}",
                worst.available,
                what=what,
            ),
            help=_("Set `replicas: 10`, `type: RollingUpdate` and `maxUnavailable: 1` (11.9.4)."),
            expected=_("never fewer than {fewest}", fewest=FEWEST),
            actual=_(
                "{available}, {seconds} s after {what} began",
                available=worst.available,
                seconds=decimal(worst.t - begin.t, 1),
                what=what,
            ),
        )


def same_history(found: list[Revision], expected: list[Revision], when: str, help: str) -> None:
    """Check that ``kubectl rollout history`` showed what the course shows."""
    if found != expected:
        raise CriterionFailure(
            _("`kubectl rollout history` shows other revisions {when} than the course", when=when),
            help=help,
            expected="\n".join(str(revision) for revision in expected),
            actual="\n".join(str(revision) for revision in found) or _("no revisions"),
        )


def _requests(timeline: Timeline, begin: float, end: float) -> list[HttpSample]:
    requests = [sample for sample in timeline.http if begin <= sample.t <= end]
    moments = [begin, *(sample.t for sample in requests), end]
    gap = max(after - before for before, after in itertools.pairwise(moments))
    if not requests or gap > WIDEST_GAP:
        raise InfrastructureError(
            _("for {seconds} s of the update no request was made", seconds=decimal(gap))
        )
    return requests


def _fewest(timeline: Timeline, begin: Mark, failed: HttpSample) -> int:
    """Return the fewest available Pods before a failed request, from the update or `LOOK_BACK` on.

    The state at the beginning of that window counts too.
    """
    since = max(begin.t, failed.t - LOOK_BACK)
    until = [sample for sample in timeline.deployments if sample.t <= failed.t]
    before = [sample for sample in until if sample.precedes(begin) or sample.t < since]
    return min((sample.available for sample in [*before[-1:], *until[len(before) :]]), default=0)
