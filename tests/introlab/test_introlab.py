"""The introductory lab: a Flask program of two Pods behind a load balancer."""

from collections.abc import Callable

import pytest

from grading.course import declared
from grading.course.introlab import checks as lab
from grading.course.introlab.evidence import LabEvidence
from grading.submission.loader import Submission

pytestmark = pytest.mark.introlab


@pytest.mark.criterion("introlab.declared")
def test_declared(submission: Submission, introlab: LabEvidence) -> None:
    """flask-app.yaml is flask-app with 2 replicas on port 5000, and flask-service from 30080 to it."""
    declared.check_lab_declared(submission, introlab)


@pytest.mark.criterion("introlab.ready")
def test_ready(introlab: LabEvidence) -> None:
    """Both Pods are Ready, and the Service has an external address."""
    lab.check_ready(introlab)


@pytest.mark.criterion("introlab.reachable")
def test_reachable(introlab: LabEvidence) -> None:
    """http://localhost:8080 on the host shows the page of one of the Pods, through the load balancer."""
    lab.check_reachable(introlab)


@pytest.mark.criterion("introlab.balanced")
def test_balanced(introlab: LabEvidence) -> None:
    """20 persistent connections are spread over both Pods, which count as many as there are."""
    lab.check_balanced(introlab)


@pytest.mark.criterion("introlab.failover")
def test_failover(introlab: LabEvidence, tell: Callable[[str], None]) -> None:
    """A Pod is deleted: a new one takes its place, all connections come back, requests are answered."""
    tell(lab.check_failover(introlab))


@pytest.mark.criterion("introlab.external-agent")
def test_external_agent(introlab: LabEvidence) -> None:
    """An agent started by docker run with the node-token of the server joins the cluster."""
    lab.check_agent(introlab)
