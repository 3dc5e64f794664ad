"""Messages that know the situation: when to begin again, and what the student's own file sets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from grading.errors import Correction, Location, Problem
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.exercise.begin_again import with_beginning_again
from grading.exercise.own_settings import with_own_settings
from grading.k8s.unchangeable import is_unchangeable


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("Deployment", ("spec", "selector", "matchLabels", "app"), True),
        ("Deployment", ("spec", "replicas"), False),
        ("Deployment", ("spec", "template", "spec", "containers", 0, "image"), False),
        ("Pod", ("spec", "containers", 0, "image"), False),
        ("Pod", ("spec", "containers", 0, "ports"), True),
        ("Pod", ("metadata", "labels", "app"), False),
        ("PersistentVolumeClaim", ("spec", "accessModes"), True),
        ("PersistentVolume", ("spec", "hostPath", "path"), True),
        ("PersistentVolume", ("spec", "persistentVolumeReclaimPolicy"), False),
        ("StorageClass", ("volumeBindingMode",), True),
        ("Job", ("spec", "template", "spec", "containers"), True),
        ("Job", ("spec", "parallelism"), False),
        ("Service", ("spec", "clusterIP"), True),
        ("Service", ("spec", "ports", 0, "port"), False),
        ("Widget", ("spec",), False),
        ("Pod", (), False),
    ],
)
def test_fields_that_cannot_be_changed(kind: str, path: tuple[str | int, ...], expected: bool) -> None:
    assert is_unchangeable(kind, path) == expected


def help_for(*fields: tuple[str, tuple[str | int, ...]]) -> str:
    corrections = tuple(Correction(Location("a.yaml", 1, path, kind), "x") for kind, path in fields)
    return with_beginning_again(Problem("wrong", "Change it.", corrections=corrections)).help


def test_what_can_be_changed_needs_no_more() -> None:
    assert help_for(("Deployment", ("spec", "replicas"))) == "Change it."
    assert help_for() == "Change it."


def test_what_cannot_be_changed_is_deleted_and_applied() -> None:
    told = help_for(("Deployment", ("spec", "selector")))
    assert told.startswith(
        "Change it. Kubernetes does not change `spec.selector` of a Deployment that already exists:"
    )
    assert "`kubectl delete -f a.yaml`, then `kubectl apply -f a.yaml`" in told
    assert "Terminating" not in told


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("PersistentVolumeClaim", ("spec", "accessModes"), "while a Pod uses it"),
        ("PersistentVolume", ("spec", "hostPath", "path"), "A volume that is Released is not bound again"),
        ("Namespace", ("metadata", "name"), "While it is Terminating nothing can be created in it"),
    ],
)
def test_what_keeps_it_from_being_deleted_is_told(kind: str, path: tuple[str, ...], words: str) -> None:
    assert words in help_for((kind, path))


def test_another_name_is_another_object() -> None:
    assert "Otherwise you get a second Service." in help_for(("Service", ("metadata", "name")))


def seen(**container: Any) -> Evidence:
    data = {"kind": "Pod", "spec": {"containers": [{"name": "web", "image": "nginx", **container}]}}
    lines = {"spec|containers|0": 5, **{f"spec|containers|0|{key}": 6 + n for n, key in enumerate(container)}}
    manifest = RecordedManifest(file="a.yaml", data=data, lines=lines)
    return Evidence(scenario="s", started=datetime.now(UTC), manifests={"a.yaml": manifest})


FAILED = Problem("Pod web does not become Ready", "See its log.", location=Location("a.yaml", 5))


def test_the_files_own_command_and_probes_are_named_with_their_lines() -> None:
    evidence = seen(command=["sh", "-c", "exit `1`"], readinessProbe={"tcpSocket": {"port": 81}})
    told = with_own_settings(evidence, FAILED).help
    assert told == (
        'See its log. a.yaml sets `image: nginx` (line 5), `command: ["sh", "-c", "exit \'1\'"]` (line 6), '
        '`readinessProbe: {"tcpSocket": {"port": 81}}` (line 7).'
    )


def test_that_there_is_no_command_is_told_too() -> None:
    assert with_own_settings(seen(), FAILED).help.endswith("`image: nginx` (line 5), and no `command`.")


def test_values_are_cut() -> None:
    told = with_own_settings(seen(command=["x" * 1000]), FAILED).help
    assert len(told) < 300


@pytest.mark.parametrize(
    "problem",
    [
        Problem("a", "b"),
        Problem("a", "b", location=Location("a.yaml")),
        Problem("a", "b", location=Location("b.yaml", 1)),
        Problem("a", "b", location=Location("a.yaml", 5), corrections=(Correction(Location("a.yaml")),)),
    ],
)
def test_a_problem_elsewhere_or_with_a_correction_stays_as_it_is(problem: Problem) -> None:
    assert with_own_settings(seen(), problem) == problem
