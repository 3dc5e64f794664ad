"""Read and write files of a container: a disk that does not take them is nobody's manifest."""

from __future__ import annotations

from typing import Any

import pytest

from grading import timeouts
from grading.errors import InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.k8s.file_errors import is_of_the_manifest
from grading.processes import Output
from grading.runner import container_ends
from grading.runner.container_files import read_file, read_written, write_file
from grading.runner.context import Context
from grading.runner.pod_requests import ExecFailed
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on
from tests.selfcheck.test_client_pod import Joined

FILE, PATH = "pod-with-volume.yaml", "/data/file.txt"
ENDED = "command terminated with exit code 1"
OF_THE_PLACE = (
    "sh: can't create /data/kubegrade.txt: nonexistent directory",
    "sh: 1: cannot create /usr/share/nginx/html/index.html: Directory nonexistent",
    "sh: can't create /data/file.txt: Permission denied",
    "cat: can't open '/data/file.txt': No such file or directory",
    "cat: read error: Is a directory",
)
OF_THE_DISK = (
    "sh: write error: No space left on device",
    "sh: 1: echo: echo: I/O error",
    "cat: read error: Input/output error",
    "sh: can't create /data/file.txt: Read-only file system",
    "sh: can't create /data/file.txt: Disk quota exceeded",
    "sh: can't create /data/file.txt: Too many open files in system",
    "",
)


class Kubectl:
    """kubectl exec that answers each command in turn, the last one for ever."""

    def __init__(self, *outputs: Output) -> None:
        self.outputs = list(outputs)

    def exec(self, _namespace: str, _pod: str, *_command: str, container: str = "") -> Output:
        return self.outputs.pop(0) if len(self.outputs) > 1 else self.outputs[0]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Joined:
    monkeypatch.setattr(timeouts, "FIRST_LINE", 0.0)
    made = Joined()
    spec = {"containers": [{"name": "c", "image": "busybox"}]}
    made.apply({"kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "mine")
    return made


def on(cluster: StandIn, *outputs: Output) -> Context:
    return context_on(cluster, Kubectl(*outputs), load_submission(REFERENCE, load_courses().files.values()))


def failing(words: str) -> Output:
    return Output(1, "", f"{words}\n{ENDED}")


@pytest.mark.parametrize("words", OF_THE_PLACE)
def test_a_file_that_has_no_place_is_the_manifests(cluster: StandIn, words: str) -> None:
    context = on(cluster, failing(words))
    assert read_file(context, FILE, "p", PATH) == ""
    assert read_written(context, FILE, "p", PATH) == ""
    with pytest.raises(Unplayable) as caught:
        write_file(context, FILE, "p", PATH, "text", help="Mount it.")
    assert words in caught.value.problem.rationale


@pytest.mark.parametrize("words", OF_THE_DISK)
def test_a_disk_that_does_not_take_a_file_is_the_machines(cluster: StandIn, words: str) -> None:
    context = on(cluster, failing(words))
    with pytest.raises(InfrastructureError):
        read_file(context, FILE, "p", PATH)
    with pytest.raises(InfrastructureError):
        write_file(context, FILE, "p", PATH, "text", help="Mount it.")


@pytest.mark.parametrize("words", OF_THE_DISK)
def test_a_disk_that_takes_the_suites_file_is_not_why_a_container_takes_none(
    cluster: StandIn, words: str
) -> None:
    written, read = Output(0, "", ""), Output(0, "what it holds", "")
    context = on(cluster, failing(words), written, failing(words), written, read)
    assert read_file(context, FILE, "p", PATH) == ""
    context = on(cluster, failing(words), written, failing(words), written)
    with pytest.raises(Unplayable, match="cannot be written"):
        write_file(context, FILE, "p", PATH, "text", help="Mount it.")
    context = on(cluster, failing(words), written, read)
    write_file(context, FILE, "p", PATH, "text", help="Mount it.")


def test_a_file_that_the_container_could_not_write_either(cluster: StandIn) -> None:
    empty = Output(0, "", "")
    assert read_written(on(cluster, empty), FILE, "p", PATH) == ""
    with pytest.raises(InfrastructureError, match="No space left on device"):
        read_written(on(cluster, empty, failing(OF_THE_DISK[0])), FILE, "p", PATH)


FULL, READ_ONLY = OF_THE_DISK[0], OF_THE_DISK[3]


@pytest.mark.parametrize(
    ("words", "volume", "mount", "container", "own"),
    [
        (FULL, {"emptyDir": {"medium": "Memory", "sizeLimit": "1Ki"}}, {}, {}, True),
        (FULL, {"emptyDir": {"medium": "Memory"}}, {}, {"resources": {"limits": {"memory": "1Mi"}}}, True),
        (FULL, {"emptyDir": {"medium": "Memory"}}, {}, {}, False),
        (FULL, {"emptyDir": {"sizeLimit": "1Ki"}}, {}, {}, False),
        (FULL, {"persistentVolumeClaim": {"claimName": "c"}}, {}, {}, False),
        (READ_ONLY, {"emptyDir": {}}, {"readOnly": True}, {}, True),
        (READ_ONLY, {"persistentVolumeClaim": {"claimName": "c", "readOnly": True}}, {}, {}, True),
        (READ_ONLY, {"configMap": {"name": "c"}}, {}, {}, True),
        (READ_ONLY, {"emptyDir": {}}, {}, {"securityContext": {"readOnlyRootFilesystem": True}}, False),
        (READ_ONLY, None, {}, {"securityContext": {"readOnlyRootFilesystem": True}}, True),
        (READ_ONLY, None, {}, {}, False),
    ],
)
def test_a_field_may_be_why_a_disk_takes_no_file(
    words: str, volume: dict[str, Any] | None, mount: dict[str, Any], container: dict[str, Any], own: bool
) -> None:
    spec: dict[str, Any] = {"name": "c", **container}
    if volume is not None:
        spec["volumeMounts"] = [
            {"name": "root", "mountPath": "/"},
            {"name": "v", "mountPath": "/data", **mount},
            {"name": "root", "mountPath": "/data2"},
        ]
    pod = {"spec": {"containers": [spec], "volumes": [{"name": "root"}, {"name": "v", **(volume or {})}]}}
    assert is_of_the_manifest(words, pod, PATH) is own


NO_SHELL = (
    "error: Internal error occurred: error executing command in container: failed to exec in container: "
    'failed to start exec "ab": OCI runtime exec failed: exec failed: unable to start container process: '
    'exec: "sh": executable file not found in $PATH: unknown'
)


def test_an_image_without_a_shell_is_the_manifests(cluster: StandIn) -> None:
    with pytest.raises(Unplayable, match="cannot run a command of the course"):
        write_file(on(cluster, Output(1, "", NO_SHELL)), FILE, "p", PATH, "text", help="Mount it.")


def end(cluster: StandIn, state: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    pod = cluster.objects["Pod", "mine", "p"]
    pod["status"]["conditions"][0]["status"] = "False"
    pod["status"]["containerStatuses"][0].update(state=state, lastState=last, ready=False)
    return pod


def ended(reason: str, code: int) -> dict[str, Any]:
    return {"terminated": {"reason": reason, "exitCode": code}}


@pytest.mark.parametrize(
    ("state", "last", "own"),
    [
        (ended("Completed", 0), {}, True),
        ({"waiting": {}}, ended("Error", 1), True),
        (ended("Error", 137), {}, False),
        (ended("Unknown", 255), {}, False),
        ({"running": {"startedAt": "2026-01-01T00:00:00Z"}}, ended("Error", 1), False),
    ],
)
def test_a_command_that_does_not_run_in_a_container_that_ended(
    cluster: StandIn, state: dict[str, Any], last: dict[str, Any], own: bool
) -> None:
    end(cluster, state, last)
    context = on(cluster, Output(1, "", "error: unable to upgrade connection: container not found"))
    with pytest.raises(Unplayable if own else ExecFailed):
        read_file(context, FILE, "p", PATH)


@pytest.mark.parametrize(("words", "own"), [("connect: connection refused", True), ("i/o timeout", False)])
def test_a_container_that_its_own_probe_ended_just_now(cluster: StandIn, words: str, own: bool) -> None:
    pod = cluster.objects["Pod", "mine", "p"]
    pod["spec"]["containers"][0]["livenessProbe"] = {"httpGet": {"port": 81}}
    for reason, message in (
        ("Unhealthy", f"Liveness probe failed: Get http://10.42.0.9:81/: dial tcp 10.42.0.9:81: {words}"),
        ("Killing", "Container c failed liveness probe, will be restarted"),
    ):
        event = {"kind": "Event", "metadata": {"name": reason}, "reason": reason, "message": message}
        cluster.objects["Event", "mine", reason] = event
    context = on(cluster, Output(1, "", "error: unable to upgrade connection: container not found"))
    with pytest.raises(
        Unplayable if own else ExecFailed, match="livenessProbe fails" if own else "not found"
    ):
        read_file(context, FILE, "p", PATH)


def test_a_pod_that_somebody_else_deletes_is_nobodys_manifest(cluster: StandIn) -> None:
    pod = end(cluster, ended("Error", 1), {})
    pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    context = on(cluster, Output(1, "", "error: unable to upgrade connection: container not found"))
    with pytest.raises(ExecFailed):
        read_file(context, FILE, "p", PATH)


GONE = Output(1, "", "error: unable to upgrade connection: container not found")
EMPTY = Output(0, "", "")


class Restarting(Kubectl):
    """kubectl exec in a container that has ended by itself when a command finds it gone."""

    def __init__(self, cluster: StandIn, code: int, *outputs: Output) -> None:
        super().__init__(*outputs)
        self.cluster, self.code = cluster, code

    def exec(self, namespace: str, pod: str, *command: str, container: str = "") -> Output:
        output = super().exec(namespace, pod, *command, container=container)
        if output is GONE:
            self.cluster.restart("p", self.code)
        return output


def restarting(cluster: StandIn, code: int, *outputs: Output) -> Context:
    return context_on(
        cluster,
        Restarting(cluster, code, *outputs),
        load_submission(REFERENCE, load_courses().files.values()),
    )


@pytest.mark.parametrize("outputs", [(GONE, EMPTY), (EMPTY, GONE, EMPTY)])
def test_a_container_that_ended_between_two_commands_is_told_with_its_exit_code(
    cluster: StandIn, outputs: tuple[Output, ...]
) -> None:
    cluster.objects["Pod", "mine", "p"]["spec"]["containers"][0]["volumeMounts"] = [
        {"name": "v", "mountPath": "/data"}
    ]
    with pytest.raises(
        Unplayable, match="does not stay Ready: the container c ended with exit code 3"
    ) as own:
        read_file(restarting(cluster, 3, *outputs), FILE, "p", PATH)
    assert own.value.problem.location
    assert "kubectl logs p --previous" in own.value.problem.help


def test_one_that_was_killed_is_nobodys_fault(cluster: StandIn) -> None:
    with pytest.raises(ExecFailed):
        read_file(restarting(cluster, 137, GONE), FILE, "p", PATH)


def test_one_that_ended_before_does_not_explain_why_it_cannot_be_entered(cluster: StandIn) -> None:
    cluster.restart("p", 3)
    with pytest.raises(ExecFailed):
        read_file(on(cluster, GONE), FILE, "p", PATH)


def test_one_that_ended_on_a_cluster_that_was_disturbed_is_nobodys_fault(
    cluster: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = restarting(cluster, 3, GONE)
    monkeypatch.setattr(context.pods, "_disturbed", lambda: ["node a was not Ready"])
    with pytest.raises(InfrastructureError, match="node a was not Ready"):
        read_file(context, FILE, "p", PATH)


def test_one_that_ended_for_want_of_room_is_nobodys_fault(
    cluster: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_ends, "without_room", lambda _context, _pod: "/data is full")
    with pytest.raises(InfrastructureError, match="container not found; /data is full"):
        read_file(restarting(cluster, 3, GONE), FILE, "p", PATH)
