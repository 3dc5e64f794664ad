"""The second wall alone: what the API server says of an object that no first wall looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest

from fixtures.airgap.kit import load_kit
from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from fixtures.walls import LEAST, owned_ports, put_up, wait_up
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.course.chapter11.storage.claim import own
from grading.errors import ApiError, Unplayable
from grading.exercise.loader import load_courses
from grading.runner.context import Context
from grading.runner.own_namespace import OWNED
from grading.runner.owned_namespaces import label
from grading.runner.submitter import Submitter, submitter
from grading.submission.companions import usable
from grading.submission.guards import KINDS, OF_THE_CLUSTER, namespace_labels
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import Manifest
from grading.submission.preparation import Edit, prepared
from tests.selfcheck.cluster.bare import bare_cluster
from tests.selfcheck.test_walls import HOSTILE

Object = dict[str, Any]

SLOT = 9
NAMESPACE = "claim-wall"

DROPPED: Final = {
    "spec.resourceClaims",
    "spec.volumes[0].image",
    "spec.containers[0].securityContext.procMount",
    "spec.dataSource",
}
"""Fields of features that are off: the API server takes the object without them."""

BY_KUBERNETES: Final = {
    "metadata.annotations['container.apparmor.security.beta.kubernetes.io/c']",
    "metadata.ownerReferences",
    "spec.containers[0].volumeDevices",
    "spec.containers[0].volumeMounts[0].mountPropagation",
    "spec.ephemeralContainers",
    "spec.loadBalancerClass",
    "spec.local",
    "spec.ports[1].port",
    "spec.priority",
    "spec.runtimeClassName",
    "spec.serviceAccountName",
    "type",
}
"""Fields that the API server rejects before it asks a policy: as such, or as they are written here."""
WALL: Final = ("ValidatingAdmissionPolicy", "PodSecurity")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    kit = load_kit()
    with bare_cluster(kit, SLOT, tmp_path_factory.mktemp("k3d")) as kubeconfig:
        api = Cluster(kubeconfig)
        api.wait_for("ServiceAccount", "default", "default", bool, 60, "the default ServiceAccount")
        put_up(api)
        wait_up(api, Kubectl(kubeconfig, program=str(kit.kubectl)))
        yield api
        api.close()


@pytest.fixture(scope="module")
def run(api: Cluster) -> Submitter:
    run = submitter(api, cast(Kubectl, None), "wall")
    metadata = {"name": NAMESPACE, "labels": {**OWNED, **namespace_labels(owned_ports())}}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    run.admit(NAMESPACE, KINDS)
    for kind in OF_THE_CLUSTER:
        run.admit_to_cluster(kind, "x", OWNED)
    return run


def said(cluster: Cluster, data: Object, namespace: str = NAMESPACE) -> str:
    """Return why the API server rejects an object, empty text if it takes it."""
    place = None if data["kind"] in OF_THE_CLUSTER else namespace
    try:
        cluster.create(data, place, manager="test", dry_run=True)
    except ApiError as error:
        return error.message
    return ""


def whole(data: Object) -> Object:
    """Return a hostile object with what Kubernetes and the suite want of it besides."""
    kind = data["kind"]
    made: Object = {"apiVersion": "apps/v1" if kind == "Deployment" else "v1", "metadata": {"name": "x"}}
    made |= json.loads(json.dumps(LEAST.get(kind, {})))
    if kind == "Pod":
        made["spec"]["automountServiceAccountToken"] = False
    if kind == "Namespace":
        made["metadata"] = {"name": "dev", "labels": namespace_labels()}
    made = cast(Object, merged(made, data))
    for container in made.get("spec", {}).get("containers", []):
        container.setdefault("image", "busybox")
    return made


def merged(one: Any, other: Any) -> Any:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return {**one, **{key: merged(one[key], value) if key in one else value for key, value in other.items()}}


@pytest.mark.parametrize(("data", "at"), [pytest.param(*case, id=case[1]) for case in HOSTILE])
def test_hostile_object(run: Submitter, data: Object, at: str) -> None:
    words = said(run.cluster, whole(data))
    assert bool(words) is (at not in DROPPED)
    by_wall = any(name in words for name in WALL)
    assert by_wall or at in DROPPED | BY_KUBERNETES or "must not contain '..'" in words


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


@pytest.mark.parametrize("namespace", ["kube-system", "default"])
@pytest.mark.parametrize("resource", ["pods", "secrets", "configmaps"])
def test_a_run_sees_nothing_of_others(run: Submitter, namespace: str, resource: str) -> None:
    with pytest.raises(ApiError) as caught:
        run.cluster.request("GET", f"api/v1/namespaces/{namespace}/{resource}")
    assert caught.value.code == 403


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
