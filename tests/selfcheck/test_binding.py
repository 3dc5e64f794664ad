"""Why a claim is not bound to a volume, and what an object says that was exported while it was bound."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from grading.course.chapter11.storage.exported import as_written
from grading.evidence.base import Evidence
from grading.k8s.binding import unbind, unfit
from tests.selfcheck.recorded import load

UID = "8a3f1c52-6f0e-4d0b-9a57-2f0f4b3f9d11"


def volume() -> dict[str, Any]:
    found: dict[str, Any] = load("reference", "claim").volume
    del found["spec"]["claimRef"]
    return found


def claim(**spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = load("reference", "claim").claim
    found["spec"] |= spec
    return found


def test_volume_and_claim_of_the_course_fit() -> None:
    assert unfit(volume(), claim()) == ()
    assert unfit(load("reference", "claim").volume, claim()) == ()


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"storageClassName": "standard"}, "storageClassName"),
        ({"storageClassName": ""}, "storageClassName"),
        ({"accessModes": ["ReadWriteMany"]}, "accessModes"),
        ({"accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}, "accessModes"),
        ({"volumeMode": "Block"}, "volumeMode"),
        ({"volumeName": "my-pv"}, "volumeName"),
        ({"selector": {"matchLabels": {"disk": "fast"}}}, "selector"),
    ],
)
def test_the_field_that_keeps_them_apart(spec: dict[str, Any], field: str) -> None:
    assert unfit(volume(), claim(**spec)) == ("spec", field)


def test_a_claim_that_is_too_large() -> None:
    asked = claim(resources={"requests": {"storage": "2Gi"}})
    assert unfit(volume(), asked) == ("spec", "resources", "requests", "storage")
    assert unfit(volume(), claim(resources={"requests": {"storage": "1024Mi"}})) == ()


def test_a_volume_that_is_kept_for_another_claim() -> None:
    kept = volume()
    kept["spec"]["claimRef"] = {"name": "other"}
    assert unfit(kept, claim()) == ("metadata", "name")


def exported_volume(data: dict[str, Any]) -> None:
    data["spec"]["claimRef"] = {"name": "manual-pvc", "uid": UID, "resourceVersion": "1"}
    data["metadata"]["annotations"] = {"pv.kubernetes.io/bound-by-controller": "yes", "mine": "x"}


def exported_claim(data: dict[str, Any]) -> None:
    data["spec"]["volumeName"] = f"pvc-{UID}"
    data["metadata"]["annotations"] = {"pv.kubernetes.io/bind-completed": "yes", "mine": "x"}


@pytest.mark.parametrize("export", [exported_volume, exported_claim])
def test_what_binds_an_exported_object_to_another_is_taken_out(
    export: Callable[[dict[str, Any]], None],
) -> None:
    data: dict[str, Any] = {"metadata": {"name": "n"}, "spec": {}}
    export(data)
    assert unbind(data)
    assert data["metadata"]["annotations"] == {"mine": "x"}
    assert data["spec"] in ({"claimRef": {"name": "manual-pvc"}}, {})
    assert not unbind(data)


@pytest.mark.parametrize(
    "spec", [{"volumeName": "manual-pv"}, {"claimRef": {"name": "c", "namespace": "n"}}, {}]
)
def test_what_a_person_writes_stays(spec: dict[str, Any]) -> None:
    assert not unbind({"metadata": {"name": "n"}, "spec": dict(spec)})


def test_what_is_left_out_is_told_once() -> None:
    evidence = Evidence(scenario="claim", started=datetime.now(UTC), remarks={"pv.yaml": "another name"})
    for _ in range(2):
        data: dict[str, Any] = {"metadata": {"name": "n"}, "spec": {}}
        exported_volume(data)
        as_written(evidence, "pv.yaml")(data)
    words = "another name; what Kubernetes wrote into it while it was bound is left out"
    assert evidence.remarks["pv.yaml"] == words
    as_written(evidence, "pvc.yaml")({"metadata": {"name": "n"}, "spec": {}})
    assert "pvc.yaml" not in evidence.remarks
