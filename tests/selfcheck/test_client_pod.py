"""A container of the suite's own in a Pod of the submission, and a client that cannot fetch what it wants."""

from __future__ import annotations

from typing import Any

import pytest

from grading.course.chapter11.services.clusterip import wait_client
from grading.course.chapter11.services.evidence import ClientPart
from grading.errors import InfrastructureError, TimedOut, Unplayable
from grading.evidence.base import HttpAnswer
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner import client_pod
from grading.runner.context import Context
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, StandIn, context_on

INSTALLS = ["bash", "-c", "apt update && apt install -y curl && sleep infinity"]
UNKNOWN_HOST = Output(
    6, "\n000", "curl: (6) Could not resolve host: deb.debian.org\ncommand terminated with exit code 6"
)
REDIRECT = Output(0, "\n301", "")
FETCHED = Output(0, "Origin: Debian\n200", "")


class Joined(StandIn):
    """A cluster that takes a container into a Pod and lets it run."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, str, Any]] = []

    def request(self, method: str, path: str, *, body: Any, content_type: str) -> None:
        assert content_type == "application/strategic-merge-patch+json"
        self.requests.append((method, path, body))
        [container] = body["spec"]["ephemeralContainers"]
        status = {"name": container["name"], "state": {"running": {}}}
        name = path.split("/")[2]
        self.objects["Pod", "mine", name]["status"]["ephemeralContainerStatuses"] = [status]

    def path(self, kind: str, namespace: str, name: str) -> str:  # type: ignore[override]
        return f"{kind}/{namespace}/{name}"


def with_client(*command: str) -> Joined:
    cluster = Joined()
    container = {"name": "debian", "image": "debian:latest", "command": list(command)}
    metadata = {"name": "debian-pod"}
    cluster.apply({"kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}, "mine")
    return cluster


def context(cluster: StandIn, packages: Output) -> Context:
    """Return a context on a cluster whose Pods get this from the server of Debian's packages."""
    commands = Commands()
    commands.page = lambda: packages
    return context_on(cluster, commands, load_submission(REFERENCE, load_courses().files.values()))


def test_container_joins_a_pod_and_asks_in_its_network() -> None:
    cluster = with_client("sleep", "infinity")
    place = context(cluster, REDIRECT)
    name = client_pod.join(place, "debian-pod")
    client_pod.wait_joined(place, "debian-pod", name)
    [(method, path, body)] = cluster.requests
    assert (method, path) == ("PATCH", "Pod/mine/debian-pod/ephemeralcontainers")
    assert body["spec"]["ephemeralContainers"][0]["securityContext"]["runAsUser"] > 0
    assert place.ask("http://nginx-svc:8080", "debian-pod", name).status == 301


def test_container_that_does_not_start_is_nobodys_fault() -> None:
    place = context(with_client("sleep", "infinity"), REDIRECT)
    with pytest.raises(TimedOut, match="kubegrade's container in Pod debian-pod is running"):
        client_pod.wait_joined(place, "debian-pod", "kubegrade-other")


REFUSED = HttpAnswer(url="http://10.42.0.9:80/", error="refused", refused=True)


def test_refusal_counts_if_the_pods_own_network_gives_it_too() -> None:
    words = "* connect to 10.42.0.9 port 80 failed: Connection refused\ncommand terminated with exit code 7"
    place = context(with_client("sleep", "infinity"), Output(7, "\n000", words))
    assert client_pod.confirmed(place, "debian-pod", REFUSED).was_refused
    between = client_pod.confirmed(context(with_client("sleep"), REDIRECT), "debian-pod", REFUSED)
    assert not between.was_refused
    assert between.error == "refused"


def test_answer_that_is_no_refusal_needs_no_container() -> None:
    cluster = with_client("sleep", "infinity")
    silence = HttpAnswer(url="http://10.42.0.9:80/", error="timed out", refused=False)
    assert client_pod.confirmed(context(cluster, REDIRECT), "debian-pod", silence) is silence
    assert not cluster.requests


def test_pod_that_has_ended_is_not_waited_for() -> None:
    cluster = with_client("sleep")
    cluster.objects["Pod", "mine", "debian-pod"]["status"]["phase"] = "Succeeded"
    with pytest.raises(InfrastructureError, match="no container can be added to it"):
        client_pod.wait_joined(context(cluster, REDIRECT), "debian-pod", "kubegrade-x")


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (INSTALLS, "apt"),
        (["sh", "-c", "apk add curl; sleep 9"], "apk"),
        (["sh", "-c", "exec pip3 install flask"], "pip3"),
        (["sleep", "infinity"], ""),
        (["bash", "-c", "echo adaptive curls"], ""),
    ],
)
def test_commands_that_fetch_something(command: list[str], program: str) -> None:
    containers = [{"name": "c", "command": command[:1], "args": command[1:]}]
    assert client_pod.fetches({"spec": {"containers": containers}}) == program


def waited(cluster: StandIn, packages: Output) -> ClientPart:
    cluster.crash("debian-pod")
    part = ClientPart()
    wait_client(context(cluster, packages), part, "debian-pod")
    return part


@pytest.mark.parametrize("packages", [UNKNOWN_HOST, REDIRECT], ids=["no way there", "a portal on the way"])
def test_client_that_ends_without_the_internet_is_asked_from_all_the_same(packages: Output) -> None:
    part = waited(with_client(*INSTALLS), packages)
    assert part.pod
    assert "does not become Ready" in part.offline


@pytest.mark.parametrize(
    ("command", "packages"),
    [(INSTALLS, FETCHED), (["bash"], UNKNOWN_HOST)],
    ids=["online", "fetches nothing"],
)
def test_client_that_ends_for_another_reason(command: list[str], packages: Output) -> None:
    with pytest.raises(Unplayable, match="does not become Ready"):
        waited(with_client(*command), packages)
