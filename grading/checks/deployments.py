"""Section 11.9.3: Deployments, ReplicaSets and self-healing."""

from __future__ import annotations

from typing import Any

from grading.diagnosis import is_ready
from grading.errors import CriterionFailure
from grading.evidence.deployments import DeploymentEvidence

REPLICAS = 2

Object = dict[str, Any]


def check_replicas(evidence: DeploymentEvidence) -> None:
    """Check 2/2 ready, up to date and available, and who owns whom."""
    deployment = evidence.need(evidence.deployment)
    status = deployment.get("status") or {}
    keys = ("readyReplicas", "updatedReplicas", "availableReplicas")
    if any(status.get(key, 0) != REPLICAS for key in keys):
        raise CriterionFailure(
            f"the Deployment does not have {REPLICAS} Pods",
            help="Set `replicas: 2`; see `kubectl get deployment` (11.9.3.1).",
            expected="READY 2/2, UP-TO-DATE 2, AVAILABLE 2",
            actual=", ".join(f"{key} {status.get(key, 0)}" for key in keys),
        )
    sets = {
        item["metadata"]["uid"]
        for item in evidence.need(evidence.replica_sets)
        if deployment["metadata"]["uid"] in _owners(item)
    }
    strangers = [pod["metadata"]["name"] for pod in evidence.need(evidence.pods) if not sets & _owners(pod)]
    if strangers or not sets:
        raise CriterionFailure(
            "the Pods are not owned by a ReplicaSet of the Deployment",
            help="See `kubectl get rs` (11.9.2).",
            expected="Deployment, ReplicaSet, Pod",
            actual=", ".join(strangers) or "no ReplicaSet",
        )


def check_self_healing(evidence: DeploymentEvidence) -> None:
    """Check that a deleted Pod was replaced by a new one while the others and the Service went on."""
    after = [pod for pod in evidence.need(evidence.pods_after) if is_ready(pod)]
    before = {pod["metadata"]["uid"] for pod in evidence.need(evidence.pods)}
    deleted = evidence.need(evidence.deleted_uid)
    uids = {pod["metadata"]["uid"] for pod in after}
    survivors = before - {deleted}
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


def _owners(item: Object) -> set[str]:
    return {owner["uid"] for owner in item["metadata"].get("ownerReferences") or []}
