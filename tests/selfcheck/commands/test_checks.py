"""The checks of commands judge the states that commands led to, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from grading.course.chapter11.clusters.checks import check_created
from grading.course.chapter11.contexts.checks import check_set, check_used
from grading.course.chapter11.namespaces.checks import check_context
from grading.course.chapter11.namespaces.checks import check_imperative as check_namespaces
from grading.course.chapter11.pods.checks import check_imperative as check_pod
from grading.errors import CriterionFailure, InfrastructureError, Problem, Unplayable
from grading.evidence.commands import (
    ClusterMade,
    CommandRun,
    CommandsEvidence,
    ContextEntry,
    KubeconfigState,
    NodeSeen,
    ObjectChange,
    PodSeen,
)

RIGHT = ContextEntry(cluster="k3d-dev-cluster", user="admin@k3d-dev-cluster", namespace="default")
NODES = [
    NodeSeen(name="k3d-dev-cluster-server-0", ready=True, control_plane=True),
    NodeSeen(name="k3d-dev-cluster-agent-0", ready=True, control_plane=False),
]
POD: dict[str, Any] = {
    "metadata": {"name": "nginx-pod", "labels": {"zone": "prod", "version": "v1"}},
    "spec": {
        "restartPolicy": "Never",
        "containers": [{"image": "nginx", "ports": [{"containerPort": 80, "protocol": "TCP"}]}],
    },
}
CHECKS = [check_created, check_used, check_set, check_namespaces, check_context, check_pod]


def state(current: str = "k3d-test-cluster", **contexts: ContextEntry) -> KubeconfigState:
    named = {name.replace("_", "-"): entry for name, entry in contexts.items()}
    return KubeconfigState(current=current, contexts={"k3d-test-cluster": ContextEntry()} | named)


def run(line: int = 1, verb: str = "", status: int | None = 0, **more: Any) -> CommandRun:
    known = {
        "line": line,
        "last": line,
        "typed": f"kubectl {verb}",
        "outcome": "played",
        "program": "kubectl",
    }
    return CommandRun(**(known | {"verb": verb.split(), "status": status} | more))


def evidence(*runs: CommandRun, whole: bool = True, **more: Any) -> CommandsEvidence:
    states = [state(), *(item.kubeconfig for item in runs if item.kubeconfig)]
    return CommandsEvidence(
        scenario="some",
        started=datetime.now(UTC),
        commands="commands/11.sh",
        before=state(),
        runs=list(runs),
        after=states[-1] if whole else None,
        error="" if whole else "the API server was away",
        **more,
    )


def change(kind: str, name: str, namespace: str = "", what: str = "created", **more: Any) -> ObjectChange:
    return ObjectChange(cluster="c", change=what, kind=kind, name=name, namespace=namespace, **more)


def failure(check: Callable[[Any], Any], found: CommandsEvidence) -> Problem:
    with pytest.raises(CriterionFailure) as raised:
        check(found)
    return raised.value.problem


@pytest.mark.parametrize("check", CHECKS)
def test_a_run_that_was_cut_short_loses_nothing(check: Callable[[Any], Any]) -> None:
    with pytest.raises(InfrastructureError, match="the API server was away"):
        check(evidence(run(verb="run", status=1), whole=False))


@pytest.mark.parametrize("check", CHECKS)
def test_a_file_that_cannot_be_used_is_lost(check: Callable[[Any], Any]) -> None:
    found = CommandsEvidence(scenario="some", started=datetime.now(UTC), trouble=Problem("it is missing"))
    with pytest.raises(Unplayable):
        check(found)


@pytest.mark.parametrize("check", CHECKS)
def test_a_failure_names_the_line_that_was_not_played(check: Callable[[Any], Any]) -> None:
    wrong = run(7, status=None, outcome="failed", reason="a reason", program="")
    problem = failure(check, evidence(wrong))
    assert "line 7: kubectl: a reason" in problem.actual
    assert str(problem.location) == "commands/11.sh:7"


def test_a_character_that_no_keyboard_has_comes_first() -> None:
    wrong = run(7, "run", status=1, advice="Type - instead.")
    assert failure(check_pod, evidence(wrong)).help.startswith("Type - instead. ")


def made(name: str = "dev-cluster", servers: int = 1, agents: int = 1, nodes: Any = NODES) -> CommandRun:
    cluster = ClusterMade(name=name, servers=servers, agents=agents, nodes=nodes)
    return run(verb="cluster create", program="k3d", made=cluster, status=0 if nodes else 1)


def test_the_cluster_of_the_course() -> None:
    check_created(evidence(made()))
    check_created(evidence(made(agents=0, nodes=None), run(verb="cluster delete", program="k3d"), made()))
    check_created(evidence(made(), made("test-cluster", agents=3)))


@pytest.mark.parametrize("wrong", [made("other"), made(servers=2), made(agents=0), made(nodes=None)])
def test_another_cluster(wrong: CommandRun) -> None:
    failure(check_created, evidence(wrong))


def test_a_cluster_that_was_there_already() -> None:
    first, second = made(agents=0, nodes=NODES[:1]), made(nodes=None)
    assert "agents 0" in failure(check_created, evidence(first, second)).actual


def test_a_node_that_is_not_ready_is_nobodys_fault() -> None:
    nodes = [NODES[0], NODES[1].model_copy(update={"ready": False})]
    with pytest.raises(InfrastructureError, match="agent-0 NotReady"):
        check_created(evidence(made(nodes=nodes)))


def test_a_context_is_used() -> None:
    away = run(1, "config use-context", kubeconfig=state("k3d-dev-cluster"))
    back = run(2, "config use-context", kubeconfig=state())
    check_used(evidence(away, back))
    assert "k3d-dev-cluster" in failure(check_used, evidence(away)).actual
    assert "no use-context command" in failure(check_used, evidence(run(verb="config view"))).actual
    assert (
        "no use-context command"
        in failure(check_used, evidence(run(verb="config use-context", status=1))).actual
    )


def test_a_context_is_set() -> None:
    def setting(**entry: str) -> CommandRun:
        return run(verb="config set-context", kubeconfig=state(dev_context=RIGHT.model_copy(update=entry)))

    assert check_set(evidence(setting())) is None
    assert check_set(evidence(setting(cluster="x"), setting())) is None
    assert check_set(evidence(setting(), run(verb="config delete-context", kubeconfig=state()))) is None
    assert "default" in str(check_set(evidence(setting(namespace=""))))
    for wrong in ({"cluster": "dev-cluster"}, {"user": ""}, {"namespace": "dev"}):
        failure(check_set, evidence(setting(**wrong)))


def test_the_pod_of_the_course() -> None:
    right = change("Pod", "nginx-pod", "default", object=POD)
    gone = change("Pod", "nginx-pod", "default", "deleted", object=POD)
    check_pod(evidence(run(verb="run", changes=[right]), run(2, "delete", changes=[gone])))
    bare = change("Pod", "nginx-pod", "default", object=POD | {"metadata": {"name": "nginx-pod"}})
    labelled = change("Pod", "nginx-pod", "default", "changed", object=POD)
    assert "metadata.labels" in failure(check_pod, evidence(run(verb="run", changes=[bare]))).actual
    check_pod(evidence(run(verb="run", changes=[bare]), run(2, "label", changes=[labelled])))


NAMESPACE = run(1, "create namespace", changes=[change("Namespace", "pxl")])
DEV_POD = run(2, "run", changes=[change("Pod", "nginx-dev", "dev", object=POD)])


def seen(**more: Any) -> list[PodSeen]:
    return [PodSeen(cluster="c", namespace="dev", name="nginx-dev", **more)]


def test_the_namespaces_of_the_course() -> None:
    check_namespaces(evidence(NAMESPACE, DEV_POD, pods=seen(ready=True)))
    other = run(1, "create namespace", changes=[change("Namespace", "pzl")])
    check_namespaces(evidence(other, DEV_POD, pods=seen(ready=True)))
    failure(check_namespaces, evidence(DEV_POD, pods=seen(ready=True)))
    failure(check_namespaces, evidence(NAMESPACE))
    elsewhere = run(2, "run", changes=[change("Pod", "nginx-dev", "default")])
    assert "default" in failure(check_namespaces, evidence(NAMESPACE, elsewhere)).actual


def test_a_pod_that_does_not_run() -> None:
    trouble = Problem("no such image")
    assert failure(check_namespaces, evidence(NAMESPACE, DEV_POD, pods=seen(trouble=trouble))) == trouble
    with pytest.raises(InfrastructureError, match="slow"):
        check_namespaces(evidence(NAMESPACE, DEV_POD, pods=seen(error="slow")))


def test_a_pod_that_was_deleted_again() -> None:
    gone = run(3, "delete", changes=[change("Pod", "nginx-dev", "dev", "deleted", object=POD)])
    check_namespaces(evidence(NAMESPACE, DEV_POD, gone))
    with pytest.raises(InfrastructureError):
        check_namespaces(evidence(NAMESPACE, DEV_POD))


def test_the_namespace_of_the_current_context() -> None:
    def setting(namespace: str) -> CommandRun:
        entry = ContextEntry(namespace=namespace)
        return run(verb="config set-context", kubeconfig=state(k3d_test_cluster=entry))

    check_context(evidence(setting("pxl"), setting("dev")))
    assert "pxl" in failure(check_context, evidence(setting("dev"), setting("pxl"))).actual
    failure(check_context, evidence(run(kubeconfig=state("nothing"))))
