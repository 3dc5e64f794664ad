"""The checks of the engine on records; test_pods and test_namespaces have them on those of real runs."""

from typing import Any

import pytest

from grading.errors import CriterionFailure, InfrastructureError, Location, Problem, Unplayable
from grading.evidence.base import CommandOutput, HttpAnswer
from grading.evidence.manifest import RecordedManifest
from grading.evidence.records import Record, StepsEvidence
from grading.exercise.course import Exercise
from grading.exercise.model import ExerciseSpec
from tests.selfcheck import exercises

LINES = {"": 1, "spec": 5, "spec|containers|0": 7}


def judge(record: Record, **check: Any) -> None:
    """Judge a record by the one check of a criterion; the manifest is one.yaml."""
    found = exercises.data()
    found["criteria"][0]["check"] = check
    exercise = Exercise(ExerciseSpec.model_validate(found), "nowhere", "chapter1")
    evidence = StepsEvidence(scenario="some", started="2026-01-01T00:00:00Z")
    evidence.manifests["one.yaml"] = RecordedManifest(file="One.yml", data={}, lines=LINES, applied=True)
    evidence.records[next(iter(check.values()))] = record
    exercise.judge(exercise.spec.criteria[0])(evidence)


def lost(record: Record, **check: Any) -> CriterionFailure:
    with pytest.raises(CriterionFailure) as caught:
        judge(record, **check)
    failure = caught.value
    assert failure.problem.help == "Do it right."
    assert failure.problem.expected
    assert failure.problem.actual
    return failure


def objects(*found: dict[str, Any]) -> Record:
    return Record(objects=list(found))


def named(name: str, phase: str = "Running", **metadata: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": name, **metadata}, "status": {"phase": phase}}


@pytest.mark.parametrize("prints", ["", "hello", "again"])
def test_command_that_ran(prints: str) -> None:
    judge(
        Record(output=CommandOutput(status=0, stdout="hello you\nand again\n")), ran="listing", prints=prints
    )


def test_command_that_prints_another_word() -> None:
    record = Record(output=CommandOutput(status=0, stdout="hello, you"))
    assert "hello, you" in lost(record, ran="listing", prints="hello").problem.actual


@pytest.mark.parametrize(
    "words",
    [
        "sh: ls: no such file\ncommand terminated with exit code 2",
        'error: unable to start container process: exec: "ls": executable file not found in $PATH: unknown',
        'error: unable to upgrade connection: container not found ("x")',
    ],
)
def test_command_that_failed(words: str) -> None:
    failure = lost(Record(output=CommandOutput(status=2, stderr=words)), ran="listing")
    assert str(failure.problem.location) == "One.yml:7"
    assert failure.problem.expected == "exit status 0"


def test_command_that_was_not_run_costs_nothing() -> None:
    record = Record(output=CommandOutput(status=1, stderr="dial tcp: i/o timeout"))
    with pytest.raises(InfrastructureError, match="i/o timeout"):
        judge(record, ran="listing")


def test_page() -> None:
    judge(Record(answer=HttpAnswer(url="http://x/", status=200, body="well, hello")), answered="page")
    failure = lost(Record(answer=HttpAnswer(url="http://x/", status=404, body="hello")), answered="page")
    assert failure.problem.rationale == "http://x/ does not answer with “hello”"
    assert str(failure.problem.location) == "One.yml:7"
    lost(Record(answer=HttpAnswer(url="http://x/", status=200, body="hallo")), answered="page")
    lost(Record(answer=HttpAnswer(url="http://x/", error="Connection refused")), answered="page")
    with pytest.raises(InfrastructureError, match="timed out"):
        judge(Record(answer=HttpAnswer(url="http://x/", error="timed out")), answered="page")


def test_address() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "one"}, "status": {"podIP": "10.0.0.1", "hostIP": "1.2.3.4"}}
    judge(objects(pod), own_address="ready")
    pod["status"] = {"podIP": "1.2.3.4", "hostIP": "1.2.3.4"}
    assert str(lost(objects(pod), own_address="ready").problem.location) == "One.yml:5"


def test_nothing_found() -> None:
    judge(objects(), empty="others")
    failure = lost(objects(named("two", namespace="mine")), empty="others", field="spec.nodeName")
    assert failure.problem.rationale == "Pod two in the namespace mine must not exist"
    assert str(failure.problem.location) == "One.yml:5"
    owners = [{"kind": "ReplicaSet", "name": "web-1"}]
    failure = lost(objects(named("two", ownerReferences=owners)), empty="successors")
    assert failure.problem.rationale == "another Pod was created: two"
    assert failure.problem.actual == "Pod two of ReplicaSet web-1"
    assert failure.problem.expected == "no Pod"


def test_fields() -> None:
    fields = {"status.phase": {"one_of": ["Running", "Succeeded"]}}
    judge(objects(named("one"), named("two", "Succeeded")), holds="others", fields=fields)
    judge(objects(named("one"), named("two", "Failed")), holds="others", fields=fields, named=["one"])
    failure = lost(objects(named("one"), named("two", "Failed")), holds="others", fields=fields)
    assert failure.problem.actual == "two status.phase: 'Failed'"
    assert failure.problem.expected == "one, two, with status.phase: Running"
    assert str(failure.problem.location) == "One.yml:1"
    assert (
        "three is missing" in lost(objects(), holds="others", fields=fields, named=["three"]).problem.actual
    )
    assert lost(objects(), holds="others", fields=fields).problem.actual == "none"


@pytest.mark.parametrize(
    "check", [{"own_address": "page"}, {"answered": "page"}, {"holds": "page", "fields": {"a": 1}}]
)
def test_step_that_failed(check: dict[str, Any]) -> None:
    trouble = Problem("the Pod crashes", location=Location("One.yml", 7))
    with pytest.raises(Unplayable, match="the Pod crashes"):
        judge(Record(trouble=trouble, error="too late"), **check)
    with pytest.raises(InfrastructureError, match="too late"):
        judge(Record(error="too late"), **check)
