"""Section 11.10: storage."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.storage.claims import POD, bound_words, never_bound, other_name, require_name
from grading.course.chapter11.storage.course_values import (
    EMPTYDIR_FILE,
    EPHEMERAL_FILE,
    LOG,
    MANUAL_CLAIM_FILE,
    MANUAL_POD_FILE,
    MANUAL_VOLUME_FILE,
)
from grading.course.chapter11.storage.evidence import (
    ClaimEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.errors import CriterionFailure, InfrastructureError
from grading.exercise.field_location import about
from grading.k8s.volume_mounts import mount_of
from grading.text.i18n import _, joined

ENTRY: Final = "Log entry at"
VOLUME: Final = "manual-pv"
CLAIM: Final = "manual-pvc"
CLAIM_POD: Final = "pvc-demo"
TEXT: Final = "Persistent data"


@about(EPHEMERAL_FILE, "spec", "containers", 0)
def check_ephemeral(evidence: EphemeralEvidence) -> str:
    """Check that the log is the container's own, and starts anew (11.10.7.1).

    Returns:
        A remark for the student, empty text if there is none.

    Raises:
        CriterionFailure: there is no log, it is on a volume, or it outlives the Pod.
    """
    before = evidence.need(evidence.log_before)
    if not before:
        raise CriterionFailure(
            _("the container does not write its log to {path}", path=LOG),
            help=_(
                "The command of the container must write it; see `kubectl exec temp-data-pod -- cat {path}` "
                "(11.10.7.1).",
                path=LOG,
            ),
            expected=_("lines “{entry} …”", entry=ENTRY),
            actual=_("the file does not exist, or is empty"),
        )
    mount = mount_of(evidence.need(evidence.first_pod)["spec"]["containers"][0], LOG).get("mountPath")
    if mount:
        raise CriterionFailure(
            _(
                "{path} is on a volume mounted at {mount}, not in the container's own filesystem",
                path=LOG,
                mount=mount,
            ),
            help=_("Remove volumes and volumeMounts from temptest.yaml (11.10.7.1)."),
            expected=_("a Pod without a volume for its log"),
            actual=_("a volume mounted at {mount}", mount=mount),
        )
    after = evidence.need(evidence.log_after)
    # The lines themselves may be the same again; the one that the suite added can only have survived.
    if evidence.need(evidence.nonce) in after or not after:
        raise CriterionFailure(
            _("the log does not start from scratch after the Pod was deleted and created again"),
            help=_("Write the log to {path}, and mount no volume there (11.10.7.1).", path=LOG),
            expected=_("a new log, with later times"),
            actual=_shown(after),
        )
    return other_name(evidence.first_pod, EPHEMERAL_FILE, "temp-data-pod")


@about(EMPTYDIR_FILE, "spec", "containers", 0, "volumeMounts")
def check_emptydir(evidence: EmptyDirEvidence) -> str:
    """Check that /data survives a restart of the container, but not the Pod (11.10).

    Returns:
        A remark for the student, empty text if there is none.

    Raises:
        CriterionFailure: the container writes no file, or the file does not behave so.
    """
    if not evidence.need(evidence.file_before):
        raise CriterionFailure(
            _("the container does not write /data/file.txt"),
            help=_(
                "The command of the container must write it (11.10); see `kubectl exec pod-with-volume -- "
                "cat /data/file.txt`."
            ),
            expected=_("a file /data/file.txt"),
            actual=_("the file does not exist, or is empty"),
        )
    nonce = evidence.need(evidence.nonce)
    kept = evidence.need(evidence.nonce_restarted)
    if kept != nonce or not evidence.need(evidence.file_restarted):
        raise CriterionFailure(
            _("the files in /data are gone after the container restarted"),
            help=_("Mount a volume of type emptyDir at /data (11.10)."),
            expected=_("the files in /data, unchanged"),
            actual=_shown(kept),
        )
    if evidence.need(evidence.nonce_after):
        raise CriterionFailure(
            _("the files in /data still exist after the Pod was deleted and created again"),
            help=_("Use a volume of type emptyDir at /data: it is deleted together with its Pod (11.10)."),
            expected=_("an empty volume for a new Pod"),
            actual=_shown(evidence.nonce_after or ""),
        )
    return other_name(evidence.first_pod, EMPTYDIR_FILE, "pod-with-volume")


@about(MANUAL_CLAIM_FILE, "spec")
def check_claim_bound(evidence: ClaimEvidence) -> None:
    """Check that ``manual-pvc`` is Bound to ``manual-pv`` (11.10.7.2).

    Raises:
        CriterionFailure: it is not, or one of them has another name.
    """
    claim = evidence.need(evidence.claim)
    name, volume = claim["metadata"]["name"], claim["spec"].get("volumeName", "")
    bound = (claim.get("status") or {}).get("phase") == "Bound"
    if name != CLAIM or volume != VOLUME or not bound:
        raise CriterionFailure(
            _("the claim {name} is {state}", name=name, state=bound_words(claim)),
            help=_(
                "Write `storageClassName: manual` in the claim, and request no more than the volume offers; "
                "see `kubectl get pvc` (11.10.7.2)."
            ),
            expected=_("{claim} Bound to {volume}", claim=CLAIM, volume=VOLUME),
            actual=joined(" ", [name, bound_words(claim)]),
        )


@about(MANUAL_POD_FILE, "spec", "containers", 0)
def check_claim_survives(evidence: ClaimEvidence) -> None:
    """Check that both files are there in the Pod that was created again (11.10.7.2).

    Raises:
        CriterionFailure: the container wrote no file, or one of them is missing.
    """
    important = evidence.need(evidence.important_after, POD)
    require_name(evidence.need(evidence.second_pod, POD), CLAIM_POD, MANUAL_POD_FILE, "11.10.7.2")
    if important != evidence.nonce:
        raise CriterionFailure(
            _(
                "the text written to /mydata/important.txt is gone after the Pod was deleted and created "
                "again"
            ),
            help=_("Mount the claim manual-pvc at /mydata, not an emptyDir (11.10.7.2)."),
            expected=str(evidence.nonce),
            actual=_shown(important),
        )
    before, after = (
        _("/mydata/file.txt does not contain the text of the course, even before the Pod was deleted"),
        _(
            "/mydata/file.txt does not contain the text of the course after the Pod was deleted and created "
            "again"
        ),
    )
    for rationale, text in ((before, evidence.file_before), (after, evidence.file_after)):
        if text != TEXT:
            raise CriterionFailure(
                rationale,
                help=_("The command of the container must write it (11.10.7.2)."),
                expected=TEXT,
                actual=_shown(text or ""),
            )


@about(MANUAL_VOLUME_FILE, "spec", "persistentVolumeReclaimPolicy")
def check_retained(evidence: ClaimEvidence) -> None:
    """Check that the Released volume keeps its data without its claim (11.10.7.2).

    Raises:
        CriterionFailure: it is not Released, or its data is gone.
        Unplayable: the claim was never Bound.
        InfrastructureError: the volume could not be looked at.
    """
    claim = evidence.need(evidence.claim)
    if evidence.volume_gone is None and (claim.get("status") or {}).get("phase") != "Bound":
        if evidence.error:
            raise InfrastructureError(evidence.error)
        raise never_bound(claim, VOLUME)
    if claim["spec"].get("volumeName") != evidence.need(evidence.volume)["metadata"]["name"]:
        raise never_bound(claim, VOLUME)
    gone = evidence.need(evidence.volume_gone)
    released = evidence.released_volume or {}
    phase = _("deleted") if gone else evidence.need(evidence.released_volume)["status"].get("phase")
    policy = released.get("spec", {}).get("persistentVolumeReclaimPolicy")
    if phase != "Released" or policy == "Recycle":
        raise CriterionFailure(
            _("the volume is {phase} after its claim was deleted", phase=phase),
            help=_("Set `persistentVolumeReclaimPolicy: Retain`; see `kubectl get pv` (11.10.6)."),
            expected="Released",
            actual=joined(", ", [phase, "Recycle"]) if policy == "Recycle" else str(phase),
        )
    kept = evidence.need(evidence.kept)
    if kept != evidence.written:
        raise CriterionFailure(
            _("the data is no longer on the volume after its claim was deleted"),
            help=_("Set `persistentVolumeReclaimPolicy: Retain` in manual-pv.yaml (11.10.6)."),
            expected=str(evidence.written),
            actual=_shown(kept),
        )


def _shown(text: str) -> str:
    return text[:300] or _("no such file")
