"""Section 11.7: namespaces."""

import pytest

from grading.course import declarations, declared
from grading.course.chapter11.namespaces import checks
from grading.course.chapter11.namespaces.evidence import NamespaceEvidence
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_7]


@pytest.mark.criterion("namespaces.declared")
def test_declared(submission: Submission, namespaces: NamespaceEvidence) -> None:
    """ns.yaml makes the namespace dev, Active beside the four that every cluster has."""
    declared.check_declared(submission, declarations.NAMESPACE, namespaces)
    checks.check_active(namespaces)


@pytest.mark.criterion("namespaces.pod-placed")
def test_pod_placed(namespaces: NamespaceEvidence) -> None:
    """The Pod of ns-pod.yaml runs in dev, and default does not show it."""
    checks.check_pod_placed(namespaces)
