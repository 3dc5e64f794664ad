"""Section 11.10: storage."""

from __future__ import annotations

from typing import Any, Final

from grading.checks.fields import same_amount
from grading.errors import CriterionFailure, Unplayable
from grading.evidence.base import HttpAnswer
from grading.evidence.storage import (
    ClaimEvidence,
    DynamicEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.i18n import _, n_

Object = dict[str, Any]

LOG: Final = "/tmp/app.log"  # noqa: S108 - the course's own path, in the container
ENTRY: Final = "Log entry at"
VOLUME: Final = "manual-pv"
CLAIM: Final = "manual-pvc"
CLAIM_POD: Final = "pvc-demo"
TEXT: Final = "Persistent data"
DYNAMIC_CLAIM: Final = "dynamic-pvc"
DYNAMIC_POD: Final = "dynamic-demo"
DYNAMIC_CLASS: Final = "local-path"
DYNAMIC_SIZE: Final = "2Gi"
POD: Final = "pod"
"""The part of a scenario in which the Pod of the course is played."""


def check_ephemeral(evidence: EphemeralEvidence) -> None:
    """Check that the log is the container's own, and starts anew with a new Pod."""
    before = evidence.need(evidence.log_before)
    if not before.startswith(ENTRY):
        raise CriterionFailure(
            _("the container does not write its log to {path}", path=LOG),
            help=_(
                "Compare its command with 11.10.7.1; see `kubectl exec temp-data-pod -- cat {path}`.",
                path=LOG,
            ),
            expected=_("lines “{entry} …”", entry=ENTRY),
            actual=_shown(before),
        )
    mount = _mount_of(evidence.need(evidence.first_pod), LOG)
    if mount:
        raise CriterionFailure(
            _(
                "{path} is on a volume mounted at {mount}, not in the container's own filesystem",
                path=LOG,
                mount=mount,
            ),
            help=_("Take volumes and volumeMounts out of temptest.yaml (11.10.7.1)."),
            expected=_("a Pod without a volume for its log"),
            actual=_("a volume mounted at {mount}", mount=mount),
        )
    after = evidence.need(evidence.log_after)
    first, nonce = before.splitlines()[0], evidence.need(evidence.nonce)
    if nonce in after or first in after.splitlines() or not after.startswith(ENTRY):
        raise CriterionFailure(
            _("the log does not start anew after the Pod was deleted and made again"),
            help=_("The log is {path}, without a volume under it (11.10.7.1).", path=LOG),
            expected=_("a new log, with later times"),
            actual=_shown(after),
        )


def other_name(pod: Object | None, file: str, wanted: str) -> str:
    """Return what to tell a student whose Pod has another name than the course's; it costs nothing."""
    name = pod["metadata"]["name"] if pod else wanted
    return (
        ""
        if name == wanted
        else _(
            "{file} calls its Pod {name}; in the course it is {wanted}.", file=file, name=name, wanted=wanted
        )
    )


def check_emptydir(evidence: EmptyDirEvidence) -> None:
    """Check that what is in /data survives a restart of the container, and not of the Pod."""
    if not evidence.need(evidence.file_before):
        raise CriterionFailure(
            _("the container does not write /data/file.txt"),
            help=_(
                "Its command writes it (11.10); see `kubectl exec pod-with-volume -- cat /data/file.txt`."
            ),
            expected=_("a file /data/file.txt"),
            actual=_("no such file, or an empty one"),
        )
    nonce = evidence.need(evidence.nonce)
    kept = evidence.need(evidence.nonce_restarted)
    if kept != nonce or not evidence.need(evidence.file_restarted):
        raise CriterionFailure(
            _("what was in /data is gone after the container was restarted"),
            help=_("Mount a volume of type emptyDir at /data (11.10)."),
            expected=_("the files in /data as they were"),
            actual=_shown(kept),
        )
    if evidence.need(evidence.nonce_after):
        raise CriterionFailure(
            _("what was in /data is still there after the Pod was deleted and made again"),
            help=_("The volume at /data is of type emptyDir, which goes with its Pod (11.10)."),
            expected=_("an empty volume for a new Pod"),
            actual=_shown(evidence.nonce_after or ""),
        )


def check_claim_bound(evidence: ClaimEvidence) -> None:
    """Check that ``manual-pvc`` is Bound to ``manual-pv``."""
    claim = evidence.need(evidence.claim)
    name, volume = claim["metadata"]["name"], claim["spec"].get("volumeName", "")
    bound = (claim.get("status") or {}).get("phase") == "Bound"
    if name != CLAIM or volume != VOLUME or not bound:
        raise CriterionFailure(
            _("the claim {name} is {state}", name=name, state=_bound_words(claim)),
            help=_(
                "The claim must name the class `manual` and fit the volume; "
                "see `kubectl get pvc` (11.10.7.2)."
            ),
            expected=_("{claim} Bound to {volume}", claim=CLAIM, volume=VOLUME),
            actual=f"{name} {_bound_words(claim)}",
        )


def check_claim_survives(evidence: ClaimEvidence) -> None:
    """Check that both files are there in the Pod that was made again."""
    important = evidence.need(evidence.important_after, POD)
    _check_name(evidence.need(evidence.second_pod, POD), CLAIM_POD, "pod-with-pvc.yaml", "11.10.7.2")
    if important != evidence.nonce:
        raise CriterionFailure(
            _("what was written to /mydata/important.txt is not there after the Pod was made again"),
            help=_("The volume at /mydata must be the claim manual-pvc, not emptyDir (11.10.7.2)."),
            expected=str(evidence.nonce),
            actual=_shown(important),
        )
    before, after = (
        _("/mydata/file.txt does not hold the text of the course before the Pod was made again"),
        _("/mydata/file.txt does not hold the text of the course after the Pod was made again"),
    )
    for rationale, text in ((before, evidence.file_before), (after, evidence.file_after)):
        if text != TEXT:
            raise CriterionFailure(
                rationale,
                help=_("The container's command writes it (11.10.7.2)."),
                expected=TEXT,
                actual=_shown(text or ""),
            )


def check_retained(evidence: ClaimEvidence) -> None:
    """Check that the volume is Released and its data still there after its claim was deleted."""
    claim = evidence.need(evidence.claim)
    if evidence.volume_gone is None and (claim.get("status") or {}).get("phase") != "Bound":
        raise _never_bound(claim, VOLUME)
    if claim["spec"].get("volumeName") != evidence.need(evidence.volume)["metadata"]["name"]:
        raise _never_bound(claim, VOLUME)
    gone = evidence.need(evidence.volume_gone)
    phase = _("deleted") if gone else evidence.need(evidence.released_volume)["status"].get("phase")
    if phase != "Released":
        raise CriterionFailure(
            _("the volume is {phase} after its claim was deleted", phase=phase),
            help=_("Set `persistentVolumeReclaimPolicy: Retain`; see `kubectl get pv` (11.10.6)."),
            expected="Released",
            actual=str(phase),
        )
    kept = evidence.need(evidence.kept)
    if kept != evidence.written:
        raise CriterionFailure(
            _("the data is not on the volume any more after its claim was deleted"),
            help=_("Set `persistentVolumeReclaimPolicy: Retain` in manual-pv.yaml (11.10.6)."),
            expected=str(evidence.written),
            actual=_shown(kept),
        )


def check_dynamic_waits(evidence: DynamicEvidence) -> None:
    """Check that ``dynamic-pvc`` was Pending, and had no volume, while no Pod used it.

    Pending for good: its class has said that it waits for a Pod.
    """
    claim = evidence.need(evidence.unused_claim)
    _check_name(claim, DYNAMIC_CLAIM, "dynamic-pvc.yaml", "11.10.7.3")
    found = str(claim["spec"].get("storageClassName") or "")
    phase = (claim.get("status") or {}).get("phase", "")
    volumes = evidence.need(evidence.unused_volumes)
    reasons = evidence.need(evidence.unused_reasons)
    if found != DYNAMIC_CLASS or phase != "Pending" or volumes or "WaitForFirstConsumer" not in reasons:
        raise CriterionFailure(
            _("the claim does not wait for a Pod that uses it"),
            help=_(
                "Leave storageClassName out: the default class is {name} (11.10.7.3); "
                "see `kubectl describe pvc {claim}`.",
                name=DYNAMIC_CLASS,
                claim=DYNAMIC_CLAIM,
            ),
            expected=_("Pending, class {name}, WaitForFirstConsumer, no volume", name=DYNAMIC_CLASS),
            actual=", ".join(
                [
                    phase,
                    _("class {name}", name=found.removesuffix("-" + evidence.namespace))
                    if found
                    else _("no class"),
                    *(dict.fromkeys(reasons) or [_("no events")]),
                    n_("{n} volume", "{n} volumes", len(volumes)) if volumes else _("no volume"),
                ]
            ),
        )


def check_dynamic_bound(evidence: DynamicEvidence) -> None:
    """Check that with ``dynamic-demo`` the claim is Bound to a volume pvc-…, 2Gi, RWO, Delete."""
    claim = evidence.need(evidence.claim)
    if evidence.volume is None:
        if POD in evidence.parts:
            raise evidence.parts[POD].exception()
        raise CriterionFailure(
            _("the claim {claim} is still Pending although the Pod runs", claim=claim["metadata"]["name"]),
            help=_("The Pod must use it: `claimName: {claim}` (11.10.7.3).", claim=DYNAMIC_CLAIM),
            expected=_("Bound to a volume of its own"),
            actual="Pending",
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
            _("the claim is Bound to another volume than the course's"),
            help=_("Ask for 2Gi and ReadWriteOnce from the default class; see `kubectl get pv` (11.10.7.3)."),
            expected=_("a volume pvc-…, {size}, ReadWriteOnce, Delete", size=DYNAMIC_SIZE),
            actual=", ".join(seen.values()),
        )
    pod = evidence.first_pod
    if pod is not None:
        _check_name(pod, DYNAMIC_POD, "dynamic-pod.yaml", "11.10.7.3")


def check_dynamic_survives(evidence: DynamicEvidence) -> None:
    """Check that the page was served before and after the Pod was made again."""
    _check_page(evidence, evidence.page_before, _("the page is not served before the Pod was made again"))
    _check_page(evidence, evidence.page_after, _("the page is not served after the Pod was made again"))


def check_dynamic_reclaimed(evidence: DynamicEvidence) -> None:
    """Check that the volume went after its claim was deleted."""
    claim = evidence.need(evidence.claim)
    if evidence.volume is None:
        if POD in evidence.parts:
            raise evidence.parts[POD].exception()
        raise _never_bound(claim, _("a volume"))
    if not evidence.need(evidence.volume_gone):
        name = evidence.volume["metadata"]["name"]
        raise CriterionFailure(
            _("the volume {name} is still there after its claim was deleted", name=name),
            help=_(
                "The class {name} has reclaim policy Delete; see `kubectl get pv` (11.10.7.3).",
                name=DYNAMIC_CLASS,
            ),
            expected=_("no volume"),
            actual=f"{name}, {evidence.volume['spec'].get('persistentVolumeReclaimPolicy')}",
        )


def _check_page(evidence: DynamicEvidence, page: HttpAnswer | None, rationale: str) -> None:
    answer = evidence.need(page, POD)
    nonce = evidence.need(evidence.nonce, POD)
    if nonce not in answer.body:
        raise CriterionFailure(
            rationale,
            help=_("The claim dynamic-pvc must be mounted at /usr/share/nginx/html (11.10.7.3)."),
            expected=nonce,
            actual=answer.body.strip()[:200] if answer.status == 200 else str(answer),
        )


def _check_name(item: Object, wanted: str, file: str, course: str) -> None:
    name = item["metadata"]["name"]
    if name != wanted:
        raise CriterionFailure(
            _("{file} names it {name}, the course {wanted}", file=file, name=name, wanted=wanted),
            help=_("Write `name: {wanted}` (section {course}).", wanted=wanted, course=course),
            expected=wanted,
            actual=name,
        )


def _mount_of(pod: Object, path: str) -> str | None:
    """Return where in the first container a volume is mounted that holds a path."""
    for mount in pod["spec"]["containers"][0].get("volumeMounts") or []:
        folder = str(mount.get("mountPath", "")).rstrip("/")
        if path == folder or path.startswith(f"{folder}/"):
            return str(mount["mountPath"])
    return None


def _bound_words(claim: Object) -> str:
    volume = claim["spec"].get("volumeName", "")
    if volume:
        return _("Bound to {volume}", volume=volume)
    return str((claim.get("status") or {}).get("phase") or _("not Bound"))


def _never_bound(claim: Object, volume: str) -> Unplayable:
    name = claim["metadata"]["name"]
    return Unplayable(
        _(
            "the claim {name} was never Bound to {volume}, so there is nothing to see after its deletion",
            name=name,
            volume=volume,
        ),
        help=_("See `kubectl get pvc` (11.10.7)."),
        expected=_("{name} Bound to {volume}", name=name, volume=volume),
        actual=_bound_words(claim),
    )


def _shown(text: str) -> str:
    return text[:300] or _("no such file")
