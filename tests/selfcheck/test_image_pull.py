"""Why an image was not pulled, from events as a cluster without a registry made them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grading.k8s.diagnosis import Diagnosis
from grading.k8s.image_pull import BACK_OFF, names_unknown_host, pulled_for, with_cause
from grading.k8s.image_reference import short
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
    # Of another registry than docker.io, which the mirror stands for, nobody can tell what it has.
    assert (told.reason, told.infrastructure) == (BACK_OFF, name in {"nx", "refused"})


def test_without_an_event_it_only_waits() -> None:
    others = recorded_events("pulls", "nx")
    assert with_cause(waits("bad"), pod("nginx:9.99"), []) == waits("bad")
    assert with_cause(waits("bad"), pod("nginx:9.99"), others) == waits("bad")


KNOWN = replace(waits("bad"), infrastructure=True)
NETWORK = (
    CAUSES["bad"],
    f'Head "{HUB}/library/nginx/manifests/9.99": dial tcp 54.1.2.3:443: i/o timeout',
    f"unexpected status from HEAD request to {HUB}/library/nginx/manifests/9.99: 429 Too Many Requests",
    f"unexpected status from GET request to {HUB}/library/nginx/blobs/sha256:1: 500 Internal Server Error",
    "httpReadSeeker: failed open: failed to do request: read tcp: connection reset by peer",
)
DEFINITE = (
    "docker.io/library/nginx:9.99: not found",
    "pull access denied, repository does not exist or may require authorization: server message: "
    "insufficient_scope: authorization failed",
    "no match for platform in manifest: not found",
    f"unexpected status from HEAD request to {HUB}/library/nginx/manifests/9.99: 404 Not Found",
)


def saying(answer: str) -> list[dict[str, Any]]:
    events = recorded_events("pulls", "bad")
    for event in events:
        event["message"] = str(event["message"]).replace(CAUSES["bad"], answer)
    return events


@pytest.mark.parametrize("answer", NETWORK)
def test_a_registry_that_cannot_be_reached_may_be_reached_later(answer: str) -> None:
    told = with_cause(KNOWN, pod("nginx:9.99"), saying(answer))
    assert (told.infrastructure, told.may_pass) == (True, True)


@pytest.mark.parametrize("answer", DEFINITE)
def test_an_image_that_the_registry_does_not_have_will_not_come(answer: str) -> None:
    told = with_cause(KNOWN, pod("nginx:9.99"), saying(answer))
    assert (told.infrastructure, told.may_pass) == (True, False)


def test_the_last_try_counts() -> None:
    earlier, later = saying(DEFINITE[0]), saying(NETWORK[0])
    for event in earlier:
        event["lastTimestamp"] = "2026-11-25T20:00:00Z"
    assert with_cause(KNOWN, pod("nginx:9.99"), [*later, *earlier]).may_pass


def test_without_an_event_an_image_of_the_course_may_come() -> None:
    assert with_cause(KNOWN, pod("nginx:9.99"), []).may_pass


def test_an_image_of_somebody_elses_will_not_come() -> None:
    assert not with_cause(waits("bad"), pod("nginx:9.99"), saying(CAUSES["bad"])).may_pass


def creating(reason: str = "ContainerCreating") -> dict[str, Any]:
    waiting = [{"name": name, "state": {"waiting": {"reason": reason}}} for name in ("other", "one")]
    return {**pod("nginx:9.99"), "status": {"containerStatuses": waiting}}


PULLING = {"reason": "Pulling", "message": 'Pulling image "nginx:9.99"'}
PULLED = {
    "reason": "Pulled",
    "message": 'Successfully pulled image "nginx:9.99" in 12s (12s including waiting)',
}
THERE = {"reason": "Pulled", "message": 'Container image "nginx" already present on machine'}
SCHEDULED = {"reason": "Scheduled", "message": "Successfully assigned n/p to k3d-x-agent-0"}
NO_MOUNT = {"reason": "FailedMount", "message": 'MountVolume.SetUp failed for volume "x"'}


@pytest.mark.parametrize(
    ("events", "image"),
    [
        ([], "nginx:latest"),
        ([SCHEDULED], "nginx:latest"),
        ([SCHEDULED, THERE, PULLING], "nginx:9.99"),
        ([SCHEDULED, THERE, PULLING, PULLED], ""),
        ([SCHEDULED, NO_MOUNT], ""),
    ],
)
def test_what_a_pod_waits_for(events: list[dict[str, Any]], image: str) -> None:
    assert pulled_for(creating(), events) == image
    assert pulled_for(creating(BACK_OFF), events) == image
    assert pulled_for(creating("CrashLoopBackOff"), events) == ""


@pytest.mark.parametrize(
    "answer",
    [
        f"unexpected status from HEAD request to {HUB}/library/nginx/manifests/9.99: 429 Too Many Requests",
        "pulling from host docker.io failed with status code [manifests 9.99]: 503 Service Unavailable",
        "toomanyrequests: You have reached your pull rate limit.",
    ],
)
def test_a_registry_that_has_no_time_is_not_the_students_trouble(answer: str) -> None:
    told = with_cause(waits("bad"), pod("nginx:9.99"), saying(answer))
    assert (told.infrastructure, told.may_pass) == (True, True)
    assert answer[:200] in told.message


AWAY = [
    f"failed to do request: Head {HUB}/library/nginx/manifests/9.99: dial tcp: lookup x: no such host",
    f"failed to do request: Head {HUB}/library/nginx/manifests/9.99: dial tcp 1.2.3.4:443: i/o timeout",
    "httpReadSeeker: failed open: failed to do request: connection reset by peer",
    "failed to authorize: failed to fetch anonymous token: net/http: TLS handshake timeout",
    "unexpected EOF",
]


@pytest.mark.parametrize("answer", AWAY)
def test_the_network_is_not_the_students_trouble_where_there_is_one(answer: str) -> None:
    told = with_cause(waits("bad"), pod("nginx:9.99"), saying(answer), fetched=True)
    assert (told.infrastructure, told.may_pass) == (True, True)
    alone = with_cause(waits("bad"), pod("nginx:9.99"), saying(answer), fetched=False)
    assert (alone.infrastructure, alone.may_pass) == (False, False)


@pytest.mark.parametrize(
    "answer",
    [
        "docker.io/library/nginx:9.99: not found",
        "pull access denied, repository does not exist or may require authorization: insufficient_scope",
        "no match for platform in manifest: not found",
    ],
)
def test_what_a_registry_does_not_have_is_the_students_trouble(answer: str) -> None:
    told = with_cause(waits("bad"), pod("nginx:9.99"), saying(answer), fetched=True)
    assert (told.infrastructure, told.may_pass) == (False, False)


@pytest.mark.parametrize(
    ("reached", "blamed"),
    [("", False), ("2026-11-25T20:00:00Z", True), ("2026-11-25T21:00:00Z", False)],
)
@pytest.mark.parametrize("fetched", [True, False])
def test_a_host_that_is_unknown_while_others_answer_is_the_students_trouble(
    reached: str, blamed: bool, fetched: bool
) -> None:
    written, _short = IMAGES["nx"]
    events = recorded_events("pulls", "nx")
    for event in events:
        event["lastTimestamp"] = "2026-11-25T20:30:00Z"
    assert names_unknown_host(pod(written), events)
    told = with_cause(waits("nx"), pod(written), events, fetched=fetched, reached=reached)
    assert (told.infrastructure, told.may_pass) == (not blamed, not blamed)
    # Docker Hub's own name is right, whatever the resolver says of it.
    assert not names_unknown_host(pod("nobody/nothing:1"), recorded_events("pulls", "priv"))


COURSE = frozenset({"docker.io/library/nginx:latest", "docker.io/library/nginx:1.24", "docker.io/me/lab:1"})


@pytest.mark.parametrize(
    ("image", "may_exist"),
    [
        ("nginx:9.99", True),
        ("nginx:1.27.3-alpine3.20-slim", True),
        ("nginx:alpine", True),
        ("docker.io/library/nginx:mainline", True),
        ("nginx:latets", False),
        ("nginx:1.24-missing", False),
        ("nginx:1.2.3.4", False),
        ("nginxx:1.27", False),
        ("nginxx", False),
        ("me/lab:2", False),
        ("quay.io/me/nginx:1.27", True),
    ],
)
def test_without_a_registry_nobody_knows_whether_another_version_exists(image: str, may_exist: bool) -> None:
    waits = Diagnosis(
        BACK_OFF, f'the image {short(image)} cannot be pulled: Back-off pulling image "{image}"'
    )
    events = [
        event | {"message": str(event["message"]).replace("nginx:9.99", image)}
        for event in recorded_events("pulls", "bad")
    ]
    told = with_cause(waits, pod(image), events, images=COURSE)
    assert (told.infrastructure, told.may_pass) == (may_exist, may_exist)


def test_the_name_of_an_image_is_no_answer_of_a_registry() -> None:
    image = "toomanyrequests:toomanyrequests"
    path = "library/toomanyrequests"
    words = f'failed to resolve reference "docker.io/{path}:toomanyrequests": docker.io/{path}: not found'
    event = {"reason": "Failed", "message": f'Failed to pull image "{image}": {words}'}
    waiting = Diagnosis(BACK_OFF, f'the image {image} cannot be pulled: Back-off pulling image "{image}"')
    assert not with_cause(waiting, pod(image), [event]).infrastructure
