"""Section 11.8: Services."""

import pytest

from grading.checks import declared, services
from grading.evidence.services import NodePortEvidence
from grading.submission import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_8]


@pytest.mark.criterion("services.nodeport.declared")
def test_nodeport_declared(submission: Submission, nodeport: NodePortEvidence) -> None:
    """nodeport.yaml is the NodePort Service nginx-srv2, 8080 to 80, nodePort 30050, for app=nginx."""
    declared.check_declared(submission, declared.NODEPORT, nodeport)


@pytest.mark.criterion("services.nodeport.reachable")
def test_nodeport_reachable(nodeport: NodePortEvidence) -> None:
    """http://localhost:30050 on the host answers with the page of nginx."""
    services.check_nodeport_reachable(nodeport)
