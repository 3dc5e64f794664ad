"""Section 11.10: storage."""

from collections.abc import Callable

import pytest

from grading.course import declarations, declared
from grading.course.chapter11.storage import checks, provisioning
from grading.course.chapter11.storage.evidence import (
    ClaimEvidence,
    DynamicEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_10]


@pytest.mark.criterion("storage.ephemeral")
def test_ephemeral(ephemeral: EphemeralEvidence, tell: Callable[[str], None]) -> None:
    """The log in the container's filesystem starts anew after temptest.yaml's Pod was made again."""
    checks.check_ephemeral(ephemeral)
    tell(checks.other_name(ephemeral.first_pod, "temptest.yaml", "temp-data-pod"))


@pytest.mark.criterion("storage.emptydir")
def test_emptydir(emptydir: EmptyDirEvidence, tell: Callable[[str], None]) -> None:
    """/data/file.txt and what is beside it survive a restart of the container, not of the Pod."""
    checks.check_emptydir(emptydir)
    tell(checks.other_name(emptydir.first_pod, "pod-with-volume.yaml", "pod-with-volume"))


@pytest.mark.criterion("storage.pv.declared")
def test_volume_declared(submission: Submission, claim: ClaimEvidence) -> None:
    """manual-pv.yaml is manual-pv: 1Gi, ReadWriteOnce, Retain, class manual, hostPath /tmp/k3d-manual-pv."""
    declared.check_declared(submission, declarations.VOLUME, claim)


@pytest.mark.criterion("storage.pvc.bound")
def test_claim_bound(claim: ClaimEvidence) -> None:
    """manual-pvc is Bound to manual-pv."""
    checks.check_claim_bound(claim)


@pytest.mark.criterion("storage.pvc.survives")
def test_claim_survives(claim: ClaimEvidence) -> None:
    """file.txt and important.txt are there after the Pod pvc-demo was deleted and made again."""
    checks.check_claim_survives(claim)


@pytest.mark.criterion("storage.pv.retained")
def test_volume_retained(claim: ClaimEvidence) -> None:
    """After the claim is deleted the volume is Released, not deleted, and the data is still on it."""
    checks.check_retained(claim)


@pytest.mark.criterion("storage.dynamic.waits")
def test_dynamic_waits(dynamic: DynamicEvidence) -> None:
    """dynamic-pvc is Pending while no Pod uses it, and no volume exists for it."""
    provisioning.check_dynamic_waits(dynamic)


@pytest.mark.criterion("storage.dynamic.bound")
def test_dynamic_bound(dynamic: DynamicEvidence) -> None:
    """With the Pod dynamic-demo it is Bound to a volume pvc-…, 2Gi, ReadWriteOnce, Delete."""
    provisioning.check_dynamic_bound(dynamic)


@pytest.mark.criterion("storage.dynamic.survives")
def test_dynamic_survives(dynamic: DynamicEvidence) -> None:
    """The page in the web root is served through a port-forward before and after the Pod is made again."""
    provisioning.check_dynamic_survives(dynamic)


@pytest.mark.criterion("storage.dynamic.reclaimed")
def test_dynamic_reclaimed(dynamic: DynamicEvidence) -> None:
    """The claim deleted, its volume goes."""
    provisioning.check_dynamic_reclaimed(dynamic)
