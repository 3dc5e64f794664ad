"""Section 11.9.5: going back to an earlier version."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.deployments.course_values import (
    LIMIT,
    REVERTED,
    ROLLING_FILE,
    ROLLING_REPLICAS,
    SECOND,
)
from grading.course.chapter11.deployments.evidence import BadImageEvidence, HistoryEvidence, RollbackEvidence
from grading.course.chapter11.deployments.rolling_checks import same_history
from grading.course.chapter11.deployments.update_limits import (
    never_too_few,
    never_too_many,
    raise_unless_asked_for,
    running,
    to_write,
    whole,
    window,
)
from grading.errors import Correction, CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.rollout import Command, Revision
from grading.evidence.timeline import ReplicaSetSample, Timeline
from grading.exercise.blame import nobodys_fault
from grading.exercise.field_location import about
from grading.exercise.rules import corrections, lookup
from grading.text.i18n import _

_LIMIT_FIELD: Final = ("spec", "revisionHistoryLimit")
DEFAULT_LIMIT: Final = 10
"""Kubernetes' own, of a Deployment that sets none."""


@about(ROLLING_FILE, "spec", "strategy")
def check_undo(evidence: RollbackEvidence) -> None:
    """Check that the undo brought the first ReplicaSet back within limits (11.9.5.1).

    The limits are those of an update; the undo is to revision 1.

    Raises:
        CriterionFailure: it did not, or a limit was exceeded, because of the submission.
        InfrastructureError: either was so for another reason.
    """
    before = evidence.need(evidence.before)
    _done(evidence, evidence.need(evidence.undo))
    undoing = window(evidence, evidence.timeline, "undo", "undone")
    first = _first_set(undoing.timeline)
    causes = {revision.number: revision.cause for revision in before}
    same_history(
        evidence.need(evidence.after),
        [Revision(number=2, cause=causes.get(2)), Revision(number=3, cause=causes.get(1))],
        _("after the undo to revision 1"),
        _("See `kubectl rollout history deployment nginx-deployment` (11.9.5.1)."),
    )
    pods = running(evidence.need(evidence.pods))
    hashes = [(pod["metadata"].get("labels") or {}).get("pod-template-hash") for pod in pods]
    if hashes != [first.hash] * ROLLING_REPLICAS:
        loss = _("after the undo, the first ReplicaSet does not have {number} Pods", number=ROLLING_REPLICAS)
        raise_unless_asked_for(evidence, loss)
        raise CriterionFailure(
            loss,
            help=_("Set `replicas: 10`; see `kubectl get rs` and `kubectl get pods` (11.9.5.1)."),
            expected=_(
                "{number} Pods with pod-template-hash {hash} and image {image}",
                number=ROLLING_REPLICAS,
                hash=first.hash,
                image=first.image,
            ),
            actual=_(
                "{number} Pods, of which {right} belong to that ReplicaSet",
                number=len(pods),
                right=hashes.count(first.hash),
            ),
            corrections=to_write(evidence, "replicas"),
        )
    never_too_many(evidence, undoing, _("the undo"))
    never_too_few(evidence, undoing, _("the undo"))


@about(ROLLING_FILE, "spec", "revisionHistoryLimit")
def check_declarative(evidence: HistoryEvidence) -> None:
    """Check that editing the manifest back makes a revision, with cause (11.9.5.2).

    It makes no ReplicaSet: that of the first version is used again.

    Raises:
        CriterionFailure: the history shows other revisions, or another ReplicaSet was made.
    """
    _done(evidence, evidence.need(evidence.undo))
    timeline = whole(evidence, evidence.timeline)
    undone = evidence.need(evidence.undone)
    help = _(
        "See `kubectl rollout history deployment nginx-deployment` after each `kubectl apply` (11.9.5.2)."
    )
    same_history(
        [Revision(number=r.number) for r in evidence.need(evidence.applied_again)],
        [Revision(number=r.number) for r in undone],
        _("after the version that was already running was applied again"),
        help,
    )
    update = Revision(number=4, cause=SECOND.cause)
    back = Revision(number=5, cause=REVERTED.cause)
    same_history(
        evidence.need(evidence.second_again)[-1:], [update], _("after the update was applied again"), help
    )
    same_history(
        evidence.need(evidence.reverted), [update, back], _("after the manifest was changed back"), help
    )
    first = _first_set(timeline)
    sets = timeline.sets_at(evidence.need(timeline.mark("reverted")))
    again = next((item for item in sets.values() if item.revision == back.number), None)
    if again is None or again.uid != first.uid:
        raise CriterionFailure(
            _("changing the manifest back created another ReplicaSet instead of reusing the first one"),
            help=_("Change only the image and the change-cause back to their first values (11.9.5.2)."),
            expected=_("ReplicaSet {name} at revision {revision}", name=first.name, revision=back.number),
            actual=again.name if again else _("no ReplicaSet at that revision"),
        )


@about(ROLLING_FILE, "spec", "revisionHistoryLimit")
def check_history_limit(evidence: HistoryEvidence) -> None:
    """Check that at most 5 old ReplicaSets are kept after more updates (11.9.4).

    Raises:
        CriterionFailure: the manifest keeps more.
        InfrastructureError: more are kept although the manifest asks for 5, or too few updates were seen.
    """
    kept = evidence.need(evidence.kept)
    timeline = whole(evidence, evidence.timeline)
    updates = len({item.hash for item in timeline.replica_sets}) - 1
    if updates <= LIMIT:
        raise InfrastructureError(_("{updates} updates were seen, which is too few", updates=updates))
    if len(kept) > LIMIT:
        _check_keeps_more(evidence, len(kept))
        raise CriterionFailure(
            _("{number} old ReplicaSets are kept after {updates} updates", number=len(kept), updates=updates),
            help=_(
                "Set `revisionHistoryLimit: 5`; without it Kubernetes keeps 10 (11.9.4). "
                "See `kubectl get rs`."
            ),
            expected=_("at most {limit} old ReplicaSets", limit=LIMIT),
            actual=f"{len(kept)}: {', '.join(kept)}",
            corrections=corrections(evidence.manifest(ROLLING_FILE), {_LIMIT_FIELD: LIMIT}),
        )


@about(ROLLING_FILE, "spec", "strategy")
def check_bad_image(evidence: BadImageEvidence) -> None:
    """Check that a bad image leaves 9 Pods available, and is undone (11.9.5).

    Raises:
        CriterionFailure: fewer were available, or the undo failed, because of the submission.
        InfrastructureError: either was so for another reason, or no Pod failed to get its image.
    """
    failing = evidence.need(evidence.failing)
    if not failing:
        raise InfrastructureError(_("no Pod with the image that does not exist was seen"))
    _done(evidence, evidence.need(evidence.undo))
    update = window(evidence, evidence.timeline, "update", "recovered")
    never_too_few(evidence, update, _("the update that fails"))
    image = _first_set(update.timeline).image
    images = [pod["spec"]["containers"][0]["image"] for pod in running(evidence.need(evidence.pods))]
    # As many as there were: that they are to be 10 is for other criteria, where the limit of 9 is held.
    before = [sample.asked for sample in update.timeline.deployments if not update.begin.precedes(sample)]
    if images != [image] * (before[-1] if before else ROLLING_REPLICAS):
        # Kubernetes says that the undo is complete; no manifest makes it end with other Pods.
        loss = _(
            "the undo did not bring all Pods back; there are {number} Pods: {images}",
            number=len(images),
            images=", ".join(sorted(set(images))),
        )
        raise nobodys_fault(evidence, loss)


def _check_keeps_more(evidence: HistoryEvidence, kept: int) -> None:
    """Check that the manifest keeps more old ReplicaSets than the course.

    Args:
        evidence: of the scenario.
        kept: how many were kept.

    Raises:
        InfrastructureError: it does not, so that something else kept them.
    """
    spec = evidence.manifest(ROLLING_FILE).data.get("spec") or {}
    if spec.get("revisionHistoryLimit", DEFAULT_LIMIT) <= LIMIT:
        raise InfrastructureError(
            _("{kept} old ReplicaSets are kept, more than revisionHistoryLimit allows", kept=kept)
        )


def _done(evidence: Evidence, undo: Command) -> None:
    if undo.status:
        raise CriterionFailure(
            _("`{command}` finds no earlier revision", command=undo.command),
            help=_("Keep old ReplicaSets: `revisionHistoryLimit: 5` (11.9.4)."),
            expected="deployment.apps/nginx-deployment rolled back",
            actual=undo.output[:400],
            corrections=_fewer_kept(evidence),
        )


def _fewer_kept(evidence: Evidence) -> list[Correction]:
    """Return what to write if the manifest keeps fewer old ReplicaSets than the course (11.9.4)."""
    manifest = evidence.manifest(ROLLING_FILE)
    limit = lookup(manifest.data, _LIMIT_FIELD)
    is_less = isinstance(limit, int) and limit < LIMIT
    return list(corrections(manifest, {_LIMIT_FIELD: LIMIT})) if is_less else []


def _first_set(timeline: Timeline) -> ReplicaSetSample:
    first = next((item for item in timeline.replica_sets if item.revision == 1), None)
    if first is None:
        raise InfrastructureError(_("the first ReplicaSet was not seen"))
    return first
