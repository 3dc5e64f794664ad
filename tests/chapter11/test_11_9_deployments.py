"""Section 11.9.3: Deployments and self-healing."""

import pytest

from grading.course import declarations, declared
from grading.course.chapter11.deployments import deployment_checks
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.submission.loader import Submission

pytestmark = [pytest.mark.chapter11, pytest.mark.s11_9]


@pytest.mark.criterion("deployments.declared")
def test_declared(submission: Submission, deployment: DeploymentEvidence) -> None:
    """dep.yaml is the Deployment nginx-deployment: 2 replicas, app=nginx, nginx:latest, port 80."""
    declared.check_declared(submission, declarations.DEPLOYMENT, deployment)


@pytest.mark.criterion("deployments.replicas")
def test_replicas(deployment: DeploymentEvidence) -> None:
    """2 of 2 Pods are ready, up to date and available, owned Deployment to ReplicaSet to Pod."""
    deployment_checks.check_replicas(deployment)


@pytest.mark.criterion("deployments.self-healing")
def test_self_healing(deployment: DeploymentEvidence) -> None:
    """One Pod deleted: a new one is Ready in its place, the other untouched, the Service served."""
    deployment_checks.check_self_healing(deployment)


@pytest.mark.criterion("deployments.scale")
def test_scale(deployment: DeploymentEvidence) -> None:
    """Applied again with 6 replicas: 6 of 6, and the first Pods are still the same ones."""
    deployment_checks.check_scale(deployment)


@pytest.mark.criterion("deployments.delete")
def test_delete(deployment: DeploymentEvidence) -> None:
    """Deleted by its manifest, the Deployment's ReplicaSets and Pods go too."""
    deployment_checks.check_delete(deployment)
