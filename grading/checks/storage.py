"""Section 11.10: storage."""

from __future__ import annotations

from grading.errors import CriterionFailure
from grading.evidence.base import HttpAnswer
from grading.evidence.storage import ClaimEvidence, DynamicEvidence

VOLUME = "manual-pv"
CLAIM = "manual-pvc"
TEXT = "Persistent data"


def check_claim_bound(evidence: ClaimEvidence) -> None:
    """Check that ``manual-pvc`` is Bound to ``manual-pv``."""
    claim = evidence.need(evidence.claim)
    name, volume = claim["metadata"]["name"], claim["spec"].get("volumeName", "")
    if name != CLAIM or volume != VOLUME:
        raise CriterionFailure(
            f"the claim {name} is Bound to {volume or 'nothing'}",
            help="The claim must name the class `manual` and fit the volume; "
            "see `kubectl get pvc` (11.10.7.2).",
            expected=f"{CLAIM} Bound to {VOLUME}",
            actual=f"{name} Bound to {volume or 'nothing'}",
        )


def check_claim_survives(evidence: ClaimEvidence) -> None:
    """Check that both files are there in the Pod that was made again."""
    evidence.need(evidence.important_after)
    if evidence.important_after != evidence.nonce:
        raise CriterionFailure(
            "what was written to /mydata/important.txt is not there after the Pod was made again",
            help="The volume at /mydata must be the claim manual-pvc, not emptyDir (11.10.7.2).",
            expected=str(evidence.nonce),
            actual=evidence.important_after or "no such file",
        )
    for moment, text in (("before", evidence.file_before), ("after", evidence.file_after)):
        if text != TEXT:
            raise CriterionFailure(
                f"/mydata/file.txt does not hold the text of the course {moment} the Pod was made again",
                help="The container's command writes it (11.10.7.2).",
                expected=TEXT,
                actual=text or "no such file",
            )


def check_dynamic_survives(evidence: DynamicEvidence) -> None:
    """Check that the page was served before and after the Pod was made again."""
    _check_page(evidence, evidence.page_before, "before")
    _check_page(evidence, evidence.page_after, "after")


def _check_page(evidence: DynamicEvidence, page: HttpAnswer | None, moment: str) -> None:
    answer = evidence.need(page)
    nonce = evidence.need(evidence.nonce)
    if nonce not in answer.body:
        raise CriterionFailure(
            f"the page is not served {moment} the Pod was made again",
            help="The claim dynamic-pvc must be mounted at /usr/share/nginx/html (11.10.7.3).",
            expected=nonce,
            actual=answer.body.strip()[:200] if answer.status == 200 else str(answer),
        )
