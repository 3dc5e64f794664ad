"""Sections 11.9.4 and 11.9.5: rolling updates and rollbacks."""

from collections.abc import Callable

import pytest

from grading.course import declared
from grading.course.chapter11.deployments import rollback_checks as rollbacks
from grading.course.chapter11.deployments import rolling_checks as checks
from grading.course.chapter11.deployments.evidence import (
    BadImageEvidence,
    HistoryEvidence,
    PauseEvidence,
    RollbackEvidence,
    RollingEvidence,
)
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_9]


@pytest.mark.criterion("rolling.declared")
def test_declared(submission: Submission, rolling: RollingEvidence, tell: Callable[[str], None]) -> None:
    """dep-rolling.yaml is the first version: 10 replicas, RollingUpdate 1/1, and the other settings."""
    tell(declared.check_rolling_declared(submission, rolling))


@pytest.mark.criterion("rolling.complete")
def test_complete(rolling: RollingEvidence) -> None:
    """In the end there are 10 Pods, all of nginx:1.26, within the progress deadline."""
    checks.check_complete(rolling)


@pytest.mark.criterion("rolling.surge")
def test_surge(rolling: RollingEvidence) -> None:
    """During the update there are never more than 11 Pods, terminating ones aside."""
    checks.check_surge(rolling)


@pytest.mark.criterion("rolling.available")
def test_available(rolling: RollingEvidence) -> None:
    """During the update there are never fewer than 9 Pods available."""
    checks.check_available(rolling)


@pytest.mark.criterion("rolling.no-downtime")
def test_no_downtime(rolling: RollingEvidence) -> None:
    """Requests to the Service all through the update: every one is answered."""
    checks.check_no_downtime(rolling)


@pytest.mark.criterion("rolling.history")
def test_history(history: HistoryEvidence) -> None:
    """kubectl rollout history shows 1 "Initial release" and 2 "Update naar nginx:1.26"."""
    checks.check_history(history)


@pytest.mark.criterion("rolling.pause")
def test_pause(pause: PauseEvidence) -> None:
    """Paused, no Pod of nginx:1.26 appears; resumed, the update completes."""
    checks.check_pause(pause)


@pytest.mark.criterion("rollback.undo")
def test_undo(rollback: RollbackEvidence) -> None:
    """Undone to revision 1: the first ReplicaSet is used again, within the limits, history 2 and 3."""
    rollbacks.check_undo(rollback)


@pytest.mark.criterion("rollback.declarative")
def test_declarative(history: HistoryEvidence) -> None:
    """The manifest edited back is revision 5 with its own cause, and the old ReplicaSet is used again."""
    rollbacks.check_declarative(history)


@pytest.mark.criterion("rollback.history-limit")
def test_history_limit(history: HistoryEvidence) -> None:
    """After more than 5 updates no more than 5 old ReplicaSets are kept."""
    rollbacks.check_history_limit(history)


@pytest.mark.criterion("rolling.bad-image")
def test_bad_image(bad_image: BadImageEvidence) -> None:
    """An update to an image that does not exist leaves 9 Pods available, and undo brings all 10 back."""
    rollbacks.check_bad_image(bad_image)
