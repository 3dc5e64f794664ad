"""Steps of the engine, played on a cluster that is none: what is recorded whatever happens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from grading.errors import CriterionFailure, InfrastructureError, Location, Unplayable
from grading.evidence.records import StepsEvidence
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner import http_probes
from grading.runner.own_namespace import OWNED
from grading.runner.owned_namespaces import OwnedNamespaces
from grading.submission.loader import Submission, load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, Object, StandIn, context_on, played

GONE = Output(1, "", 'error: unable to upgrade connection: container not found ("nginxcont")')
RAN = "command terminated with exit code"
PODS = ("pods.declared", "pods.running", "pods.exec", "pods.not-replaced")
NAMESPACES = ("namespaces.declared", "namespaces.pod-placed")


@pytest.fixture
def cluster() -> StandIn:
    return StandIn()


@pytest.fixture
def commands() -> Commands:
    return Commands()


def reference() -> Submission:
    return load_submission(REFERENCE, load_courses().files.values())


def changed(folder: Path, file: str, old: str, new: str) -> Submission:
    copytree(REFERENCE, folder, dirs_exist_ok=True)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    return load_submission(folder, load_courses().files.values())


def verdict(criterion: str, evidence: StepsEvidence) -> str:
    try:
        load_courses().judge(criterion)(evidence)
    except Unplayable:
        return "stopped"
    except CriterionFailure:
        return "failed"
    except InfrastructureError:
        return "error"
    return "passed"


def verdict_words(criterion: str, evidence: StepsEvidence) -> str:
    with pytest.raises((CriterionFailure, InfrastructureError)) as caught:
        load_courses().judge(criterion)(evidence)
    return str(caught.value)


def verdicts(criteria: tuple[str, ...], evidence: StepsEvidence) -> list[str]:
    return [verdict(criterion, evidence) for criterion in criteria]


def in_turn(*outputs: Output) -> Callable[[], Output]:
    left: Iterator[Output] = iter(outputs)
    return lambda: next(left)


def test_reference_pod(cluster: StandIn, commands: Commands) -> None:
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed"] * 4
    assert not any(record.failed for record in evidence.records.values())
    assert ("Pod", "nginx-pod2") in cluster.deleted
    assert evidence.records["page"].answer
    assert evidence.records["page"].answer.url == "http://10.42.0.9:80/"
    assert StepsEvidence.model_validate_json(evidence.model_dump_json()) == evidence


def test_what_is_recorded_says_nothing_of_who_set_a_field(cluster: StandIn) -> None:
    evidence = played("namespaces", reference(), cluster)
    assert "managedFields" not in evidence.model_dump_json()


def test_container_that_ends_and_is_started_again(cluster: StandIn, commands: Commands) -> None:
    listing = commands.listing()
    commands.listing = in_turn(GONE, listing)
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed"] * 4
    assert evidence.records["listing"].output
    assert evidence.records["listing"].output.status == 0


def test_container_that_keeps_ending(cluster: StandIn, commands: Commands) -> None:
    def listing() -> Output:
        cluster.crash("nginx-pod2")
        return GONE

    commands.listing = listing
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed", "stopped", "failed", "passed"]


def test_container_that_ends_after_its_page(cluster: StandIn, commands: Commands) -> None:
    page = commands.page()

    def ask() -> Output:
        cluster.crash("nginx-pod2")
        return page

    commands.page = ask
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed", "stopped", "passed", "passed"]
    assert evidence.records["page"].answer is None


@pytest.mark.parametrize(("code", "expected"), [(3, "stopped"), (137, "error")])
def test_container_that_ends_while_the_pod_is_watched(
    code: int, expected: str, cluster: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch of 30 s is the only wait that the Pod is Ready for all the while."""
    wait = cluster.wait_for

    def wait_for(*arguments: Any) -> Any:
        if arguments[4] == 30:
            cluster.restart(arguments[2], code)
        return wait(*arguments)

    monkeypatch.setattr(cluster, "wait_for", wait_for)
    evidence = played("pod", reference(), cluster)
    assert verdicts(PODS, evidence) == ["passed", expected, "passed", "passed"]
    assert f"exit code {code}" in verdict_words("pods.running", evidence)


def test_pod_that_does_not_start_is_why_nothing_runs_in_it() -> None:
    class HeldUp(StandIn):
        def apply(self, data: Object, namespace: str | None = None) -> Object:
            made = super().apply(data, namespace)
            if made["metadata"]["name"] == "nginx-pod2":
                made["status"]["conditions"][0]["status"] = "False"
                made["status"]["containerStatuses"][0]["state"] = {"waiting": {}}
            return made

    evidence = played("pod", reference(), HeldUp())
    assert verdicts(PODS, evidence) == ["passed", "error", "error", "passed"]
    assert "Pod nginx-pod2 Ready: not seen" in evidence.records["page"].error
    assert evidence.records["listing"].error == evidence.records["page"].error


def test_pod_that_somebody_else_deletes(cluster: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = cluster.wait_for

    def wait_for(kind: str, namespace: str | None, name: str, *rest: Any) -> Object | None:
        if name == "nginx-pod2":
            cluster.delete(kind, namespace, name)
        return wait(kind, namespace, name, *rest)

    monkeypatch.setattr(cluster, "wait_for", wait_for)
    evidence = played("pod", reference(), cluster)
    assert verdicts(PODS, evidence) == ["passed", "error", "error", "error"]
    assert evidence.records["page"].error == "Pod nginx-pod2 is gone, but kubegrade did not delete it"


def test_pod_that_the_api_server_refuses(cluster: StandIn) -> None:
    cluster.refuses = "nginx-pod2"
    evidence = played("pod", reference(), cluster)
    assert verdicts(PODS, evidence) == ["failed", "stopped", "stopped", "stopped"]
    trouble = evidence.records["pod"].trouble
    assert trouble
    assert all(record.trouble == trouble for name, record in evidence.records.items() if name != "before")
    (step,) = [step for step in evidence.steps if step.done == "Apply second-pod.yaml"]
    assert step.seen in trouble.rationale


def test_file_that_is_missing(tmp_path: Path, cluster: StandIn) -> None:
    copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "second-pod.yaml").unlink()
    submission = load_submission(tmp_path, load_courses().files.values())
    assert verdicts(PODS, played("pod", submission, cluster)) == ["stopped"] * 4


def test_command_that_kubectl_cannot_run_costs_nothing(cluster: StandIn, commands: Commands) -> None:
    def no_answer() -> Output:
        raise InfrastructureError("kubectl did not end")

    commands.listing = no_answer
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed", "passed", "error", "passed"]


def test_second_try_that_kubectl_cannot_run_costs_nothing(cluster: StandIn, commands: Commands) -> None:
    def listing() -> Output:
        commands.listing = no_answer
        return GONE

    def no_answer() -> Output:
        raise InfrastructureError("kubectl did not end")

    commands.listing = listing
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed", "passed", "error", "passed"]


def test_silence_costs_nothing(cluster: StandIn, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_probes, "until", lambda _right, ask, _timeout=0: ask())
    commands.page = lambda: Output(28, "\n000", f"curl: (28) Connection timed out\n{RAN} 28")
    evidence = played("pod", reference(), cluster, commands)
    assert verdicts(PODS, evidence) == ["passed", "error", "passed", "passed"]


def test_pod_that_is_not_gone_in_time_costs_nothing(cluster: StandIn) -> None:
    cluster.stuck = True
    evidence = played("pod", reference(), cluster)
    assert verdicts(PODS, evidence) == ["passed", "passed", "passed", "error"]


def test_pod_that_came_back(cluster: StandIn) -> None:
    pod = {"kind": "Pod", "metadata": {"name": "nginx-pod2", "uid": "new", "namespace": "mine"}, "spec": {}}
    cluster.changes = [("ADDED", pod), ("MODIFIED", pod), ("DELETED", pod)]
    evidence = played("pod", reference(), cluster)
    assert verdicts(PODS, evidence) == ["passed", "passed", "passed", "failed"]
    assert evidence.records["successors"].objects == [{"kind": "Pod", "metadata": pod["metadata"]}]


def test_pod_of_the_suite_is_no_successor(cluster: StandIn) -> None:
    metadata = {"name": "kubegrade-probe", "uid": "new", "namespace": "mine", "labels": OWNED}
    cluster.changes = [("ADDED", {"kind": "Pod", "metadata": metadata})]
    assert verdict("pods.not-replaced", played("pod", reference(), cluster)) == "passed"


def test_pod_of_another_name_loses_no_more_than_that(tmp_path: Path, cluster: StandIn) -> None:
    submission = changed(tmp_path, "second-pod.yaml", "nginx-pod2", "nginx-pod")
    evidence = played("pod", submission, cluster)
    assert verdicts(PODS, evidence) == ["failed", "passed", "passed", "passed"]


def test_reference_namespace(cluster: StandIn) -> None:
    evidence = played("namespaces", reference(), cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed"] * 2
    assert cluster.deleted == [("Namespace", "dev")]
    assert evidence.records["placed"].objects
    assert evidence.records["placed"].objects[0]["metadata"]["namespace"] == "dev"
    made = evidence.records["made"].objects
    assert made
    assert OWNED.items() <= made[0]["metadata"]["labels"].items()


def test_namespace_of_an_earlier_run_is_cleared(cluster: StandIn) -> None:
    cluster.apply({"kind": "Namespace", "metadata": {"name": "dev", "labels": OWNED}})
    evidence = played("namespaces", reference(), cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed"] * 2
    assert cluster.deleted == [("Namespace", "dev")] * 2


def test_namespace_of_somebody_else_is_left_alone(cluster: StandIn) -> None:
    cluster.apply({"kind": "Namespace", "metadata": {"name": "dev"}})
    with pytest.raises(InfrastructureError, match="already has a namespace dev"):
        played("namespaces", reference(), cluster)
    assert cluster.deleted == []


def test_slip_in_the_namespace_costs_nothing_else(tmp_path: Path, cluster: StandIn) -> None:
    submission = changed(tmp_path, "ns.yaml", "name: dev", "name: development")
    evidence = played("namespaces", submission, cluster)
    assert verdicts(NAMESPACES, evidence) == ["failed", "passed"]
    assert ("Namespace", "", "development") not in cluster.objects
    assert any("kubectl create ns dev" in step.done for step in evidence.steps)
    trouble = evidence.records["made"].trouble
    assert trouble
    assert trouble.location == Location("ns.yaml", 4)


def test_namespace_that_is_refused_is_no_missing_one(cluster: StandIn) -> None:
    cluster.refuses = "dev"
    evidence = played("namespaces", reference(), cluster)
    assert evidence.records["namespaces"].trouble == evidence.records["made"].trouble


def test_pod_without_a_namespace_goes_to_default(tmp_path: Path, cluster: StandIn) -> None:
    submission = changed(tmp_path, "ns-pod.yaml", "  namespace: dev\n", "")
    evidence = played("namespaces", submission, cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed", "failed"]
    assert cluster.deleted == [("Pod", "nginx"), ("Namespace", "dev")]
    assert ("Pod", "default", "nginx") not in cluster.objects
    with pytest.raises(CriterionFailure, match="Pod nginx in the namespace default") as caught:
        load_courses().judge("namespaces.pod-placed")(evidence)
    assert str(caught.value.problem.location) == "ns-pod.yaml:3"


def test_pod_of_that_name_in_default_is_left_alone(tmp_path: Path, cluster: StandIn) -> None:
    theirs = {"kind": "Pod", "metadata": {"name": "nginx"}, "spec": {"containers": [{"name": "x"}]}}
    cluster.apply(theirs, "default")
    submission = changed(tmp_path, "ns-pod.yaml", "  namespace: dev\n", "")
    evidence = played("namespaces", submission, cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed", "error"]
    assert ("Pod", "nginx") not in cluster.deleted


def test_pods_of_others_in_default_are_none_of_the_scenario(cluster: StandIn) -> None:
    theirs = {"kind": "Pod", "metadata": {"name": "theirs"}, "spec": {"containers": [{"name": "secret"}]}}
    cluster.apply(theirs, "default")
    evidence = played("namespaces", reference(), cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed"] * 2
    assert "secret" not in evidence.model_dump_json(include={"records"})


class Busy(StandIn):
    """A cluster on which somebody else creates a Pod in default whenever a Pod is created."""

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        made = super().apply(data, namespace)
        if data["kind"] == "Pod" and data["metadata"]["name"] != "theirs":
            self.apply({**data, "metadata": {"name": "theirs"}}, "default")
        return made


def test_a_pod_that_somebody_else_creates_in_default_meanwhile_costs_nothing() -> None:
    cluster = Busy()
    evidence = played("namespaces", reference(), cluster)
    assert ("Pod", "default", "theirs") in cluster.objects
    assert evidence.records["strays"].objects == []
    assert verdicts(NAMESPACES, evidence) == ["passed"] * 2


def test_a_pod_of_what_the_scenario_brought_into_default_is_its_own(cluster: StandIn) -> None:
    owned = OwnedNamespaces(context_on(cluster, Commands(), reference()), ("dev",))
    owned._bring("Deployment", "web")
    owners = {"web-6d4cf": True, "web": True, "webshop-6d4cf": False, "": False}
    for owner, ours in owners.items():
        metadata = {"name": "x", "ownerReferences": [{"name": owner}] if owner else []}
        assert owned.has_brought({"kind": "Pod", "metadata": metadata}) == ours


@pytest.mark.parametrize("namespace", ["development", "kube-system"])
def test_pod_for_a_third_namespace_is_the_students(tmp_path: Path, cluster: StandIn, namespace: str) -> None:
    submission = changed(tmp_path, "ns-pod.yaml", "namespace: dev", f"namespace: {namespace}")
    evidence = played("namespaces", submission, cluster)
    assert verdicts(NAMESPACES, evidence) == ["passed", "stopped"]
    assert not any(kind == "Pod" for kind, _namespace, _name in cluster.objects)
    trouble = evidence.records["placed"].trouble
    assert trouble
    assert trouble.location == Location("ns-pod.yaml", 5)
    assert namespace in trouble.rationale
    assert "11.7.2" in trouble.help


def with_settings(folder: Path) -> Submission:
    settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
    new = "      image: nginx\n      envFrom: [{configMapRef: {name: settings}}]\n"
    submission = changed(folder, "second-pod.yaml", "      image: nginx\n", new)
    with (folder / "second-pod.yaml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return load_submission(folder, submission.found.known.values())


def test_what_a_pod_refers_to_is_applied_before_it(cluster: StandIn, tmp_path: Path) -> None:
    evidence = played("pod", with_settings(tmp_path), cluster)
    assert ("ConfigMap", "mine", "settings") in cluster.objects
    assert [step.done for step in evidence.steps[:2]] == [
        "Apply ConfigMap settings of second-pod.yaml",
        "Apply second-pod.yaml",
    ]
    assert verdicts(PODS, evidence) == ["passed"] * 4


class Lacking(StandIn):
    """A cluster that rejects a ConfigMap, and whose kubelet starts no Pod without it."""

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        self.refuses = "settings"
        made = super().apply(data, namespace)
        if made["kind"] == "Pod" and "envFrom" in made["spec"]["containers"][0]:
            words = {"reason": "CreateContainerConfigError", "message": 'configmap "settings" not found'}
            made["status"]["conditions"][0]["status"] = "False"
            made["status"]["containerStatuses"][0].update(state={"waiting": words}, ready=False)
        return made


def test_what_a_pod_refers_to_and_is_rejected_costs_what_needs_the_pod_to_run(tmp_path: Path) -> None:
    evidence = played("pod", with_settings(tmp_path), Lacking())
    assert verdict_words("pods.running", evidence) == "Kubernetes refuses second-pod.yaml: it is invalid"
    assert verdicts(PODS, evidence) == ["passed", "stopped", "stopped", "passed"]


def test_what_kubectl_warns_of_is_told_once_with_its_place(cluster: StandIn) -> None:
    words = "duplicate port definition with spec.containers[0].ports[0]"
    odd = "x\x1b[31m " + "long " * 100
    cluster.warnings = [f"spec.containers[0].ports[0].containerPort: {words}", odd, odd]
    evidence = played("pod", reference(), cluster)
    told = [str(words) for words in evidence.warnings["second-pod.yaml"]]
    assert told[0] == f"second-pod.yaml:13: kubectl warns: spec.containers[0].ports[0].containerPort: {words}"
    assert len(told) == 2
    assert told[1].startswith("second-pod.yaml:1: kubectl warns: x\N{REPLACEMENT CHARACTER}[31m long")
    assert len(told[1]) < 350
    assert load_courses().judge("pods.declared")(evidence) == "; ".join(told)
    assert evidence.steps[0].seen == "\n".join(["accepted", *told])


def test_what_is_rejected_and_no_pod_waits_for_costs_nothing(cluster: StandIn, tmp_path: Path) -> None:
    cluster.refuses = "settings"
    evidence = played("pod", with_settings(tmp_path), cluster)
    assert verdicts(PODS, evidence) == ["passed"] * 4
