"""Section 11.9.3: Deployments, ReplicaSets, self-healing, scaling and deletion."""

from __future__ import annotations

from typing import Any

from grading.diagnosis import is_ready
from grading.errors import CriterionFailure
from grading.evidence.deployments import DeploymentEvidence

REPLICAS = 2
SCALED = 6
PART = "running"

Object = dict[str, Any]


def check_replicas(evidence: DeploymentEvidence) -> None:
    """Check 2/2 ready, up to date and available, and who owns whom."""
    deployment = evidence.need(evidence.deployment, PART)
    _check_counts(deployment, REPLICAS, "Set `replicas: 2`; see `kubectl get deployment` (11.9.3.1).")
    sets = {
        item["metadata"]["uid"]
        for item in evidence.need(evidence.replica_sets, PART)
        if deployment["metadata"]["uid"] in _owners(item)
    }
    strangers = [
        pod["metadata"]["name"] for pod in evidence.need(evidence.pods, PART) if not sets & _owners(pod)
    ]
    if strangers or not sets:
        raise CriterionFailure(
            "the Pods are not owned by a ReplicaSet of the Deployment",
            help="See `kubectl get rs` (11.9.2).",
            expected="Deployment, ReplicaSet, Pod",
            actual=", ".join(strangers) or "no ReplicaSet",
        )


def check_self_healing(evidence: DeploymentEvidence) -> None:
    """Check that a deleted Pod was replaced by a new one while the others and the Service went on."""
    after = [pod for pod in evidence.need(evidence.pods_after, PART) if is_ready(pod)]
    before = {pod["metadata"]["uid"] for pod in evidence.need(evidence.pods, PART)}
    deleted = evidence.need(evidence.deleted_uid, PART)
    uids = {pod["metadata"]["uid"] for pod in after}
    survivors = before - {deleted}
    if not survivors:
        raise CriterionFailure(
            "the Deployment had one Pod only, so nothing served while it was replaced",
            help="Set `replicas: 2` (11.9.3.1).",
            expected="another Pod that goes on serving",
            actual="1 Pod",
        )
    if deleted in uids or not survivors <= uids or not uids - before or len(uids) != len(before):
        raise CriterionFailure(
            "the deleted Pod was not replaced by one new Pod beside the others",
            help="Delete a Pod and see `kubectl get pods -w` (11.9.3.2).",
            expected=f"{len(before)} Pods, one of them new",
            actual=f"{len(uids)} Pods, {len(uids - before)} new",
        )
    timeline = evidence.need(evidence.timeline)
    since = evidence.need(timeline.when("delete"))
    until = evidence.need(timeline.when("replaced"))
    requests = [sample for sample in timeline.http if since <= sample.t <= until]
    failed = [sample for sample in requests if not sample.ok]
    evidence.need(requests or None)
    if failed:
        raise CriterionFailure(
            f"{len(failed)} of {len(requests)} requests to the Service failed while a Pod was replaced",
            help="With 2 replicas one Pod answers while the other is made again (11.9.3.2).",
            expected="every request answered",
            actual=f"the first failed {failed[0].t - since:.1f} s after the deletion",
        )


def check_scale(evidence: DeploymentEvidence) -> None:
    """Check 6/6 after the manifest was applied again with 6 replicas, the first Pods among them."""
    scaled = evidence.need(evidence.scaled, PART)
    _check_counts(scaled, SCALED, "Change `replicas` to 6 and apply the file again (11.9.3.3).")
    after = {pod["metadata"]["uid"] for pod in evidence.need(evidence.scaled_pods, PART) if is_ready(pod)}
    lost = [
        pod["metadata"]["name"]
        for pod in evidence.need(evidence.pods_after, PART)
        if pod["metadata"]["uid"] not in after and not pod["metadata"].get("deletionTimestamp")
    ]
    if lost:
        raise CriterionFailure(
            "Pods that were there before the Deployment was scaled are gone",
            help="Only `replicas` may change; see `kubectl get pods` (11.9.3.3).",
            expected="the first Pods beside the new ones",
            actual=f"gone: {', '.join(lost)}",
        )


def check_delete(evidence: DeploymentEvidence) -> None:
    """Check that nothing is left of the Deployment after it was deleted by its manifest."""
    left = evidence.need(evidence.left)
    if left:
        raise CriterionFailure(
            "deleting the Deployment left objects of it behind",
            help="See `kubectl get deployment,rs,pods` after `kubectl delete -f dep.yaml` (11.9.3.4).",
            expected="no Deployment, no ReplicaSet, no Pod",
            actual=", ".join(left),
        )


def _check_counts(deployment: Object, wanted: int, help: str) -> None:
    status = deployment.get("status") or {}
    keys = ("readyReplicas", "updatedReplicas", "availableReplicas")
    if any(status.get(key, 0) != wanted for key in keys):
        raise CriterionFailure(
            f"the Deployment does not have {wanted} Pods",
            help=help,
            expected=f"READY {wanted}/{wanted}, UP-TO-DATE {wanted}, AVAILABLE {wanted}",
            actual=", ".join(f"{key} {status.get(key, 0)}" for key in keys),
        )


def _owners(item: Object) -> set[str]:
    return {owner["uid"] for owner in item["metadata"].get("ownerReferences") or []}
