"""Section 11.10: storage."""

import pytest

from grading.checks import storage
from grading.evidence.storage import ClaimEvidence, DynamicEvidence

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_10]


@pytest.mark.criterion("storage.pvc.bound")
def test_claim_bound(claim: ClaimEvidence) -> None:
    """manual-pvc is Bound to manual-pv."""
    storage.check_claim_bound(claim)


@pytest.mark.criterion("storage.pvc.survives")
def test_claim_survives(claim: ClaimEvidence) -> None:
    """file.txt and important.txt are there after the Pod pvc-demo was deleted and made again."""
    storage.check_claim_survives(claim)


@pytest.mark.criterion("storage.dynamic.survives")
def test_dynamic_survives(dynamic: DynamicEvidence) -> None:
    """The page in the web root is served through a port-forward before and after the Pod is made again."""
    storage.check_dynamic_survives(dynamic)
