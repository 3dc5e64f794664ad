"""Whatever an object holds, all that is done before it is sent is done, or says what is wrong, and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from hypothesis import HealthCheck, example, given, settings

from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import Kubectl
from grading.course.chapter11.deployments import deployment, pause, versions
from grading.course.chapter11.services import nodeport
from grading.course.chapter11.storage import claim, emptydir
from grading.errors import ApiError, CriterionFailure, Unplayable
from grading.evidence.base import Part
from grading.evidence.records import StepsEvidence
from grading.evidence.steps import MAX_LENGTH
from grading.exercise.loader import load_courses
from grading.k8s.field_types import decode
from grading.k8s.image_reference import named_in
from grading.k8s.service_routing import selects
from grading.precheck import Finding, check_folder
from grading.runner import owned_namespaces, volumes
from grading.runner.context import Context
from grading.runner.placement import pin
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import check_together
from grading.submission.preparation import prepared
from grading.submission.record import record_manifests
from tests.selfcheck.manifests import DECLARATIONS, FILES, REFERENCE, Declaration, check, known, seen
from tests.selfcheck.manifestvalues import Object, files, reference, written

NAMES: Final = [file.file for file in FILES]
BY_KEY: Final = {file.key: file for file in FILES}


class NoCluster:
    """An API server that has nothing, and takes nothing but namespaces and the suite's own."""

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        return data

    def create(self, data: Object, namespace: str | None, *, dry_run: bool = False, **_: object) -> Object:
        json.dumps(data, allow_nan=False)
        if dry_run or data["kind"] == "Namespace":
            return data
        raise ApiError(422, "Invalid", "it is invalid")

    def get(self, *_: object) -> None: ...

    def delete(self, *_: object, **__: object) -> None: ...

    def wait_for(self, *_: object, **__: object) -> None: ...

    def items(self, *_: object, **__: object) -> list[Object]:
        return []

    def listing(self, *_: object, **__: object) -> Object:
        return {"items": [], "metadata": {"resourceVersion": "1"}}

    def path(self, *_: object) -> str:
        return ""

    def resumed_watch(self, *_: object) -> Any:
        class Ended(list[Any]):
            def stop(self) -> None: ...

        return Ended()


HOST: Final = cast(Host, SimpleNamespace(nodes=["node"], cluster="none"))


def scene_of(submission: Submission, scenario: str) -> Context:
    played = load_courses().scenario(scenario)
    evidence = played.evidence(scenario=scenario, started=datetime.now(UTC))
    record_manifests(submission, played.files, evidence)
    cluster = cast(Cluster, NoCluster())
    return Context(cluster, cast(Kubectl, None), submission, HOST, frozenset(), evidence, "mine")


def play(submission: Submission, file: str) -> None:
    """Play the scenarios of a file as far as they come where the API server takes nothing."""
    courses = load_courses()
    for name in courses.playing([file]):
        context = scene_of(submission, name)
        try:
            courses.scenario(name).play(context, context.evidence)
        except Unplayable as failure:
            check_told(failure)
        parts = [value for value in vars(context.evidence).values() if isinstance(value, Part)]
        if isinstance(context.evidence, StepsEvidence):
            parts += context.evidence.records.values()
        assert not any(part.error for part in [context.evidence, *parts])
        assert all(step.done and len(step.seen) <= MAX_LENGTH + 1 for step in context.evidence.steps)


Edits = dict[str, tuple[Callable[[Context], Callable[[Object], object]], ...]]

EDITS: Final[Edits] = {
    "svc-nginx.yaml": (lambda context: lambda data: nodeport._to_server(context, data),),
    "dep.yaml": (lambda _: deployment._six,),
    "dep-rolling.yaml": (
        lambda _: versions.first,
        lambda _: versions.second,
        lambda _: versions.reverted,
        lambda _: versions.is_second,
        lambda _: versions.scaled(versions.to(versions.BAD_IMAGE), 0),
        lambda _: pause._held(versions.scaled(versions.second, 2)),
    ),
    "pod-with-volume.yaml": (lambda _: emptydir._restartable,),
    "manual-pv.yaml": (lambda context: lambda data: claim.own(context, data),),
    "pod-with-pvc.yaml": (lambda _: lambda data: pin(data, "node"),),
    "dynamic-pvc.yaml": (lambda context: lambda data: volumes.apart(context, data),),
    "ns.yaml": (lambda _: owned_namespaces.label,),
}
"""Every change that a scenario makes to a manifest before it is sent."""


def check_told(failure: CriterionFailure) -> None:
    """Raise if a failure does not say where it is."""
    assert failure.problem.rationale
    assert failure.problem.help
    assert failure.problem.location is not None
    assert failure.problem.location.file in NAMES
    assert failure.problem.location.line


def check_edits(submission: Submission, file: Declaration, manifest: Manifest) -> None:
    context = scene_of(submission, "pod")
    edits = [edit(context) for edit in EDITS.get(file.file, ())]
    for edit in (None, *edits):
        try:
            data = prepared(manifest, "mine", edit)
        except Unplayable as failure:
            check_told(failure)
        else:
            json.dumps(data, allow_nan=False)


def check_manifest(submission: Submission, file: Declaration) -> None:
    """Do with one object all that is done before it is sent."""
    try:
        manifest = submission.manifest(file.file, file.kind)
    except Unplayable as failure:
        check_told(failure)
        return
    again, deviations = decode(manifest.data, file.kind)
    assert again == manifest.data
    assert not [found for found in deviations if found.what in {"type", "null"}]
    list(named_in(manifest.data))
    selects({"spec": {"selector": {"app": "nginx"}}}, manifest.data)
    check_edits(submission, file, manifest)
    for other in FILES:
        if other is not file:
            try:
                check_together(manifest, submission.manifest(other.file, other.kind))
            except Unplayable as failure:
                check_told(failure)


def check_everything(folder: Path, file: Declaration, raw: bytes) -> None:
    (folder / file.file).write_bytes(raw)
    submission = load_submission(folder, known(*NAMES))
    try:
        for object_ in (found for found in FILES if found.file == file.file):
            check_manifest(submission, object_)
        submission.images()
        play(submission, file.file)
        evidence = seen(submission)
        for declared in DECLARATIONS:
            try:
                check(submission, declared, evidence)
            except CriterionFailure as failure:
                check_told(failure)
        assert all(isinstance(found, Finding) for found in check_folder(folder))
    finally:
        (folder / file.file).write_bytes((REFERENCE / file.file).read_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copytree(REFERENCE, tmp_path_factory.mktemp("submission") / "files")


def case(key: str, *path: str | int, value: Any) -> tuple[Declaration, bytes]:
    """A file of the reference with one value replaced."""
    file = BY_KEY[key]
    objects = reference(file)
    part: Any = objects[0]
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return file, written(objects)


def test_the_reference_passes(folder: Path) -> None:
    for file in FILES:
        check_everything(folder, file, (REFERENCE / file.file).read_bytes())


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(made=files())
@example(made=case("svc-nginx.yaml", "metadata", "labels", value=["app"]))
@example(made=case("svc-debian.yaml", "metadata", "labels", value=None))
@example(made=case("second-pod.yaml", "spec", "containers", 0, "ports", value=80))
@example(made=case("second-pod.yaml", "spec", "containers", 0, "ports", value=[None]))
@example(made=case("dep.yaml", "spec", "template", "spec", "containers", value={"name": "x"}))
@example(made=case("dep.yaml", "spec", "template", "spec", "containers", value=[None]))
@example(made=case("dep.yaml", "spec", "template", value=None))
@example(made=case("dep.yaml", "spec", value=None))
@example(made=case("dep.yaml", "spec", value=[]))
@example(made=case("dep-rolling.yaml", "spec", value={}))
@example(made=case("dep-rolling.yaml", "spec", "template", "spec", "containers", value=[]))
@example(made=case("dep-rolling.yaml", "metadata", "annotations", value=None))
@example(made=case("dep-rolling.yaml", "spec", "replicas", value=10000.0))
@example(made=case("manual-pv.yaml", "spec", "hostPath", value={"path": None}))
@example(made=case("manual-pv.yaml", "spec", "claimRef", value=[]))
@example(made=case("manual-pvc.yaml", "spec", "resources", "requests", value={"storage": None}))
@example(made=case("dynamic-pvc.yaml", "spec", "accessModes", value=[["ReadWriteOnce"]]))
@example(made=case("ns.yaml", "metadata", "labels", value="x"))
@example(made=case("ns-pod.yaml", "metadata", "namespace", value=5))
@example(made=case("svc.yaml", "spec", "selector", value=["app"]))
@example(made=case("svc.yaml", "spec", "ports", value=[None]))
@example(made=case("flask-app.yaml#Service", "spec", "ports", value="5000"))
@example(made=case("svc.yaml", "apiVersion", value=["v1"]))
def test_no_manifest_is_an_error(folder: Path, made: tuple[Declaration, bytes]) -> None:
    check_everything(folder, *made)
