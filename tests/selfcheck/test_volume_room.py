"""A Pod whose program ends because a disk is full is not the student's."""

from __future__ import annotations

from typing import Any

import pytest

from grading.errors import InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner.context import Context
from grading.runner.volume_room import ready_pod
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import context_on
from tests.selfcheck.test_client_pod import Joined

FILE = "pod-with-volume.yaml"
FULL = Output(
    1,
    "",
    "sh: 1: cannot create /kubegrade-volume/x: No space left on device\ncommand terminated with exit code 1",
)
WRITTEN = Output(0, "", "")
ENDED = {"lastState": {"terminated": {"exitCode": 1}}}


class Own:
    """kubectl exec of the suite's own program."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.asked = 0

    def exec(self, *_words: str, container: str) -> Output:
        assert container
        self.asked += 1
        return self.output


def failing(_file: str, _name: str, _also: object) -> dict[str, Any]:
    raise Unplayable("the container c keeps ending", help="")


def tried(
    monkeypatch: pytest.MonkeyPatch, output: Output, *, volume: dict[str, Any] | None = None, **status: Any
) -> Own:
    """Wait for a Pod that is lost, and return what the suite's own program was asked."""
    cluster, own = Joined(), Own(output)
    mounted = {"name": "c", "image": "busybox", "volumeMounts": [{"name": "v", "mountPath": "/data"}]}
    spec = {"containers": [mounted], "volumes": [{"name": "v", **(volume or {"emptyDir": {}})}]}
    cluster.apply({"kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "mine")
    made = cluster.objects["Pod", "mine", "p"]["status"]
    made["containerStatuses"][0] |= ENDED
    made |= status
    context = context_on(cluster, own, load_submission(REFERENCE, load_courses().files.values()))
    monkeypatch.setattr(Context, "ready_pod", staticmethod(failing))
    ready_pod(context, FILE, "p")
    return own


def test_a_disk_that_is_full_for_the_suite_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told = r"keeps ending; .* cannot write to /data either: .*No space left"
    with pytest.raises(InfrastructureError, match=told):
        tried(monkeypatch, FULL)


@pytest.mark.parametrize(
    ("output", "volume", "status"),
    [
        (WRITTEN, None, {}),
        (FULL, {"emptyDir": {"medium": "Memory", "sizeLimit": "1Ki"}}, {}),
        (Output(1, "", "Read-only file system\ncommand terminated with exit code 1"), {"configMap": {}}, {}),
        (FULL, None, {"phase": "Failed"}),
        (FULL, None, {"containerStatuses": [{"name": "c", "state": {"waiting": {}}}]}),
    ],
    ids=["takes a file", "bounded by a field", "of another kind", "nobody can join", "never ran"],
)
def test_any_other_loss_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, output: Output, volume: dict[str, Any] | None, status: dict[str, Any]
) -> None:
    with pytest.raises(Unplayable, match="keeps ending"):
        tried(monkeypatch, output, volume=volume, **status)
