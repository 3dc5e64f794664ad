"""A Pod that takes long to end is right, and is given less time."""

from __future__ import annotations

from typing import Any

import pytest

from grading.submission.grace_periods import shorten


def pod(grace: int | None, sleep: int | None = None) -> dict[str, Any]:
    container: dict[str, Any] = {"name": "c"}
    if sleep is not None:
        container["lifecycle"] = {"preStop": {"sleep": {"seconds": sleep}}}
    spec: dict[str, Any] = {"containers": [container]}
    if grace is not None:
        spec["terminationGracePeriodSeconds"] = grace
    return {"kind": "Pod", "spec": spec}


@pytest.mark.parametrize(
    ("grace", "sleep", "shorter", "slept"),
    [
        (None, None, None, None),
        (None, 20, None, 20),
        (5, 5, 5, 5),
        (300, None, 30, None),
        (300, 240, 30, 30),
        (300, 10, 30, 10),
        (60, 90, 30, 90),
        (0, None, 0, None),
    ],
)
def test_a_long_grace_period_and_its_hook_are_shortened(
    grace: int | None, sleep: int | None, shorter: int | None, slept: int | None
) -> None:
    data = pod(grace, sleep)
    template: dict[str, Any] = {
        "kind": "Deployment",
        "spec": {"template": {"spec": pod(grace, sleep)["spec"]}},
    }
    for item in (data, template):
        shorten(item)
    assert data == pod(shorter, slept)
    assert template["spec"]["template"]["spec"] == pod(shorter, slept)["spec"]


def test_an_exercise_may_give_less_time() -> None:
    data = pod(None, 20)
    shorten(data, 1)
    assert data == pod(1, 1)


@pytest.mark.parametrize(
    "data", [{"kind": "Service", "spec": {}}, {"kind": "Pod"}, {"kind": "Deployment", "spec": {}}]
)
def test_what_has_no_pods_stays_as_it_is(data: dict[str, Any]) -> None:
    before = dict(data)
    shorten(data)
    assert data == before
