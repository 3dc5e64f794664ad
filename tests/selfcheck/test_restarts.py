"""A container that ran and ended later: that it is seen, and whose fault it is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from grading import timeouts
from grading.k8s.restarts import ended_since, outlives_probes, why_ended

PROBE: Final = {"httpGet": {"port": 80}}
REFUSED: Final = "Liveness probe failed: Get http://10.42.0.9:81/: connect: connection refused"
SLOW: Final = "Liveness probe failed: Get http://10.42.0.9:80/: context deadline exceeded"


def pod(restarts: int = 0, state: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    status = {"name": "web", "restartCount": restarts, "state": {"running": {}}, **(state or {})}
    return {
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", **container}]},
        "status": {"containerStatuses": [status]},
    }


def ended(code: int, reason: str) -> dict[str, Any]:
    return {"lastState": {"terminated": {"exitCode": code, "reason": reason}}}


def unhealthy(message: str) -> list[dict[str, str]]:
    return [{"reason": "Pulled", "message": "pulled"}, {"reason": "Unhealthy", "message": message}]


def test_container_that_goes_on_has_not_ended() -> None:
    assert ended_since(pod(), pod()) is None
    assert ended_since(pod(2), pod(2, ended(1, "Error"))) is None


def test_container_that_was_started_again_has_ended() -> None:
    status = ended_since(pod(1), pod(2))
    assert status
    assert status["restartCount"] == 2


def test_container_that_is_not_started_again_has_ended() -> None:
    assert ended_since(pod(), pod(state={"state": {"terminated": {"exitCode": 0}}}))


@pytest.mark.parametrize(
    ("code", "reason", "container", "events", "is_outside"),
    [
        (3, "Error", {}, [], False),
        (0, "Completed", {}, [], False),
        (0, "Completed", {"livenessProbe": PROBE}, unhealthy(REFUSED), False),
        (137, "Error", {"livenessProbe": PROBE}, unhealthy(REFUSED), False),
        (0, "Completed", {"livenessProbe": PROBE}, unhealthy(SLOW), True),
        (137, "OOMKilled", {"resources": {"limits": {"memory": "8Mi"}}}, [], False),
        (137, "OOMKilled", {}, [], True),
        (137, "Error", {}, [], True),
        (255, "Unknown", {}, [], True),
        (137, "ContainerStatusUnknown", {}, [], True),
    ],
)
def test_whose_fault_the_end_is(
    code: int, reason: str, container: dict[str, Any], events: list[dict[str, str]], is_outside: bool
) -> None:
    now = pod(1, ended(code, reason), **container)
    status = ended_since(pod(), now)
    assert status
    found = why_ended(now, status, events)
    assert found.infrastructure is is_outside
    assert f"ended with exit code {code} ({reason})" in found.message
    assert found.was_ready


def test_failed_probe_is_named() -> None:
    now = pod(1, ended(0, "Completed"), livenessProbe=PROBE)
    assert (
        "connection refused"
        in why_ended(now, now["status"]["containerStatuses"][0], unhealthy(REFUSED)).message
    )


@pytest.mark.parametrize(
    ("probe", "seconds"),
    [
        (None, 0.0),
        (PROBE, 31.0),
        ({"initialDelaySeconds": 15, "periodSeconds": 5, "failureThreshold": 2, "timeoutSeconds": 4}, 29.0),
        ({"periodSeconds": 600}, timeouts.LONGEST_PROBE),
    ],
)
def test_time_in_which_a_liveness_probe_is_seen_to_fail(probe: dict[str, int] | None, seconds: float) -> None:
    found = pod() if probe is None else pod(livenessProbe=probe)
    assert outlives_probes(found) == seconds
