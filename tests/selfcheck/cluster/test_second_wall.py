"""The second wall alone: what the API server says of an object that no first wall looked at; and attacks that
only a graded run can show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from jsonpatch import JsonPointer

from fixtures.claims import Claim
from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.judging import Outcome
from fixtures.k3d import cluster_name
from fixtures.slot_clusters import remove
from fixtures.walls import owned_ports
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.course.chapter11.storage.claim import own
from grading.errors import ApiError, Unplayable
from grading.exercise.loader import load_courses
from grading.k8s.container_errors import has_memory_limit
from grading.runner.context import Context
from grading.runner.own_namespace import OWNED
from grading.runner.owned_namespaces import label
from grading.runner.submitter import Submitter, submitter
from grading.submission.allowed import load_table
from grading.submission.companions import usable
from grading.submission.guards import KINDS, OF_THE_CLUSTER, namespace_labels
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest
from grading.submission.preparation import Edit, prepared
from tests.selfcheck.hostile.building import make
from tests.selfcheck.hostile.catalogue import course_of, load_attacks, stopped_by
from tests.selfcheck.hostile.graded import grade
from tests.selfcheck.hostile.model import Attack
from tests.selfcheck.hostile.requests import answers, create, objects, rejections

Object = dict[str, Any]

SLOT = 9
NAMESPACE = "claim-wall"
CLUSTER_OBJECTS: Final = {"Namespace": "dev", "PersistentVolume": "manual-pv"}
QUICK: Final = ("run-token", "run-quota")
"""Attacks that are graded; the others are by `make nightly`."""
WALL: Final = ("ValidatingAdmissionPolicy", "PodSecurity", "forbidden: User")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    """How graded runs of a few attacks ended; their cluster, with its wall, stays for the other tests."""
    try:
        yield {name: grade(load_attacks()[name], SLOT, tmp_path_factory.mktemp("graded")) for name in QUICK}
    finally:
        remove(SLOT)


@pytest.fixture(scope="module")
def api(outcomes: dict[str, Outcome]) -> Iterator[Cluster]:
    with closing(Cluster(Claim(cluster_name(SLOT)).kubeconfig)) as api:
        yield api


@pytest.fixture(scope="module")
def run(api: Cluster) -> Submitter:
    run = submitter(api, cast(Kubectl, None), "wall")
    metadata = {"name": NAMESPACE, "labels": {**OWNED, **namespace_labels(owned_ports())}}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    run.admit(NAMESPACE, KINDS)
    for kind, name in CLUSTER_OBJECTS.items():
        run.admit_to_cluster(kind, name, OWNED)
    return run


@pytest.fixture(autouse=True)
def _course(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the course be chosen whose reference the attack of a test changes."""
    spec = getattr(request.node, "callspec", None)
    with course_of(spec.params.get("attack") if spec else None):
        yield


def each(wall: str) -> pytest.MarkDecorator:
    """Parametrize a test with the attacks that something stops."""
    return pytest.mark.parametrize("attack", [pytest.param(item, id=item.id) for item in stopped_by(wall)])


@pytest.mark.parametrize("name", QUICK)
def test_a_graded_run(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name].problem == ""


@each("second wall")
def test_second_wall(run: Submitter, tmp_path: Path, attack: Attack) -> None:
    if attack.requests:
        said = answers(run, attack, NAMESPACE)
        assert all(attack.stopped.second_wall in words for words in said), said
    else:
        said = rejections(run, attack, make(attack, tmp_path), NAMESPACE)
        assert any(attack.stopped.second_wall in words for words in said), said
    assert any(name in words for words in said for name in WALL), said


@each("Kubernetes")
def test_kubernetes_itself(run: Submitter, tmp_path: Path, attack: Attack) -> None:
    said = rejections(run, attack, make(attack, tmp_path), NAMESPACE, dry_run=False)
    assert any(attack.stopped.kubernetes in words for words in said), said


@each("dropped")
def test_a_field_is_not_stored(run: Submitter, tmp_path: Path, attack: Attack) -> None:
    place = JsonPointer(attack.stopped.dropped)
    for data in objects(attack, make(attack, tmp_path), NAMESPACE):
        assert place.resolve(data, None)
        assert place.resolve(create(run, data), None) != place.resolve(data, None)


def said(cluster: Cluster, data: Object, namespace: str = NAMESPACE) -> str:
    """Return why the API server rejects an object, empty text if it takes it."""
    place = None if data["kind"] in OF_THE_CLUSTER else namespace
    try:
        cluster.create(data, place, manager="test", dry_run=True)
    except ApiError as error:
        return error.message
    return ""


def manifests(name: str, folder: Path) -> Iterator[tuple[Submission, Manifest]]:
    fault = load_faults()[name]
    build(fault, folder)
    submission = load_submission(folder, load_courses().files.values())
    for file in load_courses().files.values():
        for kind in file.kinds if file.name in fault.files else ():
            try:
                yield submission, submission.manifest(file.name, kind)
            except Unplayable:
                continue


# Its name is checked before it is applied.
@pytest.mark.parametrize("name", sorted(load_faults().keys() - {"ns-other-name"}))
def test_slips_and_right_ones_are_as_without_a_wall(
    api: Cluster, run: Submitter, tmp_path: Path, name: str
) -> None:
    context = cast(Context, SimpleNamespace(namespace=NAMESPACE))
    edits: dict[str, Edit] = {
        "PersistentVolume": lambda data: own(context, data),
        "Namespace": label,
    }
    for submission, manifest in manifests(name, tmp_path / "s"):
        data = prepared(manifest, NAMESPACE, edits.get(manifest.data["kind"]))
        others = [usable(item, manifest).object(NAMESPACE) for item in submission.companions(manifest)]
        for item in (data, *others):
            assert said(run.cluster, item) == said(api, item)


@pytest.mark.parametrize(
    ("spec", "taken"),
    [
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30050}]}, True),
        ({"type": "NodePort", "ports": [{"port": 80}, {"port": 81, "nodePort": 30080}]}, False),
        ({"type": "NodePort", "ports": [{"port": 30080}]}, True),
        ({"type": "LoadBalancer", "ports": [{"port": 30080}]}, False),
    ],
)
def test_a_port_of_the_nodes_is_one_exercises(
    api: Cluster, run: Submitter, spec: Object, *, taken: bool
) -> None:
    namespace = f"{NAMESPACE}-port"
    metadata = {"name": namespace, "labels": {**OWNED, **namespace_labels([30050])}}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    run.admit(namespace, ["Service"])
    for number, port in enumerate(spec["ports"]):
        port["name"] = f"p{number}"
    words = said(
        run.cluster,
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": spec},
        namespace,
    )
    assert ("belongs to another exercise" in words) is not taken
    assert bool(words) is not taken


@pytest.mark.parametrize("field", sorted(load_table().on_request))
def test_a_field_is_open_in_the_namespace_of_its_exercise(api: Cluster, run: Submitter, field: str) -> None:
    namespace = f"{NAMESPACE}-{field.lower()}".replace(".", "-")
    metadata = {"name": namespace, "labels": {**OWNED, **namespace_labels(opened=[field])}}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    run.admit(namespace, ["Pod", "Job"])
    for data in map(_with_spec, ("Pod", "Job"), (OPENED[field],) * 2):
        assert said(run.cluster, data, namespace) == ""
        assert f"{field.partition('.')[2]} is not allowed" in said(run.cluster, data)
    if field == "Volume.projected":
        token = {"projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}
        data = _with_spec("Job", {"volumes": [{"name": "v", **token}]})
        assert "serviceAccountToken" in said(run.cluster, data, namespace)


OPENED: Final[dict[str, Object]] = {
    "PodSpec.shareProcessNamespace": {"shareProcessNamespace": True},
    "Volume.projected": {
        "volumes": [
            {"name": "v", "projected": {"sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "c"}}]}}
        ]
    },
}
"""For each field that an exercise may allow, a Pod's spec that has it."""


def _with_spec(kind: str, spec: Object) -> Object:
    """Return a Pod or a Job with these fields in the spec of its Pods."""
    containers = [{"name": "c", "image": "busybox"}]
    whole = {
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "containers": containers,
        **spec,
    }
    metadata = {"name": "x"}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": whole}
    return {
        "apiVersion": "batch/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"template": {"spec": whole}},
    }


def test_limits_of_the_namespace_are_not_the_containers_own(run: Submitter) -> None:
    """The API server notes on a Pod which limits it has set, in words that `has_memory_limit` reads."""
    containers = [
        {"name": "own", "image": "busybox", "resources": {"limits": {"memory": "64Mi"}}},
        {"name": "given", "image": "busybox"},
    ]
    spec = {"automountServiceAccountToken": False, "containers": containers}
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}
    pod = run.cluster.create(data, NAMESPACE, manager="test", dry_run=True)
    own, given = pod["spec"]["containers"]
    limits = load_table().limits
    assert given["resources"] == {"limits": limits, "requests": dict.fromkeys(limits, "0")}
    assert has_memory_limit(pod, own)
    assert not has_memory_limit(pod, given)
