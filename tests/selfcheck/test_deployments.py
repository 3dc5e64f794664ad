"""The checks of section 11.9.3 on recordings of real runs, and on single edits of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.chapter11.deployments import deployment_checks
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem
from grading.evidence.base import HttpAnswer
from grading.evidence.manifest import RecordedManifest
from grading.evidence.surroundings import Outage, Surroundings
from tests.selfcheck.recorded import Judge, assert_found, changed, load, recorded

EDITS: Final[list[tuple[Judge, Callable[[Any], object], str]]] = [
    (
        deployment_checks.check_replicas,
        lambda e: e.deployment["status"].update(readyReplicas=1),
        "readyReplicas 1",
    ),
    (
        deployment_checks.check_replicas,
        lambda e: e.deployment["status"].pop("availableReplicas"),
        "availableReplicas 0",
    ),
    (
        deployment_checks.check_replicas,
        lambda e: e.replica_sets.clear(),
        "nginx-deployment-",
    ),
    (
        deployment_checks.check_replicas,
        lambda e: e.pods[0]["metadata"].pop("ownerReferences"),
        "nginx-deployment-",
    ),
    (
        deployment_checks.check_self_healing,
        lambda e: setattr(e, "pods_after", e.pods),
        "2 Pods, 0 new",
    ),
    (deployment_checks.check_self_healing, lambda e: e.pods_after.pop(), "1 Pod,"),
    (
        deployment_checks.check_self_healing,
        lambda e: [pod["metadata"].update(uid=f"u{n}") for n, pod in enumerate(e.pods_after)],
        "2 Pods, 2 new",
    ),
    (
        deployment_checks.check_self_healing,
        lambda e: [sample.__dict__.update(ok=False) for sample in e.timeline.http],
        "the first failed",
    ),
]
"""What no field of the manifest makes so, whose replicas are 2."""


@pytest.mark.parametrize(("check", "edit", "actual"), EDITS)
def test_what_nothing_explains_is_nobodys_fault(
    check: Judge, edit: Callable[[Any], object], actual: str
) -> None:
    evidence = recorded("deployment", DeploymentEvidence)
    edit(evidence)
    with pytest.raises(InfrastructureError, match=actual):
        check(evidence)


def test_a_wrong_number_of_replicas_is_found() -> None:
    evidence = recorded("deployment", DeploymentEvidence)
    assert evidence.deployment
    evidence.deployment["spec"]["replicas"] = 1
    evidence.deployment["status"]["readyReplicas"] = 1
    assert_found(deployment_checks.check_replicas, evidence, "readyReplicas 1")


def test_requests_outside_the_replacement_do_not_count() -> None:
    evidence = recorded("deployment", DeploymentEvidence)
    timeline = evidence.timeline
    assert timeline is not None
    until = timeline.when("replaced")
    assert until is not None
    timeline.http.append(timeline.http[-1].model_copy(update={"t": until + 1, "ok": False}))
    deployment_checks.check_self_healing(evidence)


def test_a_request_that_lasted_as_long_as_the_replacement_counts_where_it_was_answered() -> None:
    evidence = recorded("deployment", DeploymentEvidence)
    timeline = evidence.timeline
    assert timeline is not None
    since, until = timeline.when("delete"), timeline.when("replaced")
    assert since is not None
    assert until is not None
    request = timeline.http[-1].model_copy(update={"t": until + 0.3, "connects": 2})
    timeline.http = [sample for sample in timeline.http if sample.t < since] + [request]
    deployment_checks.check_self_healing(evidence)
    request.ok = False
    with pytest.raises(InfrastructureError):
        deployment_checks.check_self_healing(evidence)


def test_no_request_at_all_is_no_failure() -> None:
    evidence = recorded("deployment", DeploymentEvidence)
    assert evidence.timeline is not None
    evidence.timeline.http = []
    with pytest.raises(InfrastructureError):
        deployment_checks.check_self_healing(evidence)


def test_scaling_must_keep_the_first_pods() -> None:
    evidence = load("reference", "deployment")
    first = evidence.pods_after[0]["metadata"]["uid"]
    evidence.scaled_pods = [pod for pod in evidence.scaled_pods if pod["metadata"]["uid"] != first]
    with pytest.raises(InfrastructureError, match="removed Pods that existed before"):
        deployment_checks.check_scale(evidence)


def test_deletion_must_leave_nothing() -> None:
    with pytest.raises(InfrastructureError, match="still exist"):
        deployment_checks.check_delete(changed("deployment", left=["Pod nginx-deployment-1"]))


def test_a_lost_point_has_the_place_of_the_field_that_decides() -> None:
    lines = {"": 1, "spec": 5, "spec|replicas": 6, "spec|template": 9}
    manifests = {"dep.yaml": RecordedManifest(file="sub/dep.yaml", data={}, lines=lines, applied=True)}
    evidence = changed("deployment", manifests=manifests)
    evidence.deployment["status"]["readyReplicas"] = evidence.deployment["spec"]["replicas"] = 1
    with pytest.raises(CriterionFailure) as caught:
        deployment_checks.check_replicas(evidence)
    assert str(caught.value.problem.location) == "sub/dep.yaml:6"
    trouble = Problem("it crashes", location=Location("sub/dep.yaml"))
    with pytest.raises(CriterionFailure, match="crashes") as caught:
        deployment_checks.check_scale(evidence.model_copy(update={"scaled": None, "trouble": trouble}))
    assert str(caught.value.problem.location) == "sub/dep.yaml:5"
    evidence.manifests = {}
    with pytest.raises(CriterionFailure) as caught:
        deployment_checks.check_replicas(evidence)
    assert caught.value.problem.location is None


def test_a_deployment_without_pods_heals_nothing() -> None:
    evidence = changed("deployment", pods=[], pods_after=[], deleted_uid=None)
    with pytest.raises(CriterionFailure, match="no Pod that could be deleted"):
        deployment_checks.check_self_healing(evidence)
    deployment_checks.check_scale(evidence)


def test_a_survivor_that_serves_nothing_is_found() -> None:
    evidence = load("reference", "deployment")
    survivor, deleted = sorted(evidence.pods, key=lambda pod: pod["metadata"]["uid"] == evidence.deleted_uid)
    refuses = HttpAnswer(url="pod", error="curl: (7) Connection refused", refused=True)
    evidence.pages = {deleted["metadata"]["name"]: refuses}
    deployment_checks.check_self_healing(evidence)
    evidence.pages = {survivor["metadata"]["name"]: refuses}
    with pytest.raises(CriterionFailure, match="does not serve a page") as caught:
        deployment_checks.check_self_healing(evidence)
    assert caught.value.problem.actual == "curl: (7) Connection refused"
    evidence.surroundings = Surroundings(outages=[Outage(t=0.0, until=40.0, reason="away")])
    with pytest.raises(InfrastructureError, match="could not be watched"):
        deployment_checks.check_self_healing(evidence)
