"""Section 11.9.5: going back to an earlier version."""

from __future__ import annotations

from typing import Final

from grading.checks.rolling import (
    FEWEST,
    REPLICAS,
    never_too_few,
    never_too_many,
    same_history,
    window,
)
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.deployments import (
    BadImageEvidence,
    Command,
    HistoryEvidence,
    Revision,
    RollbackEvidence,
)
from grading.timeline import ReplicaSetSample, Timeline

LIMIT: Final = 5
"""The course's revisionHistoryLimit."""


def check_undo(evidence: RollbackEvidence) -> None:
    """Check that the undo to revision 1 brought the first ReplicaSet back within the limits of an update."""
    before = evidence.need(evidence.before)
    _done(evidence.need(evidence.undo))
    timeline, begin, end = window(evidence, evidence.timeline, "undo", "undone")
    first = _first_set(timeline)
    causes = {revision.number: revision.cause for revision in before}
    same_history(
        evidence.need(evidence.after),
        [Revision(number=2, cause=causes.get(2)), Revision(number=3, cause=causes.get(1))],
        "after the undo to revision 1",
        "See `kubectl rollout history deployment nginx-deployment` (11.9.5.1).",
    )
    pods = evidence.need(evidence.pods)
    hashes = [(pod["metadata"].get("labels") or {}).get("pod-template-hash") for pod in pods]
    if hashes != [first.hash] * REPLICAS:
        raise CriterionFailure(
            f"after the undo there are not {REPLICAS} Pods of the first ReplicaSet",
            help="Set `replicas: 10`; see `kubectl get rs` and `kubectl get pods` (11.9.5.1).",
            expected=f"{REPLICAS} Pods with pod-template-hash {first.hash}, of {first.image}",
            actual=f"{len(pods)} Pods, {hashes.count(first.hash)} of them of that ReplicaSet",
        )
    never_too_many(timeline, begin, end, "the undo")
    never_too_few(timeline, begin, end, "the undo")


def check_declarative(evidence: HistoryEvidence) -> None:
    """Check that the manifest edited back makes a revision of its own, with its cause, and no ReplicaSet."""
    _done(evidence.need(evidence.undo))
    timeline = evidence.need(evidence.timeline)
    undone = evidence.need(evidence.undone)
    help = "See `kubectl rollout history deployment nginx-deployment` after each `kubectl apply` (11.9.5.2)."
    same_history(
        [Revision(number=r.number) for r in evidence.need(evidence.applied_again)],
        [Revision(number=r.number) for r in undone],
        "after the version that runs already was applied again",
        help,
    )
    update = Revision(number=4, cause="Update naar nginx:1.26")
    back = Revision(number=5, cause="Rollback to nginx 1.24 due to bug")
    same_history(
        evidence.need(evidence.second_again)[-1:], [update], "after the update was applied again", help
    )
    same_history(evidence.need(evidence.reverted), [update, back], "after the manifest was edited back", help)
    first = _first_set(timeline)
    sets = timeline.sets_at(evidence.need(timeline.when("reverted")))
    again = next((item for item in sets.values() if item.revision == back.number), None)
    if again is None or again.uid != first.uid:
        raise CriterionFailure(
            "the manifest edited back made another ReplicaSet instead of using the first one again",
            help="Change back exactly what was changed, the image and the change-cause (11.9.5.2).",
            expected=f"ReplicaSet {first.name} at revision {back.number}",
            actual=again.name if again else "no ReplicaSet at that revision",
        )


def check_history_limit(evidence: HistoryEvidence) -> None:
    """Check that no more than 5 old ReplicaSets are kept after more than 5 updates."""
    kept = evidence.need(evidence.kept)
    timeline = evidence.need(evidence.timeline)
    updates = len({item.hash for item in timeline.replica_sets}) - 1
    if updates <= LIMIT:
        raise InfrastructureError(f"only {updates} updates were seen")
    if len(kept) > LIMIT:
        raise CriterionFailure(
            f"{len(kept)} old ReplicaSets are kept after {updates} updates",
            help="Set `revisionHistoryLimit: 5`; without it Kubernetes keeps 10 (11.9.4). "
            "See `kubectl get rs`.",
            expected=f"at most {LIMIT} old ReplicaSets",
            actual=f"{len(kept)}: {', '.join(kept)}",
        )


def check_bad_image(evidence: BadImageEvidence) -> None:
    """Check that an update to an image that does not exist leaves 9 Pods available, and is undone."""
    failing = evidence.need(evidence.failing)
    if not failing:
        raise InfrastructureError("no Pod was seen that failed to get its image")
    _done(evidence.need(evidence.undo))
    timeline, begin, end = window(evidence, evidence.timeline, "update", "recovered")
    never_too_few(timeline, begin, end, "the update that fails")
    image = _first_set(timeline).image
    images = [pod["spec"]["containers"][0]["image"] for pod in evidence.need(evidence.pods)]
    if images != [image] * REPLICAS:
        raise CriterionFailure(
            "the undo did not bring all Pods back",
            help="See `kubectl rollout undo deployment nginx-deployment` (11.9.5.1).",
            expected=f"{REPLICAS} Pods of {image}; never fewer than {FEWEST} available",
            actual=f"{len(images)} Pods: {', '.join(sorted(set(images)))}",
        )


def _done(undo: Command) -> None:
    if undo.status:
        raise CriterionFailure(
            f"`{undo.command}` finds no revision to go back to",
            help="Keep old ReplicaSets: `revisionHistoryLimit: 5` (11.9.4).",
            expected="deployment.apps/nginx-deployment rolled back",
            actual=undo.output[:400],
        )


def _first_set(timeline: Timeline) -> ReplicaSetSample:
    first = next((item for item in timeline.replica_sets if item.revision == 1), None)
    if first is None:
        raise InfrastructureError("the first ReplicaSet was not seen")
    return first
