"""Commands are played one after the other, and the state after each is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from grading.cluster.client import Cluster
from grading.commands.reader import read
from grading.errors import InfrastructureError
from grading.evidence.commands import CommandRun, CommandsEvidence
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner.commands.files import Manifests
from grading.runner.commands.kubeconfig import PrivateKubeconfig
from grading.runner.commands.player import Player
from grading.runner.commands.private_kubectl import PrivateKubectl
from grading.runner.commands.world import MOST_CREATED, Seed, World
from grading.runner.story import Story
from grading.submission.loader import load_submission
from tests.selfcheck.commands.standin import StandInApi, StandInFleet, StandInKubectl

NS = "apiVersion: v1\nkind: Namespace\nmetadata: {name: dev}\n"
NO_TOKEN = {"automountServiceAccountToken": False}
DEV, TEST = "dev-cluster", "test-cluster"


class Stage:
    """What commands are played on."""

    def __init__(self, folder: Path) -> None:
        self.submission = folder / "submission"
        self.submission.mkdir()
        (self.submission / "ns.yaml").write_text(NS, "utf-8")
        self.fleet = StandInFleet(folder)
        self.kubectl = StandInKubectl()
        self.world = World(self.fleet, PrivateKubeconfig(folder / "kubeconfig"))
        self.evidence = CommandsEvidence(scenario="some", started=datetime.now(UTC))
        self.ensured: dict[str, Seed] = {}
        self.folder = folder

    def begin(self, *clusters: str, **seeds: Seed) -> None:
        self.world.begin(
            clusters, clusters[-1], {name.replace("_", "-"): seed for name, seed in seeds.items()}
        )

    def play(self, text: str) -> list[CommandRun]:
        submission = load_submission(self.submission, load_courses().files.values())
        player = Player(
            self.world,
            Story(self.evidence),
            self.evidence,
            cast(PrivateKubectl, self.kubectl),
            self.folder,
            Manifests(submission, self.ensured),
        )
        for step in read(text).steps:
            player.play(step)
        return self.evidence.runs

    def api(self, number: int = 0) -> StandInApi:
        return cast(StandInApi, self.fleet.lent[number].api)

    def makes(self, kind: str, name: str, namespace: str = "") -> Callable[[], Output]:
        def answer() -> Output:
            data = {"kind": kind, "metadata": {"name": name}, "spec": {"containers": []}}
            self.api().apply(data, namespace)
            return Output(0, f"{name} created", "")

        return answer


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_command_is_run_in_one_spelling(stage: Stage) -> None:
    stage.begin(DEV)
    stage.play("kubectl -n dev run nginx-dev --image nginx | tee x")
    assert stage.kubectl.ran == [["run", "nginx-dev", "--namespace=dev", "--image=nginx"]]


def test_only_what_may_wait_for_a_submission_does(stage: Stage) -> None:
    stage.begin(DEV)
    stage.play("kubectl run a --image nginx\nkubectl get pods\nkubectl delete pod a")
    assert stage.kubectl.waits == [False, True, True]


def test_what_a_command_prints_and_changes_is_recorded(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["run"] = stage.makes("Pod", "nginx-pod", "default")
    run = stage.play("kubectl run nginx-pod --image nginx")[0]
    assert (run.outcome, run.status, run.stdout) == ("played", 0, "nginx-pod created")
    change = run.changes[0]
    assert (change.cluster, change.change, change.kind, change.name) == (DEV, "created", "Pod", "nginx-pod")


def test_an_object_that_was_made_anew_was_deleted_and_created(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["run"] = stage.makes("Pod", "a", "default")
    runs = stage.play("kubectl run a --image nginx\nkubectl run a --image nginx")
    assert [change.change for change in runs[1].changes] == ["deleted", "created"]


def test_names_of_the_run_are_shown_as_those_of_the_course(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["get"] = lambda: Output(0, "k3d-run-0-server-0 Ready", "")
    assert stage.play("kubectl get nodes")[0].stdout == "k3d-dev-cluster-server-0 Ready"


def test_pods_find_a_guarded_namespace_with_its_account(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["create namespace"] = stage.makes("Namespace", "pxl")
    stage.kubectl.answers["run a"] = lambda: Output(0, str(sorted(guarded())), "")

    def guarded() -> set[str]:
        kinds = ("LimitRange", "NetworkPolicy")
        found = [{key[1] for key in stage.api().objects if key[0] == kind} for kind in kinds]
        token = {namespace or "" for _kind, namespace, _name, body in stage.api().patched if body == NO_TOKEN}
        return set.intersection(*found, token)

    *_others, run = stage.play(
        "kubectl create ns pxl\nkubectl run a --image=nginx -n pxl\nkubectl run a --image=b"
    )
    assert run.stdout == "['default', 'pxl']"
    assert len(stage.api().patched) == 2


def test_a_namespace_that_a_manifest_brings_with_a_pod_is_guarded_too(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["apply"] = stage.makes("Namespace", "dev")
    stage.play("kubectl apply -f ns.yaml")
    assert [namespace for _kind, namespace, *_rest in stage.api().patched] == ["default", "dev"]


def test_a_report_tells_no_path_of_the_machine(stage: Stage) -> None:
    stage.begin(DEV)
    path = stage.world.kubeconfig.path
    stage.kubectl.answers["config"] = lambda: Output(0, f"deleted context x from {path}", f"warning: {path}")
    (run,) = stage.play("kubectl config delete-context x")
    assert run.stdout == "deleted context x from ~/.kube/config"
    assert run.stderr == "warning: ~/.kube/config"


def test_a_cluster_is_created_when_a_command_needs_it(stage: Stage) -> None:
    seeded: list[Cluster] = []
    stage.begin(DEV, TEST, test_cluster=seeded.append)
    stage.play("kubectl config get-contexts\nkubectl config use-context k3d-dev-cluster")
    assert not stage.fleet.lent
    stage.play("kubectl get pods\nkubectl get ns")
    assert len(stage.fleet.lent) == len(seeded) == 1


def test_a_context_leads_to_its_cluster(stage: Stage) -> None:
    stage.begin(DEV, TEST)
    stage.play("kubectl get pods\nkubectl --context k3d-dev-cluster get pods\nkubectl get ns")
    data = stage.world.kubeconfig.path.read_text("utf-8")
    assert "https://run-0" in data
    assert "https://run-1" in data
    assert len(stage.fleet.lent) == 2
    assert stage.world.lent(TEST) is stage.fleet.lent[0]


def test_a_context_without_a_cluster_needs_none(stage: Stage) -> None:
    stage.begin(DEV)
    runs = stage.play("kubectl --context x get pods\nkubectl --cluster y get pods")
    assert [run.status for run in runs] == [1, 1]
    assert not stage.fleet.lent
    assert not stage.kubectl.ran


def test_without_a_cluster_this_machine_is_not_asked(stage: Stage) -> None:
    assert stage.play("kubectl get nodes\nkubectl create ns pxl")[1].status == 1
    assert not stage.kubectl.ran


@pytest.mark.parametrize(
    ("line", "outcomes"),
    [
        ("kubectl get pods && kubectl get pods", ["played", "played"]),
        ("kubectl get ns && kubectl get pods", ["played", "skipped"]),
        ("kubectl get pods || kubectl get pods", ["played", "skipped"]),
        ("kubectl get ns || kubectl get pods", ["played", "played"]),
        ("kubectl get ns; kubectl get pods", ["played", "played"]),
        ("kubectl get ns || echo x && kubectl get pods", ["played", "ignored", "played"]),
        ("docker ps && kubectl get pods", ["failed", "skipped"]),
        ("kubectl get ns && kubectl get pods || kubectl get pods", ["played", "skipped", "played"]),
    ],
)
def test_operators_of_a_shell_decide_what_is_played(stage: Stage, line: str, outcomes: list[str]) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["get ns"] = lambda: Output(1, "", "no")
    assert [run.outcome for run in stage.play(line)] == outcomes


def test_a_manifest_of_the_submission_is_applied(stage: Stage) -> None:
    stage.begin(DEV)
    seen: list[dict[str, object]] = []

    def answer() -> Output:
        path = Path(stage.kubectl.ran[-1][1].removeprefix("--filename="))
        seen.append(json.loads(path.read_text("utf-8")))
        return Output(1, "", f"error: {path}")

    stage.kubectl.answers["apply"] = answer
    run = stage.play("kubectl apply -f ~/k8s/ns.yaml")[0]
    assert [item["metadata"] for item in cast(list[dict[str, object]], seen[0]["items"])] == [{"name": "dev"}]
    assert run.stderr == "error: ~/k8s/ns.yaml"


@pytest.mark.parametrize("word", ["other.yaml", "/etc/passwd", "../../x.yaml", "second-pod.yaml"])
def test_another_file_is_not_applied(stage: Stage, word: str) -> None:
    stage.begin(DEV)
    run = stage.play(f"kubectl apply -f {word}")[0]
    assert run.outcome == "failed"
    assert run.reason
    assert not stage.kubectl.ran


@pytest.mark.parametrize("word", ["ns.yaml", ".", "k8s/", "my-namespace.yml"])
def test_what_a_manifest_is_to_bring_is_there_although_it_cannot_be_used(stage: Stage, word: str) -> None:
    (stage.submission / "ns.yaml").write_text("kind: [", "utf-8")
    brought: list[Cluster] = []
    stage.ensured["ns.yaml"] = brought.append
    stage.begin(DEV)
    assert stage.play(f"kubectl apply -f {word}")[0].outcome == "failed"
    assert len(brought) == 1


@pytest.mark.parametrize("command", ["apply -f second-pod.yaml", "delete -f ns.yaml", "get -f ns.yaml"])
def test_no_other_command_brings_it(stage: Stage, command: str) -> None:
    brought: list[Cluster] = []
    stage.ensured["ns.yaml"] = brought.append
    stage.begin(DEV)
    stage.play(f"kubectl {command}")
    assert brought == []


def test_nothing_in_the_namespaces_of_kubernetes_is_changed(stage: Stage) -> None:
    stage.begin(DEV)
    run = stage.play("kubectl delete pods --all -n kube-system")[0]
    assert run.outcome == "failed"
    assert not stage.kubectl.ran


def test_a_cluster_that_is_not_reached_is_nobodys_fault(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["create"] = lambda: Output(1, "", "Unable to connect to the server: EOF")
    with pytest.raises(InfrastructureError, match="did not reach"):
        stage.play("kubectl create ns pxl")


def test_a_cluster_is_created_as_it_was_asked_for(stage: Stage) -> None:
    run = stage.play("k3d cluster create dev-cluster -s 1 -a 1 -p 80:80@loadbalancer")[0]
    assert stage.fleet.created == [(1, 1)]
    assert run.made is not None
    assert run.made.nodes is not None
    assert (run.made.name, run.made.servers, run.made.agents) == (DEV, 1, 1)
    assert run.made.ports == ["80:80@loadbalancer"]
    assert [node.name for node in run.made.nodes] == [
        "k3d-dev-cluster-server-0",
        "k3d-dev-cluster-agent-0",
    ]
    assert [node.control_plane for node in run.made.nodes] == [True, False]
    assert run.kubeconfig is not None
    assert run.kubeconfig.current == "k3d-dev-cluster"
    assert run.kubeconfig.contexts["k3d-dev-cluster"].user == "admin@k3d-dev-cluster"


def test_what_a_large_cluster_is_asked_for_is_recorded(stage: Stage) -> None:
    run = stage.play("k3d cluster create big --servers 3 --agents 50")[0]
    assert run.made is not None
    assert (run.made.servers, run.made.agents, run.made.nodes) == (3, 50, None)


@pytest.mark.parametrize(
    "line",
    [
        "k3d cluster create dev-cluster",
        "k3d cluster create Dev",
        "k3d cluster create a b",
        "k3d cluster create x --servers 0",
        "k3d cluster create x --agents -1",
        "k3d cluster create " + "x" * 33,
        "k3d cluster delete other",
        "k3d cluster delete",
    ],
)
def test_k3d_would_end_with_an_error(stage: Stage, line: str) -> None:
    stage.begin(DEV)
    run = stage.play(line)[0]
    assert (run.outcome, run.status) == ("played", 1)
    assert run.stderr
    assert not stage.fleet.lent


def test_no_more_than_some_clusters_are_created(stage: Stage) -> None:
    runs = stage.play("\n".join(f"k3d cluster create c{n}" for n in range(MOST_CREATED + 1)))
    assert [run.status for run in runs] == [0] * MOST_CREATED + [1]


def test_a_cluster_is_deleted_with_its_context(stage: Stage) -> None:
    runs = stage.play(
        "k3d cluster create a\nk3d cluster create b\nk3d cluster delete b\nk3d cluster rm --all"
    )
    assert runs[2].kubeconfig is not None
    assert runs[2].kubeconfig.current == "k3d-a"
    assert runs[3].kubeconfig is not None
    assert runs[3].kubeconfig.clusters == []
    assert stage.fleet.deleted == ["run-1", "run-0"]


def test_a_kubeconfig_is_left_alone_if_k3d_is_told_so(stage: Stage) -> None:
    stage.begin(DEV)
    runs = stage.play(
        "k3d cluster create a --kubeconfig-update-default=false\n"
        "k3d cluster create b --kubeconfig-switch-context=false"
    )
    assert runs[0].kubeconfig is None
    assert runs[1].kubeconfig is not None
    assert runs[1].kubeconfig.current == "k3d-dev-cluster"


def test_clusters_are_given_back(stage: Stage) -> None:
    stage.begin(DEV, TEST)
    stage.play("kubectl get pods\nk3d cluster create x")
    stage.world.close()
    assert stage.fleet.back == ["run-0", "run-1"]


def test_each_command_is_told(stage: Stage) -> None:
    stage.begin(DEV)
    stage.kubectl.answers["get"] = lambda: Output(1, "out", "err")
    stage.play("nano x\nkubectl get pods\nkubectl edit pod x")
    told = [(step.done, step.seen.split("\n")[0]) for step in stage.evidence.steps]
    assert told == [
        ("Line 1: nano x", "ignored: nano is not run: it does not change a cluster"),
        ("Line 2: kubectl get pods", "exit status 1"),
        (
            "Line 3: kubectl edit pod x",
            "not run: it opens an editor; write the change in the manifest and apply it",
        ),
    ]
