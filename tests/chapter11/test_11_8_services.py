"""Section 11.8: Services."""

import pytest

from grading.course import declarations, declared
from grading.course.chapter11.services import checks
from grading.course.chapter11.services.evidence import ClusterIpEvidence, NodePortEvidence
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_8]


@pytest.mark.criterion("services.clusterip.declared")
def test_clusterip_declared(submission: Submission, clusterip: ClusterIpEvidence) -> None:
    """svc.yaml is the ClusterIP Service nginx-svc, 8080 to 80, for app=nginx."""
    declared.check_declared(submission, declarations.CLUSTERIP, clusterip)


@pytest.mark.criterion("services.clusterip.endpoints")
def test_clusterip_endpoints(clusterip: ClusterIpEvidence) -> None:
    """The EndpointSlices of nginx-svc hold exactly the Ready Pods with app=nginx."""
    checks.check_endpoints(clusterip)


@pytest.mark.criterion("services.clusterip.reachable")
def test_clusterip_reachable(clusterip: ClusterIpEvidence) -> None:
    """The client Pod gets the page of nginx at http://nginx-svc:8080, by DNS name."""
    checks.check_clusterip_reachable(clusterip)


@pytest.mark.criterion("services.clusterip.internal")
def test_clusterip_internal(clusterip: ClusterIpEvidence) -> None:
    """nginx-svc cannot be reached from the host."""
    checks.check_internal(clusterip)


@pytest.mark.criterion("services.clusterip.follows")
def test_clusterip_follows(clusterip: ClusterIpEvidence) -> None:
    """The Pod behind nginx-svc is made again with another address, and the same name still answers."""
    checks.check_follows(clusterip)


@pytest.mark.criterion("services.nodeport.declared")
def test_nodeport_declared(submission: Submission, nodeport: NodePortEvidence) -> None:
    """nodeport.yaml is the NodePort Service nginx-srv2, 8080 to 80, nodePort 30050, for app=nginx."""
    declared.check_declared(submission, declarations.NODEPORT, nodeport)


@pytest.mark.criterion("services.nodeport.reachable")
def test_nodeport_reachable(nodeport: NodePortEvidence) -> None:
    """http://localhost:30050 on the host answers with the page of nginx."""
    checks.check_nodeport_reachable(nodeport)


@pytest.mark.criterion("services.nodeport.every-node")
def test_nodeport_every_node(nodeport: NodePortEvidence) -> None:
    """Port 30050 answers with the page of nginx on every node of the cluster."""
    checks.check_every_node(nodeport)


@pytest.mark.criterion("services.portforward")
def test_portforward(nodeport: NodePortEvidence) -> None:
    """A port-forward to port 8080 of svc/nginx-srv2 answers on the host."""
    checks.check_portforward(nodeport)
