"""The Pods of the introductory lab asked themselves, on a cluster that is none."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from grading import timeouts
from grading.course.introlab.evidence import LabEvidence
from grading.course.introlab.failover import ask_each, asking_pod
from grading.evidence.timeline import Arrival
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner.context import Context
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, context_on
from tests.selfcheck.test_client_pod import Joined

NAMES = ("flask-app-a", "flask-app-b")
SILENCE = Output(28, "\n000", "curl: (28) Operation timed out\ncommand terminated with exit code 28")
WORDS = "* connect to 10.42.0.9 port 5000 failed: Connection refused"
REFUSAL = Output(
    7,
    "\n000",
    "* connect to 10.42.0.9 port 5000 failed: Connection refused\ncommand terminated with exit code 7",
)


class Lab:
    """Two Pods, of which each answers a curl in turn."""

    def __init__(self, *outputs: Output) -> None:
        self.outputs = list(outputs)
        self.cluster = Joined()
        self.evidence = LabEvidence(scenario="introlab", started="2026-01-01T00:00:00Z")
        self.evidence.running.service = {"spec": {"ports": [{"port": 30080, "targetPort": 5000}]}}
        self.pods = [self.pod(name) for name in NAMES]

    def pod(self, name: str) -> dict[str, Any]:
        spec = {"containers": [{"name": "flask"}]}
        return self.cluster.apply({"kind": "Pod", "metadata": {"name": name}, "spec": spec}, "mine")

    @property
    def context(self) -> Context:
        commands = Commands()
        commands.page = lambda: self.outputs.pop(0) if len(self.outputs) > 1 else self.outputs[0]
        submission = load_submission(REFERENCE, load_courses().files.values())
        return context_on(self.cluster, commands, submission)


def page(name: str) -> Output:
    return Output(0, f"<p>{name}</p>\n200", "")


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "HTTP_ANSWER", 0.0)


def test_each_pod_is_asked_for_its_page() -> None:
    lab = Lab(*map(page, NAMES))
    assert ask_each(lab.context, lab.evidence, lab.pods)
    assert [answer.status for answer in (lab.evidence.failover.answers or {}).values()] == [200, 200]
    assert not lab.cluster.requests


def test_silence_is_asked_for_again_in_the_pods_own_network() -> None:
    lab = Lab(page(NAMES[0]), SILENCE)
    assert not ask_each(lab.context, lab.evidence, lab.pods)
    assert lab.evidence.failover.inside == [NAMES[1]]
    assert len(lab.cluster.requests) == 1
    assert (lab.evidence.failover.answers or {})[NAMES[1]].url == "http://127.0.0.1:5000/"


def test_refusal_is_one_in_the_pods_own_network_too() -> None:
    lab = Lab(REFUSAL)
    assert not ask_each(lab.context, lab.evidence, lab.pods)
    answers = lab.evidence.failover.answers or {}
    assert all(answer.was_refused for answer in answers.values())
    assert not lab.evidence.failover.inside


def test_pod_that_stays_is_asked_all_the_while() -> None:
    lab = Lab(page(NAMES[0]), REFUSAL)
    seen = threading.Event()

    def arrival() -> Arrival:
        if len(lab.outputs) == 1:
            seen.set()
        return Arrival(t=1.0, seq=len(lab.outputs))

    with asking_pod(lab.context, "http://10.42.0.9:5000/", arrival) as answers:
        assert seen.wait(10)
    assert answers[0].answer.status == 200
    assert not answers[0].answer.body
    assert answers[-1].answer.was_refused or len(answers) == 1
