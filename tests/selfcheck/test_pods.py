"""The checks of section 11.5 on recordings of real runs.

In ``pod-came-back`` somebody made a Pod of the same name while the suite watched.
"""

from __future__ import annotations

from typing import Final

import pytest

from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import HttpAnswer
from tests.selfcheck.recorded import Judge, assert_lost, load, seen

RUNNING: Final = seen("pods.running")
EXEC: Final = seen("pods.exec")
NOT_REPLACED: Final = seen("pods.not-replaced")
BREAKS: Final[dict[str, dict[Judge, str]]] = {
    "pod-never-ready": {RUNNING: "readiness probe never passes"},
    "pod-crashes": {RUNNING: "keeps ending with exit code 1", EXEC: "keeps ending with exit code 1"},
    "pod-image-missing": {
        RUNNING: "nginx:9.99 cannot be pulled",
        EXEC: "nginx:9.99 cannot be pulled",
    },
    "pod-serves-nothing": {RUNNING: "does not answer"},
    "pod-path-emptied": {EXEC: "fails in the Pod"},
    "pod-came-back": {NOT_REPLACED: "another Pod was created"},
}
NOT_FOUND: Final = HttpAnswer(url="http://x", status=404, body="not found")
REFUSED: Final = HttpAnswer(url="http://x", error="connection refused")
SILENCE: Final = HttpAnswer(url="http://x", error="timed out")


@pytest.mark.parametrize(
    ("submission", "check"),
    [(submission, check) for submission, words in BREAKS.items() for check in words],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_broken_loses_what_it_breaks(submission: str, check: Judge) -> None:
    assert_lost(check, load(submission, "pod"), BREAKS[submission][check])


@pytest.mark.parametrize("check", [RUNNING, EXEC], ids=lambda check: check.__name__)
def test_pod_that_came_back_costs_nothing_else(check: Judge) -> None:
    check(load("pod-came-back", "pod"))


@pytest.mark.parametrize(
    ("answer", "words"), [(NOT_FOUND, "HTTP 404"), (REFUSED, "connection refused")], ids=["404", "refused"]
)
def test_pod_that_serves_something_else(answer: HttpAnswer, words: str) -> None:
    evidence = load("reference", "pod")
    evidence.records["page"].answer = answer
    with pytest.raises(CriterionFailure) as caught:
        RUNNING(evidence)
    assert words in caught.value.problem.actual


@pytest.mark.parametrize("address", ["", "172.19.0.3"])
def test_pod_without_an_address_of_its_own(address: str) -> None:
    evidence = load("reference", "pod")
    evidence.records["page"].objects[0]["status"].update(podIP=address, hostIP="172.19.0.3")
    with pytest.raises(CriterionFailure, match="no IP address of its own"):
        RUNNING(evidence)


def test_silence_without_a_reason_costs_nothing() -> None:
    evidence = load("reference", "pod")
    evidence.records["page"].answer = SILENCE
    with pytest.raises(InfrastructureError):
        RUNNING(evidence)


def test_exec_that_kubectl_could_not_do_costs_nothing() -> None:
    evidence = load("reference", "pod")
    output = evidence.records["listing"].output
    output.status, output.stderr = 1, "error: unable to upgrade connection"
    with pytest.raises(InfrastructureError):
        EXEC(evidence)


def test_exec_into_a_container_that_keeps_ending_is_lost() -> None:
    evidence = load("reference", "pod")
    output = evidence.records["listing"].output
    output.status = 1
    output.stderr = 'error: unable to upgrade connection: container not found ("nginxcont")'
    with pytest.raises(CriterionFailure, match="fails in the Pod"):
        EXEC(evidence)
