"""Section 11.7: namespaces."""

import pytest

from grading.checks import declarations, declared
from grading.checks import namespaces as checks
from grading.evidence.namespaces import NamespaceEvidence
from grading.submission import Submission

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
