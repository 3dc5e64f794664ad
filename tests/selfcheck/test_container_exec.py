"""Commands in a student's container that hang there, or print without end; and a cluster that hangs."""

from __future__ import annotations

import pytest

from grading.cluster.kubectl import CommandUnending
from grading.errors import InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.processes import Output, Unending
from grading.runner.container_exec import run_in
from grading.runner.context import Context
from grading.submission.loader import load_submission
from grading.submission.record import record_manifests
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import context_on
from tests.selfcheck.test_client_pod import Joined

FILE = "pod-with-volume.yaml"
OK = Output(0, "", "")


def unending(*, floods: bool) -> CommandUnending:
    reason = "it printed more than 8 MiB of output" if floods else "it was not finished within 30 s"
    return CommandUnending(
        "exec --namespace mine p", Unending("kubectl", reason, Output(-9, "", ""), floods=floods)
    )


HANGS, FLOODS = unending(floods=False), unending(floods=True)
AWAY = Output(1, "", "Error from server: error dialing backend: dial tcp 172.18.0.4:10250: i/o timeout")


class Commands:
    """kubectl exec: how commands end in the student's container, in turn, and in the suite's own."""

    def __init__(self, *ends: Output | CommandUnending, control: Output | CommandUnending = OK) -> None:
        self.ends = list(ends)
        self.control = control

    def exec(self, _namespace: str, _pod: str, *_command: str, container: str = "") -> Output:
        end = self.control if container else self.ends.pop(0)
        if isinstance(end, CommandUnending):
            raise end
        return end


def on(commands: Commands) -> Context:
    cluster = Joined()
    spec = {"containers": [{"name": "c", "image": "busybox"}]}
    cluster.apply({"kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "mine")
    files = load_courses().files
    submission = load_submission(REFERENCE, files.values())
    context = context_on(cluster, commands, submission)
    record_manifests(submission, [files[FILE]], context.evidence)
    context.evidence.manifests[FILE].applied = True
    return context


def test_a_command_that_ends() -> None:
    commands = Commands(OK)
    assert run_in(on(commands), FILE, "p", "ls") == OK


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((HANGS, HANGS), "`cat /data/file.txt` in Pod p does not end"),
        ((HANGS, FLOODS), "`cat /data/file.txt` in Pod p never stops printing"),
        ((FLOODS,), "`cat /data/file.txt` in Pod p never stops printing"),
    ],
)
def test_a_command_that_does_not_end_there_alone_is_the_containers(
    ends: tuple[CommandUnending, ...], words: str
) -> None:
    with pytest.raises(Unplayable) as caught:
        run_in(on(Commands(*ends)), FILE, "p", "cat", "/data/file.txt")
    assert caught.value.problem.rationale == words
    place = caught.value.problem.location
    assert place is not None
    assert place.file == FILE
    assert place.line


def test_a_command_that_ends_the_second_time_was_held_up() -> None:
    assert run_in(on(Commands(HANGS, OK)), FILE, "p", "ls") == OK


@pytest.mark.parametrize("control", [HANGS, AWAY], ids=["hangs", "away"])
def test_a_cluster_that_hangs_is_nobodys_fault(control: Output | CommandUnending) -> None:
    with pytest.raises(InfrastructureError, match="it was not finished within 30 s"):
        run_in(on(Commands(HANGS, HANGS, control=control)), FILE, "p", "ls")
