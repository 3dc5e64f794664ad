"""What the Pods of a Deployment answer themselves, asked on a cluster that is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grading import timeouts
from grading.course.chapter11.deployments import pages
from grading.evidence.timeline import HttpSample
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import PAGE, Commands, context_on
from tests.selfcheck.test_client_pod import Joined

REFUSED = Output(
    7,
    "\n000",
    "* connect to 10.42.0.9 port 80 failed: Connection refused\n"
    "curl: (7) Failed to connect to 10.42.0.9 port 80 after 0 ms: Couldn't connect to server\n"
    "command terminated with exit code 7",
)
POD = {"metadata": {"name": "x"}, "status": {"podIP": "10.42.0.9"}}


@pytest.mark.parametrize(
    ("answer", "mute"),
    [
        (lambda: Output(0, PAGE, ""), []),
        (lambda: Output(0, "gone\n404", ""), ["x"]),
        (lambda: REFUSED, ["x"]),
        (lambda: Output(1, "", "error: unable to upgrade connection"), []),
    ],
)
def test_a_pod_is_silent_if_it_says_so_itself(
    answer: Callable[[], Output], mute: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "FIRST_LOOK", 0.0)
    monkeypatch.setattr(timeouts, "KUBELET_REACHED", 0.0)
    commands = Commands()
    commands.page = answer
    cluster = Joined()  # which a refusal is confirmed in
    cluster.apply({"kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}]}}, "mine")
    context = context_on(cluster, commands, load_submission(REFERENCE, load_courses().files.values()))
    found = pages.ask_each(context, [POD, {"metadata": {"name": "pending"}}], "probe")
    assert list(found) == ["x"]
    assert pages.silent(found) == mute


@pytest.mark.parametrize(("again", "many"), [(0, False), (5, False), (6, True)])
def test_one_request_in_twenty_may_connect_again(again: int, many: bool) -> None:
    requests = [HttpSample(t=n, ok=True, connects=2 if n < again else 1) for n in range(100)]
    assert pages.connect_again(requests) == many
