"""Section 11.10.7.3: a volume that is provisioned for a claim."""

from __future__ import annotations

from typing import Any, Final

from grading.course.chapter11.storage.claims import POD, never_bound, require_name
from grading.course.chapter11.storage.course_values import (
    DYNAMIC_CLAIM_FILE,
    DYNAMIC_CLASS,
    DYNAMIC_POD_FILE,
    PORT,
)
from grading.course.chapter11.storage.evidence import DynamicEvidence
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.evidence.base import HttpAnswer
from grading.exercise.field_location import about
from grading.k8s.quantity import same_amount
from grading.k8s.storage_class import class_of
from grading.text.i18n import _, joined, n_

Object = dict[str, Any]

DYNAMIC_CLAIM: Final = "dynamic-pvc"
WAITING: Final = "WaitForFirstConsumer"
"""The reason of the event about a claim whose class waits for a Pod."""
DYNAMIC_POD: Final = "dynamic-demo"
DYNAMIC_SIZE: Final = "2Gi"


@about(DYNAMIC_CLAIM_FILE, "spec")
def check_dynamic_waits(evidence: DynamicEvidence) -> None:
    """Check that ``dynamic-pvc`` stayed Pending while no Pod used it (11.10.7.3).

    It had no volume then, and its class has said that it waits for a Pod.

    Raises:
        CriterionFailure: it was Bound, had a volume, or is of another class.
        InfrastructureError: Kubernetes has not said why it waits.
    """
    claim = evidence.need(evidence.unused_claim)
    require_name(claim, DYNAMIC_CLAIM, DYNAMIC_CLAIM_FILE, "11.10.7.3")
    found = class_of(claim)
    phase = (claim.get("status") or {}).get("phase", "")
    volumes = evidence.need(evidence.unused_volumes)
    reasons = evidence.need(evidence.unused_reasons)
    right = found == DYNAMIC_CLASS and phase == "Pending" and not volumes
    waits = WAITING in reasons
    if right and not waits and not claim["spec"].get("volumeName"):
        raise InfrastructureError(
            _("Kubernetes gives no reason why the claim {name} is still waiting", name=DYNAMIC_CLAIM)
        )
    if not right or not waits:
        raise CriterionFailure(
            _("the claim does not wait for a Pod to use it"),
            help=_(
                "Leave storageClassName out, so that the default class {name} is used (11.10.7.3); see "
                "`kubectl describe pvc {claim}`.",
                name=DYNAMIC_CLASS,
                claim=DYNAMIC_CLAIM,
            ),
            expected=_("Pending, class {name}, WaitForFirstConsumer, no volume", name=DYNAMIC_CLASS),
            actual=joined(
                ", ",
                [
                    phase,
                    _("class {name}", name=found.removesuffix("-" + evidence.namespace))
                    if found
                    else _("no class"),
                    *(dict.fromkeys(reasons) or [_("no events")]),
                    n_("{n} volume", "{n} volumes", len(volumes)) if volumes else _("no volume"),
                ],
            ),
        )


@about(DYNAMIC_CLAIM_FILE, "spec")
def check_dynamic_bound(evidence: DynamicEvidence) -> None:
    """Check that the Pod binds the claim to a volume: 2Gi, RWO, Delete (11.10.7.3).

    Raises:
        CriterionFailure: the claim is not Bound, or the volume has other values.
        Unplayable: the Pod did not become Ready, because of its manifest.
    """
    claim = evidence.need(evidence.claim)
    if evidence.volume is None:
        if POD in evidence.parts:
            raise Unplayable.of(evidence.parts[POD])
        evidence.need(evidence.first_pod, POD)
        raise CriterionFailure(
            _(
                "the claim {claim} is still Pending, although the Pod is running",
                claim=claim["metadata"]["name"],
            ),
            help=_(
                "Make the Pod use the claim: write `claimName: {claim}` (11.10.7.3).", claim=DYNAMIC_CLAIM
            ),
            expected=_("Bound to a volume of its own"),
            actual="Pending",
            location=evidence.at(DYNAMIC_POD_FILE, "spec", "volumes"),
        )
    spec = evidence.volume["spec"]
    seen = {
        "name": evidence.volume["metadata"]["name"],
        "capacity": spec["capacity"]["storage"],
        "access modes": ", ".join(spec["accessModes"]),
        "reclaim policy": spec.get("persistentVolumeReclaimPolicy", ""),
    }
    if (
        not seen["name"].startswith("pvc-")
        or not same_amount(seen["capacity"], DYNAMIC_SIZE)
        or seen["access modes"] != "ReadWriteOnce"
        or seen["reclaim policy"] != "Delete"
    ):
        raise CriterionFailure(
            _("the claim is Bound to a volume that differs from the one in the course"),
            help=_("Request 2Gi and ReadWriteOnce with the default class; see `kubectl get pv` (11.10.7.3)."),
            expected=_("a volume pvc-…, {size}, ReadWriteOnce, Delete", size=DYNAMIC_SIZE),
            actual=", ".join(seen.values()),
        )
    pod = evidence.first_pod
    if pod is not None:
        require_name(pod, DYNAMIC_POD, DYNAMIC_POD_FILE, "11.10.7.3")


@about(DYNAMIC_POD_FILE, "spec", "containers", 0)
def check_dynamic_survives(evidence: DynamicEvidence) -> None:
    """Check that the page outlives its Pod (11.10.7.3).

    It is asked for before and after the Pod is created again.

    Raises:
        CriterionFailure: the page is gone or another one, or the container does not listen.
        InfrastructureError: the port-forward was not answered, which no field explains.
    """
    before, after = (
        _("the page is not served, even before the Pod was deleted"),
        _("the page is not served after the Pod was deleted and created again"),
    )
    _check_page(evidence, evidence.page_before, evidence.direct_before, before)
    _check_page(evidence, evidence.page_after, evidence.direct_after, after)
    # A server may know a page by heart. Runs that were recorded before did not look.
    if evidence.file_after is not None and evidence.need(evidence.nonce, POD) not in evidence.file_after:
        raise CriterionFailure(
            _("the page served after the Pod was deleted and created again does not come from the volume"),
            help=_("Mount the claim dynamic-pvc at /usr/share/nginx/html (11.10.7.3)."),
            expected=str(evidence.nonce),
            actual=evidence.file_after[:200] or _("no such file"),
        )


@about(DYNAMIC_CLAIM_FILE, "spec")
def check_dynamic_reclaimed(evidence: DynamicEvidence) -> None:
    """Check that the volume was deleted after its claim was (11.10.7.3).

    Raises:
        CriterionFailure: it still exists.
        Unplayable: the claim was never Bound.
    """
    claim = evidence.need(evidence.claim)
    if evidence.volume is None:
        if POD in evidence.parts:
            raise Unplayable.of(evidence.parts[POD])
        evidence.need(evidence.first_pod, POD)
        raise never_bound(claim, _("a volume"))
    if not evidence.need(evidence.volume_gone):
        name = evidence.volume["metadata"]["name"]
        raise CriterionFailure(
            _("the volume {name} still exists after its claim was deleted", name=name),
            help=_(
                "The class {name} has reclaim policy Delete; see `kubectl get pv` (11.10.7.3).",
                name=DYNAMIC_CLASS,
            ),
            expected=_("no volume"),
            actual=f"{name}, {evidence.volume['spec'].get('persistentVolumeReclaimPolicy')}",
        )


def _check_page(
    evidence: DynamicEvidence, page: HttpAnswer | None, direct: HttpAnswer | None, rationale: str
) -> None:
    forwarded = evidence.need(page, POD)
    nonce = evidence.need(evidence.nonce, POD)
    if nonce in forwarded.body:
        return
    seen = direct if direct and not forwarded.status else forwarded
    if seen.was_refused and seen is direct:
        raise CriterionFailure(
            rationale,
            help=_(
                "The container must listen on port {port}; see `kubectl logs {pod}` (11.10.7.3).",
                port=PORT,
                pod=DYNAMIC_POD,
            ),
            expected=nonce,
            actual=str(seen),
        )
    if not seen.status or nonce in seen.body:
        # Silence has no cause in the manifest: a port-forward breaks on a machine under load too.
        raise InfrastructureError(
            _("the Pod did not answer through the port-forward: {answer}", answer=forwarded)
        )
    raise CriterionFailure(
        rationale,
        help=_("Mount the claim dynamic-pvc at /usr/share/nginx/html (11.10.7.3)."),
        expected=nonce,
        actual=seen.body.strip()[:200] if seen.status == 200 else str(seen),
    )
