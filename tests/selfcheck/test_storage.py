"""The checks of section 11.10 on recordings of real runs, and on single edits of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.chapter11.storage import checks, claims, provisioning
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import HttpAnswer
from tests.selfcheck.recorded import Judge, assert_found, changed, load

NOT_FOUND: Final = HttpAnswer(url="http://x", status=404, body="not found")
EDITS: Final[list[tuple[Judge, str, Callable[[Any], object], str]]] = [
    (
        checks.check_claim_bound,
        "claim",
        lambda e: e.claim["spec"].update(volumeName="pvc-1"),
        "to pvc-1",
    ),
    (
        checks.check_claim_bound,
        "claim",
        lambda e: e.claim["metadata"].update(name="x"),
        "x Bound to manual-pv",
    ),
    (
        checks.check_claim_survives,
        "claim",
        lambda e: setattr(e, "important_after", ""),
        "no such file",
    ),
    (checks.check_claim_survives, "claim", lambda e: setattr(e, "file_before", "other"), "other"),
    (checks.check_claim_survives, "claim", lambda e: setattr(e, "file_after", None), "no such file"),
    (
        provisioning.check_dynamic_survives,
        "dynamic",
        lambda e: setattr(e, "page_before", NOT_FOUND),
        "HTTP 404",
    ),
    (
        provisioning.check_dynamic_survives,
        "dynamic",
        lambda e: setattr(e, "page_after", HttpAnswer(url="u", status=200, body=" other ")),
        "other",
    ),
]


@pytest.mark.parametrize(("check", "scenario", "edit", "actual"), EDITS)
def test_what_breaks_it_is_found(
    check: Judge, scenario: str, edit: Callable[[Any], object], actual: str
) -> None:
    evidence = load("reference", scenario)
    edit(evidence)
    assert_found(check, evidence, actual)


def test_log_that_goes_on_is_not_the_containers_own() -> None:
    evidence = load("reference", "ephemeral")
    evidence.log_after = evidence.log_before
    with pytest.raises(CriterionFailure, match="does not start from scratch"):
        checks.check_ephemeral(evidence)


def test_log_on_a_volume_is_not_in_the_filesystem_of_the_container() -> None:
    evidence = load("reference", "ephemeral")
    evidence.first_pod["spec"]["containers"][0]["volumeMounts"].append({"mountPath": "/tmp/", "name": "v"})
    with pytest.raises(CriterionFailure, match="on a volume mounted at /tmp/"):
        checks.check_ephemeral(evidence)


def test_other_pod_name_is_told_and_costs_nothing() -> None:
    evidence = load("reference", "ephemeral")
    assert claims.other_name(evidence.first_pod, "temptest.yaml", "temp-data-pod") == ""
    evidence.first_pod["metadata"]["name"] = "temp-data-demo"
    assert "temp-data-demo" in claims.other_name(evidence.first_pod, "temptest.yaml", "temp-data-pod")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"file_before": ""}, "does not write /data/file.txt"),
        ({"nonce_restarted": ""}, "gone after the container restarted"),
        ({"file_restarted": ""}, "gone after the container restarted"),
        ({"nonce_after": "kubegrade 00"}, "still exist after the Pod"),
    ],
)
def test_empty_dir_survives_its_container_and_not_its_pod(fields: dict[str, str], message: str) -> None:
    with pytest.raises(CriterionFailure, match=message):
        checks.check_emptydir(changed("emptydir", **fields))


def test_volume_must_keep_its_data() -> None:
    with pytest.raises(CriterionFailure, match="no longer on the volume"):
        checks.check_retained(changed("claim", kept=""))
    with pytest.raises(CriterionFailure, match="the volume is deleted"):
        checks.check_retained(changed("claim", volume_gone=True, released_volume=None))


def test_claim_bound_too_early_is_wrong() -> None:
    evidence = load("reference", "dynamic")
    evidence.unused_claim["status"]["phase"] = "Bound"
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(evidence)


def test_class_of_a_claim_may_be_named_by_the_older_annotation() -> None:
    evidence = load("reference", "dynamic")
    del evidence.unused_claim["spec"]["storageClassName"]
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(evidence)
    evidence.unused_claim["metadata"]["annotations"] = {
        "volume.beta.kubernetes.io/storage-class": "local-path"
    }
    provisioning.check_dynamic_waits(evidence)


def test_volume_that_is_recycled_is_not_retained() -> None:
    evidence = load("reference", "claim")
    evidence.kept = None
    evidence.released_volume["spec"]["persistentVolumeReclaimPolicy"] = "Recycle"
    with pytest.raises(CriterionFailure, match="after its claim was deleted") as caught:
        checks.check_retained(evidence)
    assert "Recycle" in caught.value.problem.actual


def test_a_claim_that_waits_without_a_word_from_kubernetes_is_nobodys_fault() -> None:
    evidence = changed("dynamic", unused_reasons=["ProvisioningFailed"])
    with pytest.raises(InfrastructureError, match="gives no reason why"):
        provisioning.check_dynamic_waits(evidence)
    evidence.unused_claim["spec"]["volumeName"] = "my-pv"
    with pytest.raises(CriterionFailure, match="does not wait for a Pod"):
        provisioning.check_dynamic_waits(evidence)


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
    evidence = load("reference", "dynamic")
    part = evidence.volume
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(CriterionFailure, match="a volume that differs from the one in the course"):
        provisioning.check_dynamic_bound(evidence)


def test_size_may_be_written_in_any_unit() -> None:
    evidence = load("reference", "dynamic")
    evidence.volume["spec"]["capacity"]["storage"] = "2048Mi"
    provisioning.check_dynamic_bound(evidence)


def test_page_that_is_gone_is_lost() -> None:
    gone = HttpAnswer(url="http://127.0.0.1", status=403, body="403 Forbidden")
    with pytest.raises(CriterionFailure, match="not served after"):
        provisioning.check_dynamic_survives(changed("dynamic", page_after=gone))


SILENT: Final = HttpAnswer(url="http://127.0.0.1", error="timed out", refused=False)
CLOSED: Final = HttpAnswer(url="http://127.0.0.1", error="connection refused", refused=True)
OTHER: Final = HttpAnswer(url="http://10.42.0.7:80/", status=200, body="Welcome to nginx!")


@pytest.mark.parametrize("forward", [SILENT, CLOSED])
def test_a_port_forward_that_stays_silent_is_nobodys_fault(forward: HttpAnswer) -> None:
    page = load("reference", "dynamic").page_before
    for direct in (SILENT, page, None):
        for fields in (
            {"page_before": forward, "direct_before": direct},
            {"page_after": forward, "direct_after": direct},
        ):
            with pytest.raises(InfrastructureError, match="the Pod did not answer through the port-forward"):
                provisioning.check_dynamic_survives(changed("dynamic", **fields))


@pytest.mark.parametrize(("direct", "help"), [(CLOSED, "must listen on port 80"), (OTHER, "Mount the claim")])
def test_a_pod_that_shows_the_cause_itself_loses_the_page(direct: HttpAnswer, help: str) -> None:
    with pytest.raises(CriterionFailure, match="not served, even before") as caught:
        provisioning.check_dynamic_survives(changed("dynamic", page_before=SILENT, direct_before=direct))
    assert help in caught.value.problem.help


def test_what_no_pod_could_use_for_want_of_the_machine_is_not_unbound() -> None:
    cut = {"error": "Pod dynamic-demo: Evicted", "first_pod": None, "volume": None}
    for check in (provisioning.check_dynamic_bound, provisioning.check_dynamic_reclaimed):
        with pytest.raises(InfrastructureError, match="Evicted"):
            check(changed("dynamic", **cut))
        with pytest.raises(CriterionFailure):
            check(changed("dynamic", volume=None))
    claim = load("reference", "claim").claim
    claim["status"]["phase"] = "Pending"
    with pytest.raises(InfrastructureError, match="Evicted"):
        checks.check_retained(changed("claim", error=cut["error"], claim=claim, volume_gone=None))


def test_volume_that_stays_is_not_reclaimed() -> None:
    with pytest.raises(CriterionFailure, match="still exists"):
        provisioning.check_dynamic_reclaimed(changed("dynamic", volume_gone=False))
