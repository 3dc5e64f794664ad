"""Why a claim is not bound to a volume."""

from __future__ import annotations

from typing import Any

import pytest

from grading.k8s.binding import unfit
from tests.selfcheck.recorded import load


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
