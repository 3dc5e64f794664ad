"""Which probe keeps a Pod from being Ready, and whether the manifest is the cause."""

from __future__ import annotations

from typing import Any

import pytest

from grading.k8s.diagnosis import first, long_seen
from grading.k8s.probes import delayed, is_answered, may_be_probed, own_delay, probed

HTTP = {"httpGet": {"path": "/", "port": 80}}
COMMAND = {"exec": {"command": ["cat", "/tmp/ready"]}}
ANSWERS = (
    (HTTP, "HTTP probe failed with statuscode: 404"),
    (HTTP, 'Get "http://10.42.1.7:8080/": dial tcp 10.42.1.7:8080: connect: connection refused'),
    (HTTP, 'Get "https://10.42.1.7:80/": http: server gave HTTP response to HTTPS client'),
    ({"tcpSocket": {"port": 81}}, "dial tcp 10.42.1.7:81: connect: connection refused"),
    (COMMAND, "cat: can't open '/tmp/ready': No such file or directory"),
    (COMMAND, ""),
    (COMMAND, "the page timed out: deadline exceeded, rpc error: code = 1, errored"),
    (
        COMMAND,
        "rpc error: code = Unknown desc = failed to exec in container: failed to start exec: OCI "
        'runtime exec failed: exec failed: unable to start container process: exec: "cat": no such file',
    ),
)
SILENCE = (
    (
        HTTP,
        'Get "http://10.42.1.7:80/": context deadline exceeded (Client.Timeout exceeded)',
    ),
    (HTTP, 'Get "http://10.42.1.7:80/": dial tcp 10.42.1.7:80: i/o timeout'),
    (HTTP, 'Get "http://10.42.1.7:80/": dial tcp 10.42.1.7:80: connect: no route to host'),
    (HTTP, 'Get "http://10.42.1.7:80/": read tcp 10.42.1.1:5->10.42.1.7:80: read: connection reset by peer'),
    (COMMAND, 'command "cat /tmp/ready" timed out'),
    (COMMAND, 'command timed out: "cat /tmp/ready" timed out after 1s'),
)


FORGED = (
    'command "sh" timed out',
    'command "cat /tmp/ready" timed out, or so',
    'command timed out: "cat /tmp/read" timed out after 1s',
    'command timed out: "cat /tmp/ready" timed out after 1s\nha',
    "rpc error: code = Unavailable desc = error reading from server: EOF",
    "context deadline exceeded",
    "timeout",
)


@pytest.mark.parametrize("message", FORGED)
def test_words_of_a_command_are_not_taken_for_the_kubelets(message: str) -> None:
    assert is_answered({"spec": {}}, COMMAND, f"Readiness probe failed: {message}")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["sh", "-c", 'test "$(date)"'], r"sh -c test \"$(date)\""),
        (["sh", "-c", "echo $(NAME)  $$(x)\n\u00e9\a"], r"sh -c echo its value  $(x)\n\u00e9\a"),
        ([r"a\b"], r"a\\b"),
    ],
)
def test_the_kubelet_quotes_the_command_that_does_not_end(command: list[str], told: str) -> None:
    for words in (f'command timed out: "{told}" timed out after 1.5s', f'command "{told}" timed out'):
        for message in (words, " ".join(words.split())):
            said = f"Liveness probe failed: {message}"
            assert not is_answered({"spec": {}}, {"exec": {"command": command}}, said)


def test_the_beginning_of_the_kubelets_words_is_enough() -> None:
    message = first(f'Startup probe failed: command timed out: "sh -c {"x" * 300}" timed out after 1s')
    assert not is_answered({"spec": {}}, {"exec": {"command": ["sh", "-c", "x" * 300]}}, message)
    assert is_answered({"spec": {}}, {"exec": {"command": ["sh", "-c", "y" * 300]}}, message)
    assert not is_answered({"spec": {}}, {"exec": {"command": ["sh", "-c", "$(x)"]}}, message)


def test_a_command_that_the_node_could_not_run_has_not_answered() -> None:
    message = "Readiness probe errored: rpc error: code = Unavailable desc = error reading from server: EOF"
    assert not is_answered({"spec": {}}, COMMAND, message)


def pod(probe: dict[str, Any], kind: str, **status: Any) -> dict[str, Any]:
    running = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    told = {"name": "web", "ready": False, "started": True, "restartCount": 0, "state": running} | status
    return {
        "metadata": {"name": "p", "uid": "u"},
        "spec": {"containers": [{"name": "web", f"{kind}Probe": probe}]},
        "status": {"containerStatuses": [told]},
    }


def event(reason: str, message: str, container: str = "web") -> dict[str, Any]:
    about = {"fieldPath": f"spec.containers{{{container}}}"}
    return {
        "reason": reason,
        "message": message,
        "involvedObject": about,
        "lastTimestamp": "2026-01-01T00:01:00Z",
    }


def failing(kind: str, message: str) -> list[dict[str, Any]]:
    return [
        event("Unhealthy", f"{kind.capitalize()} probe failed: {message}"),
        event("Killing", f"Container web failed {kind} probe, will be restarted"),
    ]


@pytest.mark.parametrize(
    ("probe", "message", "own"), [(*a, True) for a in ANSWERS] + [(*s, False) for s in SILENCE]
)
@pytest.mark.parametrize("kind", ["startup", "liveness"])
def test_a_probe_that_has_its_container_restarted_is_named(
    kind: str, probe: dict[str, Any], message: str, own: bool
) -> None:
    restarted = pod(probe, kind, restartCount=1, started=False)
    assert may_be_probed(restarted, long_seen)
    told = probed(restarted, failing(kind, message), long_seen)
    assert told
    start = f"the container web is restarted because its {kind}Probe fails: {kind.capitalize()} probe failed:"
    assert told.message.startswith(start)
    assert message[:60] in told.message
    assert (told.infrastructure, told.may_pass) == (not own, not own)


@pytest.mark.parametrize(
    ("probe", "message", "own"), [(*a, True) for a in ANSWERS] + [(*s, False) for s in SILENCE]
)
def test_a_readiness_probe_that_never_passes(probe: dict[str, Any], message: str, own: bool) -> None:
    told = probed(pod(probe, "readiness"), failing("readiness", message)[:1], long_seen)
    assert told
    assert told.message.startswith("the container web runs, but its readinessProbe never succeeds: ")
    assert (told.infrastructure, told.may_pass) == (not own, not own)


def test_a_probe_of_which_the_kubelet_has_said_nothing_is_nobodys_fault() -> None:
    told = probed(pod(HTTP, "readiness"), [], long_seen)
    assert told
    assert (told.infrastructure, told.may_pass) == (True, True)


@pytest.mark.parametrize(
    ("delay", "told"),
    [
        ({"initialDelaySeconds": 301}, True),
        ({"initialDelaySeconds": 300}, False),
        ({"successThreshold": 32, "periodSeconds": 10}, True),
        ({}, False),
    ],
)
def test_a_probe_that_lets_a_container_be_ready_too_late(delay: dict[str, Any], *, told: bool) -> None:
    found = delayed(pod(HTTP | delay, "readiness"))
    assert (found is not None) is told
    if found:
        assert "because of its readinessProbe it is not Ready before 3" in found.message
        assert not found.infrastructure
    assert delayed(pod(HTTP | delay, "readiness", ready=True)) is None
    assert delayed(pod(HTTP | delay, "readiness", state={"waiting": {}})) is None


@pytest.mark.parametrize(
    ("probe", "seconds", "told"),
    [
        ({"periodSeconds": 5}, 44, False),
        ({"periodSeconds": 5}, 46, True),
        ({}, 59, False),
        ({}, 61, True),
        ({"initialDelaySeconds": 20}, 79, False),
        ({"initialDelaySeconds": 20}, 81, True),
        ({"initialDelaySeconds": 240}, 299, False),
        ({"successThreshold": 10}, 129, False),
        ({"successThreshold": 10}, 131, True),
    ],
)
def test_a_readiness_probe_has_its_own_time(probe: dict[str, Any], seconds: float, told: bool) -> None:
    waits = pod(HTTP | probe, "readiness")
    events = failing("readiness", "HTTP probe failed with statuscode: 404")
    assert (probed(waits, events, lambda _pod, _since: seconds) is not None) is told


@pytest.mark.parametrize(
    "status", [{"ready": True}, {"started": False}, {"state": {"waiting": {"reason": "ContainerCreating"}}}]
)
def test_a_container_that_is_ready_or_not_started_is_not_asked_yet(status: dict[str, Any]) -> None:
    waits = pod(HTTP, "readiness", **status)
    assert not may_be_probed(waits, long_seen)
    assert probed(waits, failing("readiness", "HTTP probe failed with statuscode: 404"), long_seen) is None


def test_a_restart_for_another_reason_is_not_the_probes() -> None:
    restarted = pod(HTTP, "liveness", restartCount=1)
    refused = event("Unhealthy", "Liveness probe failed: connect: connection refused")
    assert (
        probed(restarted, [refused, event("BackOff", "Back-off restarting failed container")], long_seen)
        is None
    )


def test_the_failure_is_that_of_the_same_container_and_probe() -> None:
    restarted = pod(HTTP, "startup", restartCount=1, started=False)
    killed = failing("startup", "x")[1]
    others = [
        event("Unhealthy", "Startup probe failed: HTTP probe failed with statuscode: 500", "other"),
        event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"),
    ]
    told = probed(restarted, [killed, *others], long_seen)
    assert told
    assert "500" not in told.message
    assert told.infrastructure


@pytest.mark.parametrize(
    ("probes", "seconds"),
    [
        ({}, 0),
        ({"readinessProbe": {"initialDelaySeconds": 20}}, 30),
        ({"readinessProbe": {"successThreshold": 5, "periodSeconds": 4}}, 20),
        ({"startupProbe": {"initialDelaySeconds": 5, "failureThreshold": 6}}, 65),
        ({"startupProbe": {"periodSeconds": 10}, "readinessProbe": {"initialDelaySeconds": 20}}, 60),
        ({"livenessProbe": {"initialDelaySeconds": 200}}, 0),
        ({"startupProbe": {"failureThreshold": 1000}}, 300),
    ],
)
def test_what_probes_give_a_container_until_it_is_ready(probes: dict[str, Any], seconds: float) -> None:
    assert own_delay({"containers": [{"name": "a"}, {"name": "b"} | probes]}) == seconds
