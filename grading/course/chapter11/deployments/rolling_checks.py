"""Section 11.9.4: rolling updates, read off their timelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from grading.course.chapter11.deployments.course_values import (
    FIRST,
    LIMIT,
    ROLLING_FILE,
    ROLLING_REPLICAS,
    SECOND,
)
from grading.course.chapter11.deployments.evidence import HistoryEvidence, PauseEvidence, RollingEvidence
from grading.course.chapter11.deployments.update_limits import (
    never_too_few,
    never_too_many,
    raise_unless_asked_for,
    raise_untestable_surge,
    running,
    to_write,
    window,
)
from grading.errors import Correction, CriterionFailure, InfrastructureError
from grading.evidence.rollout import Revision
from grading.exercise.blame import nobodys_fault
from grading.exercise.field_location import about
from grading.exercise.rules import corrections, lookup
from grading.k8s.field_types import Path
from grading.k8s.image_reference import canonical
from grading.text.i18n import _

BEGIN: Final = "update"
END: Final = "updated"


@about(ROLLING_FILE, "spec", "strategy", "rollingUpdate", "maxSurge")
def check_surge(evidence: RollingEvidence) -> None:
    """Check that never more than 11 Pods existed during the update (11.9.4).

    Raises:
        CriterionFailure: there were more, and the fields of the manifest allow it; see `never_too_many`.
        InfrastructureError: there were more, and they do not.
        Unplayable: there were too few Pods to show anything about maxSurge.
    """
    never_too_many(evidence, window(evidence, evidence.timeline, BEGIN, END), _("the update"))
    raise_untestable_surge(evidence)


@about(ROLLING_FILE, "spec", "strategy", "rollingUpdate", "maxUnavailable")
def check_available(evidence: RollingEvidence) -> None:
    """Check that never fewer than 9 Pods were available during the update (11.9.4).

    By the Deployment's status.

    Raises:
        CriterionFailure: there were fewer, and the manifest or its Pods explain it; see `never_too_few`.
        InfrastructureError: there were fewer, and neither does.
    """
    never_too_few(evidence, window(evidence, evidence.timeline, BEGIN, END), _("the update"))


@about(ROLLING_FILE, "spec", "replicas")
def check_complete(evidence: RollingEvidence) -> None:
    """Check that the update ended in time with 10 Pods, all of nginx:1.26 (11.9.4).

    In time means within the progress deadline.

    Raises:
        CriterionFailure: there is another number of Pods, which the manifest asks for.
        InfrastructureError: there is another number of Pods, and the manifest asks for 10.
    """
    evidence.need(evidence.updated or None)
    pods = running(evidence.need(evidence.pods))
    images = [pod["spec"]["containers"][0]["image"] for pod in pods]
    new = sum(canonical(image) == canonical(SECOND.image) for image in images)
    if new != ROLLING_REPLICAS or len(images) != ROLLING_REPLICAS:
        loss = _(
            "after the update, {new} of {number} Pods run {image}",
            new=new,
            image=SECOND.image,
            number=len(images),
        )
        raise_unless_asked_for(evidence, loss)
        raise CriterionFailure(
            loss,
            help=_("Set `replicas: 10`; see `kubectl rollout status deployment` (11.9.4)."),
            expected=_("{number} Pods, all with {image}", number=ROLLING_REPLICAS, image=SECOND.image),
            actual=_(
                "{number} Pods, {new} of them with {image}", number=len(images), new=new, image=SECOND.image
            ),
            corrections=to_write(evidence, "replicas"),
        )


@about(ROLLING_FILE, "metadata", "annotations")
def check_history(evidence: HistoryEvidence) -> None:
    """Check revisions 1 "Initial release" and 2 "Update naar nginx:1.26" (11.9.4).

    Raises:
        CriterionFailure: the history shows others.
    """
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
        _first_cause(evidence),
    )


def _first_cause(evidence: HistoryEvidence) -> list[Correction]:
    """Return what to write so that revision 1 is kept, with the course's cause (11.9.4)."""
    manifest = evidence.manifest(ROLLING_FILE)
    values: dict[Path, Any] = {}
    image = lookup(manifest.data, ("spec", "template", "spec", "containers", 0, "image"))
    if isinstance(image, str) and canonical(image) == canonical(FIRST.image):
        values["metadata", "annotations", "kubernetes.io/change-cause"] = FIRST.cause
    if lookup(manifest.data, ("spec", "revisionHistoryLimit")) == 0:
        values["spec", "revisionHistoryLimit"] = LIMIT
    return list(corrections(manifest, values))


@about(ROLLING_FILE, "spec")
def check_pause(evidence: PauseEvidence) -> None:
    """Check that a paused Deployment did not update, and did once resumed (11.9.4).

    Raises:
        InfrastructureError: it was not so; no manifest leads to that.
    """
    paused = window(evidence, evidence.timeline, "update", "resume")
    new = canonical(SECOND.image)
    states = paused.of(paused.timeline.deployments)
    seen = [state for state in states if state.paused and state.observed >= state.generation]
    if not seen:
        raise InfrastructureError(_("the Deployment was not seen while it was paused"))
    pods = [sample for sample in paused.timeline.pods if canonical(sample.image) == new]
    early = [sample for sample in pods if not paused.end.precedes(sample)]
    # A controller that obeys the pause makes none, whatever the manifest says, and all of them afterwards.
    if early:
        loss = _(
            "a Pod with {image} was created while the Deployment was paused: {pod}",
            image=SECOND.image,
            pod=early[0].name,
        )
        raise nobodys_fault(evidence, loss)
    images = [pod["spec"]["containers"][0]["image"] for pod in running(evidence.need(evidence.pods))]
    old = [image for image in images if canonical(image) != new]
    if old or not images:
        loss = _("the resumed update did not complete: {found}", found=", ".join(old) or _("no Pods"))
        raise nobodys_fault(evidence, loss)


def same_history(
    found: list[Revision],
    expected: list[Revision],
    when: str,
    help: str,
    written: Iterable[Correction] = (),
) -> None:
    """Check that ``kubectl rollout history`` showed the revisions of the course.

    Source: sections 11.9.4 and 11.9.5 of the course.

    Args:
        found: the revisions that it showed.
        expected: those of the course.
        when: the moment, for messages.
        help: what to do, for the student.
        written: what to write in the manifest, if that is the cause.

    Raises:
        CriterionFailure: they differ.
    """
    if found != expected:
        raise CriterionFailure(
            _("{when}, `kubectl rollout history` shows other revisions than in the course", when=when),
            help=help,
            expected="\n".join(str(revision) for revision in expected),
            actual="\n".join(str(revision) for revision in found) or _("no revisions"),
            corrections=written,
        )
