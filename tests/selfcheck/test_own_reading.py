"""What a file of a container holds is not what the container's own programs say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from grading import timeouts
from grading.errors import InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.k8s.volume_mounts import mount_of, path_in_volume
from grading.processes import Output
from grading.runner import own_reading
from grading.runner.container_files import read_file, read_written
from grading.runner.context import Context
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import context_on
from tests.selfcheck.test_client_pod import Joined

FILE, PATH = "pod-with-volume.yaml", "/data/file.txt"
HELD = Output(0, "what it holds\n", "")


class TwoWords:
    """kubectl exec: what the student's container prints, and what the suite's own does."""

    def __init__(self, claimed: str, own: Output) -> None:
        self.claimed, self.own = Output(0, claimed, ""), own
        self.asked: list[tuple[str, ...]] = []

    def exec(self, _namespace: str, _pod: str, *command: str, container: str = "") -> Output:
        if not container:
            return self.claimed
        self.asked.append(command)
        return self.own


def cluster_with(mount: dict[str, Any] | None, **container: Any) -> Joined:
    cluster = Joined()
    first: dict[str, Any] = {"name": "c", "image": "busybox", **container}
    if mount is not None:
        first["volumeMounts"] = [{"name": "v", "mountPath": "/data", **mount}]
    metadata = {"name": "p"}
    cluster.apply({"kind": "Pod", "metadata": metadata, "spec": {"containers": [first]}}, "mine")
    cluster.objects["Pod", "mine", "p"]["status"]["containerStatuses"][0]["containerID"] = "containerd://1"
    return cluster


def on(cluster: Joined, kubectl: TwoWords) -> Context:
    return context_on(cluster, kubectl, load_submission(REFERENCE, load_courses().files.values()))


def joined(cluster: Joined) -> dict[str, Any]:
    [(method, path, body)] = cluster.requests
    assert (method, path) == ("PATCH", "Pod/mine/p/ephemeralcontainers")
    [container] = body["spec"]["ephemeralContainers"]
    assert isinstance(container, dict)
    return container


@pytest.mark.parametrize("claimed", ["what it does not hold", ""])
@pytest.mark.parametrize("read", [read_file, read_written])
def test_a_volume_is_read_by_the_suite_itself(claimed: str, read: Any) -> None:
    cluster, kubectl = cluster_with({}), TwoWords(claimed, HELD)
    assert read(on(cluster, kubectl), FILE, "p", PATH) == "what it holds"
    container = joined(cluster)
    assert container["volumeMounts"] == [{"name": "v", "mountPath": "/kubegrade-volume"}]
    assert "targetContainerName" not in container
    assert kubectl.asked[0][-2:] == ("/kubegrade-volume", "file.txt")


def test_a_file_that_a_container_only_speaks_of_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "FIRST_LINE", 0.0)
    mounts: list[dict[str, Any] | None] = [{}, None]
    for mount in mounts:
        kubectl = TwoWords("Log entry at noon", Output(0, "", ""))
        assert read_written(on(cluster_with(mount), kubectl), FILE, "p", PATH) == ""


def test_a_file_of_the_container_alone_is_read_by_its_first_process() -> None:
    cluster, kubectl = (
        cluster_with(None, securityContext={"runAsUser": 1000, "drop": ["ALL"]}),
        TwoWords("x", HELD),
    )
    assert read_file(on(cluster, kubectl), FILE, "p", PATH) == "what it holds"
    container = joined(cluster)
    assert container["targetContainerName"] == "c"
    assert container["securityContext"] == {"runAsUser": 1000}
    assert container["env"] == [{"name": "TARGET", "value": "containerd://1"}]
    assert kubectl.asked[0][-2:] == ("/proc/1/root", "data/file.txt")


def test_a_reader_serves_until_its_container_is_another() -> None:
    cluster, kubectl = cluster_with(None), TwoWords("x", HELD)
    context, pod = on(cluster, kubectl), cluster.objects["Pod", "mine", "p"]
    for _time in range(2):
        read_file(context, FILE, "p", PATH)
        pod["spec"]["ephemeralContainers"] = [joined(cluster)]
    pod["status"]["containerStatuses"][0]["containerID"] = "containerd://2"
    read_file(context, FILE, "p", PATH)
    assert len(cluster.requests) == 2


def test_what_cannot_be_seen_from_outside_is_no_ones_verdict() -> None:
    own = Output(91, "", "command terminated with exit code 91")
    with pytest.raises(InfrastructureError, match="cannot be confirmed"):
        read_file(on(cluster_with({}), TwoWords("x", own)), FILE, "p", PATH)


class Shell:
    """kubectl exec in the suite's own container, by a shell of this machine.

    Args:
        root: the folder that stands for the volume, or for the container's own filesystem.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def exec(self, _namespace: str, _pod: str, *command: str, container: str = "") -> Output:
        if not container:
            return Output(0, "", "")
        done = subprocess.run(
            [*command[:4], str(self.root), command[5]],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        ended = f"command terminated with exit code {done.returncode}" if done.returncode else ""
        return Output(done.returncode, done.stdout, done.stderr + ended)


def held(root: Path, mount: dict[str, Any] | None = None) -> str:
    cluster = cluster_with(mount)
    pod = cluster.objects["Pod", "mine", "p"]
    return own_reading.read(on(cluster, cast(TwoWords, Shell(root))), FILE, pod, PATH)


@pytest.mark.parametrize(
    ("mount", "links", "at"),
    [
        ({}, {"file.txt": "other.txt"}, "other.txt"),
        ({}, {"file.txt": "/data/deep/other.txt"}, "deep/other.txt"),
        ({}, {"file.txt": "./deep/../other.txt", "other.txt": "/data/last.txt"}, "last.txt"),
        (None, {"data/file.txt": "/tmp/other.txt"}, "tmp/other.txt"),
        (None, {"data": "/other"}, "other/file.txt"),
        (None, {"data": "other/deep"}, "other/deep/file.txt"),
        (None, {"data": "other", "other/file.txt": "x.txt"}, "other/x.txt"),
    ],
)
def test_a_link_is_followed_as_in_the_container(
    tmp_path: Path, mount: dict[str, Any] | None, links: dict[str, str], at: str
) -> None:
    (tmp_path / at).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / at).write_text("what it holds", "utf-8")
    for path, target in links.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).symlink_to(target)
    assert held(tmp_path, mount) == "what it holds"
    (tmp_path / at).unlink()
    assert held(tmp_path, mount) == ""


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/etc/passwd", "is a link to /etc/passwd, which is not on its volume"),
        ("../x", "is a link to /x, which is not on its volume"),
        ("../data2/x", "is a link to /data2/x, which is not on its volume"),
        ("file.txt", "is a link to a link"),
    ],
)
def test_a_link_out_of_the_volume_is_no_file_on_it(tmp_path: Path, target: str, told: str) -> None:
    (tmp_path / "file.txt").symlink_to(target)
    with pytest.raises(Unplayable, match=told) as caught:
        held(tmp_path, {})
    assert caught.value.problem.location
    assert caught.value.problem.location.file == FILE


@pytest.mark.parametrize("mount", [{"subPath": "a/b"}, {"subPath": "a/b", "mountPath": PATH}])
def test_a_link_that_only_the_kubelet_follows_is_no_ones_verdict(
    tmp_path: Path, mount: dict[str, Any]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").symlink_to("c")
    with pytest.raises(InfrastructureError, match="cannot be confirmed"):
        held(tmp_path, mount)


@pytest.mark.parametrize(("make", "kind"), [(os.mkdir, "a folder"), (os.mkfifo, "a FIFO")])
def test_what_is_no_file_is_named(tmp_path: Path, make: Callable[[Path], None], kind: str) -> None:
    make(tmp_path / "file.txt")
    with pytest.raises(Unplayable, match=f"is {kind}, not a file"):
        held(tmp_path, {})


def test_a_device_is_no_file() -> None:
    kubectl = Output(92, "c\n", "command terminated with exit code 92")
    with pytest.raises(Unplayable, match="is a device, not a file"):
        read_file(on(cluster_with({}), TwoWords("x", kubectl)), FILE, "p", PATH)


@pytest.mark.parametrize(
    ("mount", "inside"),
    [
        ({"mountPath": "/data"}, "file.txt"),
        ({"mountPath": "/data/"}, "file.txt"),
        ({"mountPath": "/data", "subPath": "a/b"}, "a/b/file.txt"),
        ({"mountPath": "/data/file.txt", "subPath": "f"}, "f"),
        ({"mountPath": "/"}, "data/file.txt"),
    ],
)
def test_where_a_file_is_in_a_volume(mount: dict[str, Any], inside: str) -> None:
    others = [{"name": "x", "mountPath": "/data2"}, {"name": "y", "mountPath": "/dat"}]
    found = mount_of({"volumeMounts": [others[0], {"name": "v", **mount}, others[1]]}, PATH)
    assert found["name"] == "v"
    assert path_in_volume(found, PATH) == inside


def test_a_folder_that_only_the_kubelet_can_name_is_read_by_the_process() -> None:
    cluster, kubectl = cluster_with({"subPathExpr": "$(POD)"}), TwoWords("x", HELD)
    context = on(cluster, kubectl)
    pod = cluster.objects["Pod", "mine", "p"]
    assert own_reading.is_on_volume(pod, PATH)
    assert own_reading.read(context, FILE, pod, PATH) == "what it holds"
    assert joined(cluster)["targetContainerName"] == "c"
