"""Why an image was not pulled, from events as a cluster without a registry made them."""

from __future__ import annotations

from typing import Any

import pytest

from grading.k8s.image_pull import BACK_OFF, with_cause
from grading.k8s.pod_diagnosis import Diagnosis
from tests.selfcheck.recorded import recorded_events

IMAGES = {
    "bad": ("nginx:9.99", "nginx:9.99"),
    "nx": ("registry.invalid/x:1", "registry.invalid/x:1"),
    "priv": ("docker.io/nobody/nothing:1", "nobody/nothing:1"),
    "refused": ("127.0.0.1:1/x:1", "127.0.0.1:1/x:1"),
}
HUB = "https://registry-1.docker.io/v2"
NO_HOST = "on 172.23.0.1:53: no such host"
HUB_UNKNOWN = f"dial tcp: lookup registry-1.docker.io {NO_HOST}"
CAUSES = {
    "bad": f'Head "{HUB}/library/nginx/manifests/9.99": {HUB_UNKNOWN}',
    "nx": f'Head "https://registry.invalid/v2/x/manifests/1": dial tcp: lookup registry.invalid {NO_HOST}',
    "priv": f'Head "{HUB}/nobody/nothing/manifests/1": {HUB_UNKNOWN}',
    "refused": 'Head "http://127.0.0.1:1/v2/x/manifests/1": dial tcp 127.0.0.1:1: '
    "connect: connection refused",
}


def pod(image: str) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "other", "image": "nginx"}, {"name": "one", "image": image}]}}


def waits(name: str) -> Diagnosis:
    written, short = IMAGES[name]
    return Diagnosis(BACK_OFF, f'the image {short} cannot be pulled: Back-off pulling image "{written}"')


@pytest.mark.parametrize("name", IMAGES)
def test_the_reason_is_that_of_the_event(name: str) -> None:
    written, short = IMAGES[name]
    told = with_cause(waits(name), pod(written), recorded_events("pulls", name))
    assert told.message == f"the image {short} cannot be pulled: failed to do request: {CAUSES[name]}"
    assert (told.reason, told.infrastructure) == (BACK_OFF, False)


def test_without_an_event_it_only_waits() -> None:
    others = recorded_events("pulls", "nx")
    assert with_cause(waits("bad"), pod("nginx:9.99"), []) == waits("bad")
    assert with_cause(waits("bad"), pod("nginx:9.99"), others) == waits("bad")


@pytest.mark.parametrize(
    "answer",
    [
        f"unexpected status from HEAD request to {HUB}/library/nginx/manifests/9.99: 429 Too Many Requests",
        "pulling from host docker.io failed with status code [manifests 9.99]: 503 Service Unavailable",
        "toomanyrequests: You have reached your pull rate limit.",
    ],
)
def test_a_registry_that_has_no_time_is_not_the_students_trouble(answer: str) -> None:
    events = recorded_events("pulls", "bad")
    for event in events:
        event["message"] = str(event["message"]).replace(CAUSES["bad"], answer)
    told = with_cause(waits("bad"), pod("nginx:9.99"), events)
    assert told.infrastructure
    assert answer[:200] in told.message
