"""The checks of sections 11.9.3 and 11.10 on recordings of real runs.

A recording is the evidence of one scenario, ``evidence/<scenario>.json`` of a report folder, compressed; it
is called after the submission, the reference or a fault, and the scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.faults.catalogue import load_faults
from grading.course.chapter11.deployments import deployment_checks
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.course.chapter11.storage import checks, claims, provisioning
from grading.course.chapter11.storage.evidence import (
    ClaimEvidence,
    DynamicEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.manifest import RecordedManifest
from tests.selfcheck.recorded import recording

RECORDINGS: Final = Path(__file__).with_name("recordings")
FAULTS: Final = load_faults()

KINDS: Final[dict[str, type[Evidence]]] = {
    "deployment": DeploymentEvidence,
    "ephemeral": EphemeralEvidence,
    "emptydir": EmptyDirEvidence,
    "claim": ClaimEvidence,
    "dynamic": DynamicEvidence,
}
CHECKS: Final[dict[str, dict[str, Callable[[Any], object]]]] = {
    "deployment": {
        "deployments.replicas": deployment_checks.check_replicas,
        "deployments.self-healing": deployment_checks.check_self_healing,
        "deployments.scale": deployment_checks.check_scale,
        "deployments.delete": deployment_checks.check_delete,
    },
    "ephemeral": {"storage.ephemeral": checks.check_ephemeral},
    "emptydir": {"storage.emptydir": checks.check_emptydir},
    "claim": {
        "storage.pvc.bound": checks.check_claim_bound,
        "storage.pvc.survives": checks.check_claim_survives,
        "storage.pv.retained": checks.check_retained,
    },
    "dynamic": {
        "storage.dynamic.waits": provisioning.check_dynamic_waits,
        "storage.dynamic.bound": provisioning.check_dynamic_bound,
        "storage.dynamic.survives": provisioning.check_dynamic_survives,
        "storage.dynamic.reclaimed": provisioning.check_dynamic_reclaimed,
    },
}


def recordings() -> list[tuple[str, str]]:
    found = []
    for path in sorted(RECORDINGS.glob("*.json.gz")):
        submission, _, scenario = path.name.removesuffix(".json.gz").rpartition("-")
        if scenario in KINDS:
            found.append((submission, scenario))
    return found


def recorded(submission: str, scenario: str) -> Any:
    return KINDS[scenario].model_validate(recording(f"{submission}-{scenario}"))


def lost(evidence: Evidence, scenario: str) -> set[str]:
    found = set()
    for criterion, check in CHECKS[scenario].items():
        try:
            check(evidence)
        except CriterionFailure:
            found.add(criterion)
    return found


@pytest.mark.parametrize(("submission", "scenario"), recordings())
def test_recording_loses_what_its_submission_names(submission: str, scenario: str) -> None:
    named: set[str] = FAULTS[submission].loses if submission != "reference" else set()
    assert lost(recorded(submission, scenario), scenario) == named & set(CHECKS[scenario])


@pytest.mark.parametrize("scenario", KINDS)
def test_evidence_that_is_missing_without_a_reason_costs_nothing(scenario: str) -> None:
    reference = recorded("reference", scenario)
    empty = KINDS[scenario](
        scenario=scenario, started=reference.started, error="InfrastructureError: the API server is gone"
    )
    for check in CHECKS[scenario].values():
        with pytest.raises(InfrastructureError, match="API server is gone"):
            check(empty)


def changed(scenario: str, **fields: Any) -> Any:
    return recorded("reference", scenario).model_copy(update=fields)


def test_log_that_goes_on_is_not_the_containers_own() -> None:
    evidence = recorded("reference", "ephemeral")
    evidence.log_after = evidence.log_before
    with pytest.raises(CriterionFailure, match="does not start anew"):
        checks.check_ephemeral(evidence)


def test_log_on_a_volume_is_not_in_the_filesystem_of_the_container() -> None:
    evidence = recorded("reference", "ephemeral")
    evidence.first_pod["spec"]["containers"][0]["volumeMounts"].append({"mountPath": "/tmp/", "name": "v"})
    with pytest.raises(CriterionFailure, match="on a volume mounted at /tmp/"):
        checks.check_ephemeral(evidence)


def test_other_pod_name_is_told_and_costs_nothing() -> None:
    evidence = recorded("reference", "ephemeral")
    assert claims.other_name(evidence.first_pod, "temptest.yaml", "temp-data-pod") == ""
    evidence.first_pod["metadata"]["name"] = "temp-data-demo"
    assert "temp-data-demo" in claims.other_name(evidence.first_pod, "temptest.yaml", "temp-data-pod")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"file_before": ""}, "does not write /data/file.txt"),
        ({"nonce_restarted": ""}, "gone after the container was restarted"),
        ({"file_restarted": ""}, "gone after the container was restarted"),
        ({"nonce_after": "kubegrade 00"}, "still there after the Pod"),
    ],
)
def test_empty_dir_survives_its_container_and_not_its_pod(fields: dict[str, str], message: str) -> None:
    with pytest.raises(CriterionFailure, match=message):
        checks.check_emptydir(changed("emptydir", **fields))


def test_volume_must_keep_its_data() -> None:
    with pytest.raises(CriterionFailure, match="not on the volume any more"):
        checks.check_retained(changed("claim", kept=""))
    with pytest.raises(CriterionFailure, match="the volume is deleted"):
        checks.check_retained(changed("claim", volume_gone=True, released_volume=None))


def test_claim_bound_too_early_is_wrong() -> None:
    evidence = recorded("reference", "dynamic")
    evidence.unused_claim["status"]["phase"] = "Bound"
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(evidence)


def test_class_of_a_claim_may_be_named_by_the_older_annotation() -> None:
    evidence = recorded("reference", "dynamic")
    del evidence.unused_claim["spec"]["storageClassName"]
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(evidence)
    evidence.unused_claim["metadata"]["annotations"] = {
        "volume.beta.kubernetes.io/storage-class": "local-path"
    }
    provisioning.check_dynamic_waits(evidence)


def test_volume_that_is_recycled_is_not_retained() -> None:
    evidence = recorded("reference", "claim")
    evidence.kept = None
    evidence.released_volume["spec"]["persistentVolumeReclaimPolicy"] = "Recycle"
    with pytest.raises(CriterionFailure, match="after its claim was deleted") as caught:
        checks.check_retained(evidence)
    assert "Recycle" in caught.value.problem.actual


def test_claim_without_a_word_from_kubernetes_does_not_wait_for_good() -> None:
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(changed("dynamic", unused_reasons=["ProvisioningFailed"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "capacity", "storage"), "1Gi"),
        (("spec", "accessModes"), ["ReadWriteMany"]),
        (("spec", "persistentVolumeReclaimPolicy"), "Retain"),
        (("metadata", "name"), "manual-pv"),
    ],
)
def test_dynamic_volume_must_be_as_in_the_course(path: tuple[str, ...], value: object) -> None:
    evidence = recorded("reference", "dynamic")
    part = evidence.volume
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(CriterionFailure, match="another volume than the course's"):
        provisioning.check_dynamic_bound(evidence)


def test_size_may_be_written_in_any_unit() -> None:
    evidence = recorded("reference", "dynamic")
    evidence.volume["spec"]["capacity"]["storage"] = "2048Mi"
    provisioning.check_dynamic_bound(evidence)


def test_page_that_is_gone_is_lost() -> None:
    gone = HttpAnswer(url="http://127.0.0.1", status=403, body="403 Forbidden")
    with pytest.raises(CriterionFailure, match="not served after"):
        provisioning.check_dynamic_survives(changed("dynamic", page_after=gone))


def test_volume_that_stays_is_not_reclaimed() -> None:
    with pytest.raises(CriterionFailure, match="still there"):
        provisioning.check_dynamic_reclaimed(changed("dynamic", volume_gone=False))


def test_scaling_must_keep_the_first_pods() -> None:
    evidence = recorded("reference", "deployment")
    first = evidence.pods_after[0]["metadata"]["uid"]
    evidence.scaled_pods = [pod for pod in evidence.scaled_pods if pod["metadata"]["uid"] != first]
    with pytest.raises(CriterionFailure, match="are gone"):
        deployment_checks.check_scale(evidence)


def test_deletion_must_leave_nothing() -> None:
    with pytest.raises(CriterionFailure, match="left objects"):
        deployment_checks.check_delete(changed("deployment", left=["Pod nginx-deployment-1"]))


def test_a_lost_point_has_the_place_of_the_field_that_decides() -> None:
    lines = {"": 1, "spec": 5, "spec|replicas": 6, "spec|template": 9}
    manifests = {"dep.yaml": RecordedManifest(file="sub/dep.yaml", data={}, lines=lines, applied=True)}
    evidence = changed("deployment", manifests=manifests)
    evidence.deployment["status"]["readyReplicas"] = 1
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
