"""Section 11.9.3: Deployments, ReplicaSets, self-healing, scaling and deletion."""

from __future__ import annotations

from typing import Any

from grading.course.chapter11.deployments.course_values import DEPLOYMENT_FILE, REPLICAS, SCALED
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.course.chapter11.deployments.pages import silent
from grading.course.chapter11.deployments.update_limits import window
from grading.errors import CriterionFailure
from grading.evidence.window import Window
from grading.exercise.blame import explain, nobodys_fault, raise_if_disturbed
from grading.exercise.field_location import about
from grading.k8s.pod_diagnosis import is_ready
from grading.text.i18n import _, decimal, joined, n_

PART = "running"

Object = dict[str, Any]


@about(DEPLOYMENT_FILE, "spec", "replicas")
def check_replicas(evidence: DeploymentEvidence) -> None:
    """Check 2/2 ready, up to date and available, and who owns whom (11.9.3.1).

    Raises:
        CriterionFailure: the manifest asks for another number of Pods.
        InfrastructureError: it does not, or the Pods have other owners.
    """
    deployment = evidence.need(evidence.deployment, PART)
    _check_counts(evidence, deployment, REPLICAS)
    sets = {
        item["metadata"]["uid"]
        for item in evidence.need(evidence.replica_sets, PART)
        if deployment["metadata"]["uid"] in _owners(item)
    }
    strangers = [
        pod["metadata"]["name"] for pod in evidence.need(evidence.pods, PART) if not sets & _owners(pod)
    ]
    if strangers or not sets:
        # Kubernetes makes it so, whatever the manifest says: the watch of the ReplicaSets is late.
        found = ", ".join(strangers) or _("no ReplicaSet")
        loss = _("the Pods are not owned by a ReplicaSet of the Deployment: {found}", found=found)
        raise nobodys_fault(evidence, loss)


@about(DEPLOYMENT_FILE, "spec", "replicas")
def check_self_healing(evidence: DeploymentEvidence) -> None:
    """Check that a deleted Pod was replaced while the others kept serving (11.9.3.2).

    Raises:
        CriterionFailure: there was no other Pod, or the submission's own Pods are why requests failed.
        InfrastructureError: something was lost, and the submission does not explain it.
    """
    survivors = _survivors(evidence)
    replacing = window(evidence, evidence.timeline, "delete", "replaced")
    after = {pod["metadata"]["uid"] for pod in evidence.need(evidence.pods_after, PART) if is_ready(pod)}
    known = {*survivors, evidence.need(evidence.deleted_uid, PART)}
    if after & known != survivors or len(after) != len(known):
        loss = _("the deleted Pod was not replaced by exactly one new Pod")
        actual = n_("{n} Pod, {new} new", "{n} Pods, {new} new", len(after), new=len(after - known))
        expected = _("{number} Pods, one of them new", number=len(known))
        raise _explained(evidence, replacing, loss, expected, actual)
    _check_survivors(evidence, replacing, survivors)
    requests = replacing.timeline.requests(replacing.begin, replacing.end)
    evidence.need(requests or None)
    failed = [sample for sample in requests if not sample.ok]
    if failed:
        loss = _(
            "while a Pod was replaced, {failed} of {number} requests to the Service failed",
            failed=len(failed),
            number=len(requests),
        )
        seconds = decimal(replacing.seconds(failed[0]), 1)
        actual = _("the first failed request was {seconds} s after the Pod was deleted", seconds=seconds)
        raise _explained(evidence, replacing, loss, _("every request is answered"), actual)


def _survivors(evidence: DeploymentEvidence) -> set[str]:
    """Return the uids of the Pods beside the one that was deleted.

    Raises:
        CriterionFailure: there are none.
    """
    if evidence.pods == []:
        raise CriterionFailure(
            _("the Deployment has no Pod that could be deleted and replaced"),
            help=_("Set `replicas: 2` (11.9.3.1)."),
            expected=_("a Pod, and another one that goes on serving"),
            actual=_("no Pods"),
        )
    before = {pod["metadata"]["uid"] for pod in evidence.need(evidence.pods, PART)}
    survivors = before - {evidence.need(evidence.deleted_uid, PART)}
    if not survivors:
        raise CriterionFailure(
            _("the Deployment had only one Pod, so nothing answered while it was replaced"),
            help=_("Set `replicas: 2` (11.9.3.1)."),
            expected=_("a second Pod that answers in the meantime"),
            actual=_("1 Pod"),
        )
    return survivors


def _explained(
    evidence: DeploymentEvidence, within: Window, loss: str, expected: str, actual: str
) -> CriterionFailure:
    """Return the failure for a loss that the submission's own Pods explain.

    See `explain` for the others.
    """
    cause = explain(evidence, within, joined("; ", [loss, actual]))
    seen = joined("; ", [actual, cause.words])
    return CriterionFailure(loss, help=cause.help, expected=expected, actual=seen)


def _check_survivors(evidence: DeploymentEvidence, within: Window, survivors: set[str]) -> None:
    """Check that the Pods which stayed served, if they were asked themselves.

    Raises:
        CriterionFailure: one served no page.
        InfrastructureError: one did not, and the cluster was disturbed.
    """
    known = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in evidence.pods or []}
    mute = [name for name in silent(evidence.pages) if known.get(name) in survivors]
    if not mute:
        return
    loss = _("{names} does not serve a page while another Pod is replaced", names=", ".join(mute))
    raise_if_disturbed(evidence, within, loss)
    raise CriterionFailure(
        loss,
        help=_("Use the image nginx, which listens on port 80; see `kubectl logs` (11.9.3.1)."),
        expected=_("a page on port 80 of each Pod"),
        actual=", ".join(str((evidence.pages or {})[name]) for name in mute),
    )


@about(DEPLOYMENT_FILE, "spec")
def check_scale(evidence: DeploymentEvidence) -> None:
    """Check 6/6 after the manifest was applied again with 6 replicas (11.9.3.3).

    Raises:
        CriterionFailure: there are not 6 Pods because of the manifest, or a first Pod is gone by its own
            cause.
        InfrastructureError: either is so, and the submission does not explain it.
    """
    scaled = evidence.need(evidence.scaled, PART)
    _check_counts(evidence, scaled, SCALED)
    after = {pod["metadata"]["uid"] for pod in evidence.need(evidence.scaled_pods, PART) if is_ready(pod)}
    lost = [
        pod["metadata"]["name"]
        for pod in evidence.need(evidence.pods_after, PART)
        if pod["metadata"]["uid"] not in after and not pod["metadata"].get("deletionTimestamp")
    ]
    if lost:
        scaling = window(evidence, evidence.timeline, "delete", "scaled")
        loss = _("scaling the Deployment removed Pods that existed before: {names}", names=", ".join(lost))
        cause = explain(evidence, scaling, loss)
        raise CriterionFailure(
            loss,
            help=cause.help,
            expected=_("the first Pods stay, and new ones are added"),
            actual=cause.words,
        )


@about(DEPLOYMENT_FILE)
def check_delete(evidence: DeploymentEvidence) -> None:
    """Check that deleting the Deployment by its manifest left nothing (11.9.3.4).

    Raises:
        InfrastructureError: something of it is left; no manifest leads to that.
    """
    left = evidence.need(evidence.left)
    if left:
        # They are gone by the watches: what is there again was not made by the manifest.
        loss = _(
            "after the Deployment was deleted, objects that belong to it still exist: {left}",
            left=", ".join(left),
        )
        raise nobodys_fault(evidence, loss)


def _check_counts(evidence: DeploymentEvidence, deployment: Object, wanted: int) -> None:
    """Check the counts of a Deployment whose rollout was complete.

    Raises:
        CriterionFailure: it asks for another number of Pods.
        InfrastructureError: it asks for as many Pods as it should, and has others.
    """
    status = deployment.get("status") or {}
    keys = ("readyReplicas", "updatedReplicas", "availableReplicas")
    if all(status.get(key, 0) == wanted for key in keys):
        return
    loss = _("the Deployment does not have {wanted} Pods", wanted=wanted)
    actual = ", ".join(f"{key} {status.get(key, 0)}" for key in keys)
    if deployment["spec"].get("replicas", 1) == wanted:
        raise nobodys_fault(evidence, joined("; ", [loss, actual]))
    raise CriterionFailure(
        loss,
        help=_("Set `replicas: {wanted}`; see `kubectl get deployment` (11.9.3.1).", wanted=wanted),
        expected=f"READY {wanted}/{wanted}, UP-TO-DATE {wanted}, AVAILABLE {wanted}",
        actual=actual,
    )


def _owners(item: Object) -> set[str]:
    return {owner["uid"] for owner in item["metadata"].get("ownerReferences") or []}
