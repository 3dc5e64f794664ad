"""Checks of behaviour on evidence that was recorded on a real cluster, and on single edits of it."""

from collections.abc import Callable
from typing import Any

import pytest

from grading.course.chapter11.deployments import deployment_checks
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.course.chapter11.storage import checks, provisioning
from grading.course.chapter11.storage.evidence import ClaimEvidence, DynamicEvidence
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem, Unplayable
from grading.evidence.base import Evidence, HttpAnswer
from tests.selfcheck.recorded import recorded

Check = Callable[[Any], None]
Edit = Callable[[Any], object]

CHECKS: list[tuple[str, type[Evidence], Check]] = [
    ("deployment", DeploymentEvidence, deployment_checks.check_replicas),
    ("deployment", DeploymentEvidence, deployment_checks.check_self_healing),
    ("claim", ClaimEvidence, checks.check_claim_bound),
    ("claim", ClaimEvidence, checks.check_claim_survives),
    ("dynamic", DynamicEvidence, provisioning.check_dynamic_survives),
]
EACH = pytest.mark.parametrize(
    ("name", "model", "check"), CHECKS, ids=lambda value: getattr(value, "__name__", "")
)

NOT_FOUND = HttpAnswer(url="http://x", status=404, body="not found")


@EACH
def test_reference_passes(name: str, model: type[Evidence], check: Check) -> None:
    check(recorded(name, model))


@EACH
def test_without_evidence_it_is_nobodys_fault(name: str, model: type[Evidence], check: Check) -> None:
    bare = {"scenario": name, "started": "2026-01-01T00:00:00Z"}
    with pytest.raises(InfrastructureError, match="ended without this evidence"):
        check(model.model_validate(bare))
    with pytest.raises(InfrastructureError, match="no route"):
        check(model.model_validate(bare | {"error": "no route"}))
    trouble = Problem("refused", "do", "x", "y", Location("f.yaml", 3))
    with pytest.raises(Unplayable) as caught:
        check(model.model_validate(bare | {"trouble": trouble}))
    assert caught.value.problem == trouble


EDITS: list[tuple[Check, type[Evidence], Edit, str]] = [
    (
        deployment_checks.check_replicas,
        DeploymentEvidence,
        lambda e: e.deployment["status"].update(readyReplicas=1),
        "readyReplicas 1",
    ),
    (
        deployment_checks.check_replicas,
        DeploymentEvidence,
        lambda e: e.deployment["status"].pop("availableReplicas"),
        "availableReplicas 0",
    ),
    (
        deployment_checks.check_replicas,
        DeploymentEvidence,
        lambda e: e.replica_sets.clear(),
        "nginx-deployment-",
    ),
    (
        deployment_checks.check_replicas,
        DeploymentEvidence,
        lambda e: e.pods[0]["metadata"].pop("ownerReferences"),
        "nginx-deployment-",
    ),
    (
        deployment_checks.check_self_healing,
        DeploymentEvidence,
        lambda e: setattr(e, "pods_after", e.pods),
        "2 Pods, 0 new",
    ),
    (deployment_checks.check_self_healing, DeploymentEvidence, lambda e: e.pods_after.pop(), "1 Pod,"),
    (
        deployment_checks.check_self_healing,
        DeploymentEvidence,
        lambda e: [pod["metadata"].update(uid=f"u{n}") for n, pod in enumerate(e.pods_after)],
        "2 Pods, 2 new",
    ),
    (
        deployment_checks.check_self_healing,
        DeploymentEvidence,
        lambda e: [sample.__dict__.update(ok=False) for sample in e.timeline.http],
        "the first failed",
    ),
    (
        checks.check_claim_bound,
        ClaimEvidence,
        lambda e: e.claim["spec"].update(volumeName="pvc-1"),
        "to pvc-1",
    ),
    (
        checks.check_claim_bound,
        ClaimEvidence,
        lambda e: e.claim["metadata"].update(name="x"),
        "x Bound to manual-pv",
    ),
    (
        checks.check_claim_survives,
        ClaimEvidence,
        lambda e: setattr(e, "important_after", ""),
        "no such file",
    ),
    (checks.check_claim_survives, ClaimEvidence, lambda e: setattr(e, "file_before", "other"), "other"),
    (checks.check_claim_survives, ClaimEvidence, lambda e: setattr(e, "file_after", None), "no such file"),
    (
        provisioning.check_dynamic_survives,
        DynamicEvidence,
        lambda e: setattr(e, "page_before", NOT_FOUND),
        "HTTP 404",
    ),
    (
        provisioning.check_dynamic_survives,
        DynamicEvidence,
        lambda e: setattr(e, "page_after", HttpAnswer(url="u", status=200, body=" other ")),
        "other",
    ),
]


@pytest.mark.parametrize(("check", "model", "edit", "actual"), EDITS)
def test_what_breaks_it_is_found(check: Check, model: type[Evidence], edit: Edit, actual: str) -> None:
    evidence = recorded(model.__name__.removesuffix("Evidence").lower(), model)
    edit(evidence)
    with pytest.raises(CriterionFailure) as caught:
        check(evidence)
    assert actual in f"{caught.value.problem.rationale} {caught.value.problem.actual}"
    assert "(11." in caught.value.problem.help
    assert caught.value.problem.expected


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
