"""Section 11.5: Pods."""

import pytest

from grading.course import declarations, declared
from grading.course.chapter11.pods import checks
from grading.course.chapter11.pods.evidence import PodEvidence
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_5]


@pytest.mark.criterion("pods.declared")
def test_declared(submission: Submission, pod: PodEvidence) -> None:
    """second-pod.yaml is the Pod nginx-pod2, labels zone=prod and version=v1, container nginxcont."""
    declared.check_declared(submission, declarations.POD, pod)


@pytest.mark.criterion("pods.running")
def test_running(pod: PodEvidence) -> None:
    """The Pod becomes Ready with an address of its own and answers on port 80 from another Pod."""
    checks.check_running(pod)


@pytest.mark.criterion("pods.exec")
def test_exec(pod: PodEvidence) -> None:
    """`kubectl exec nginx-pod2 -- ls -al` lists a folder of the container."""
    checks.check_exec(pod)


@pytest.mark.criterion("pods.not-replaced")
def test_not_replaced(pod: PodEvidence) -> None:
    """The Pod, once deleted, stays gone: a bare Pod has nobody to bring it back."""
    checks.check_not_replaced(pod)
