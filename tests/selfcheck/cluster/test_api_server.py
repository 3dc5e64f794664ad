"""What we do as kubectl and the API server do: creating objects, and the gate of field types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.airgap.kit import load_kit
from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading.cluster import kubectl_apply
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.cluster.kubectl_apply import LAST_APPLIED
from grading.errors import ApiError
from grading.k8s.field_types import decode, dotted, known_kinds, version_of
from grading.submission.yaml_reader import YamlProblem, parse
from tests.selfcheck.cluster.bare import bare_cluster
from tests.selfcheck.cluster.runs import REFERENCE
from tests.selfcheck.fieldcorpus import Object, objects
from tests.selfcheck.severalobjects import CASES

SLOT = 9
NOT_DECODED = "cannot be handled as a"
"""How the API server says that it has no value to look at: 400, "strict decoding error" and others."""

ARGUED: Final = {
    "status": "removed before anything is sent",
    "metadata.creationTimestamp": "removed before anything is sent",
    "metadata.deletionTimestamp": "removed before anything is sent",
    "metadata.managedFields[0].time": "removed before anything is sent",
}
"""Fields of which we say otherwise than the API server, and why no verdict is wrong by it."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with bare_cluster(load_kit(), SLOT, tmp_path_factory.mktemp("k3d")) as kubeconfig:
        api = Cluster(kubeconfig)
        api.wait_for("ServiceAccount", "default", "default", bool, 60, "the default ServiceAccount")
        yield api
        api.close()


def without_what_is_drawn(data: Object) -> str:
    """Return an object as text, without what the API server draws anew and what kubectl leaves out."""
    for field in ("uid", "creationTimestamp", "managedFields"):
        data["metadata"].pop(field, None)
    annotations = data["metadata"]["annotations"]
    annotations[LAST_APPLIED] = json.loads(annotations[LAST_APPLIED])  # Go escapes < and > as well.
    for field in ("clusterIP", "clusterIPs"):
        data["spec"].pop(field, None)
    data.get("status", {}).pop("lastPhaseTransitionTime", None)
    for port in data["spec"].get("ports") or []:
        port.pop("nodePort", None)
    text = json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False)
    return re.sub("kube-api-access-[a-z0-9]{5}", "kube-api-access", text)


WRITTEN: Final[list[Object]] = [
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "odd", "annotations": {"note": "<é> & \N{ROCKET}"}},
        "spec": {
            "containers": [
                {
                    "name": "c",
                    "image": "nginx",
                    "args": [""],
                    "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
                    "ports": [{"containerPort": 80}, {"containerPort": 80}],
                }
            ]
        },
    },
]


def test_an_object_is_created_as_kubectl_creates_it(cluster: Cluster) -> None:
    kubectl = Kubectl(cluster.kubeconfig, program=str(load_kit().kubectl))
    read_in = [data for path in sorted(REFERENCE.glob("*.yaml")) for data in read(path)]
    for data in WRITTEN + [data for data in read_in if data["kind"] != "Namespace"]:
        data["metadata"].pop("namespace", None)
        if data["kind"] != "PersistentVolume":
            data["metadata"]["namespace"] = "default"
        ours = kubectl_apply.apply(cluster, kubectl, data, "default", dry_run=True)
        theirs = kubectl.apply("default", json.dumps(data), "--dry-run=server")
        assert theirs.status == 0, theirs.stderr
        assert without_what_is_drawn(ours) == without_what_is_drawn(json.loads(theirs.stdout))


def test_of_several_objects_kubectl_applies_those_that_we_say(cluster: Cluster, tmp_path: Path) -> None:
    for case, (text, _names) in CASES.items():
        named = re.sub(r'("?name"?: "?)([a-d])\b', rf"\1{case}-\2", text)
        (tmp_path / f"{case}.yaml").write_text(named, "utf-8")
    kubectl = Kubectl(cluster.kubeconfig, program=str(load_kit().kubectl))
    output = kubectl.run("apply", "--dry-run=server", "--filename", str(tmp_path), "--output", "name")
    applied = {line.removeprefix("service/") for line in output.stdout.splitlines()}
    assert applied == {f"{case}-{name}" for case, (_text, names) in CASES.items() for name in names}


def by_server(api: Cluster, data: Object) -> str:
    """Return why the API server cannot decode an object, empty text if it can."""
    try:
        api.create(without_nulls(data), "default", manager="kubegrade-test", dry_run=True)
    except ApiError as error:
        return error.message if NOT_DECODED in error.message else ""
    return ""


def without_nulls(value: Any) -> Any:
    """Return a value as kubectl sends it when it creates an object."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def by_us(data: Object) -> str:
    """Return why our gate holds that the API server cannot decode an object, empty text if it can."""
    found = decode(data, data["kind"])[1]
    told = [item for item in found if item.what in {"type", "unknown", "amount"}]
    return "; ".join(f"{item.what}: {dotted(item.path)}" for item in told)


def differences(api: Cluster, corpus: dict[str, Object]) -> list[str]:
    """Return where the two differ, and in what."""
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(corpus, pool.map(lambda data: by_server(api, data), corpus.values()), strict=True))
    return [
        f"{name}: we: {by_us(data)}; the server: {answers[name]}"
        for name, data in corpus.items()
        if bool(by_us(data)) != bool(answers[name])
    ]


def test_every_field_of_every_kind_with_values_of_each_sort(cluster: Cluster) -> None:
    corpus = {
        f"{data['kind']}.{dotted(path)} #{number}": data
        for number, (path, data) in enumerate(objects())
        if dotted(path) not in ARGUED
    }
    assert len(corpus) > 5000
    assert differences(cluster, corpus) == []


def test_every_object_of_the_reference_and_of_the_faults(cluster: Cluster, tmp_path: Path) -> None:
    corpus = {}
    for fault in load_faults().values():
        build(fault, tmp_path / fault.id)
        for name in sorted(fault.files):
            for index, data in enumerate(read(tmp_path / fault.id / name)):
                corpus[f"{fault.id}: {name} #{index}"] = data
    assert len(corpus) > 100
    assert differences(cluster, corpus) == []


def read(path: Path) -> list[Object]:
    """Return the objects of the course in a file, none if it is not there or cannot be read."""
    try:
        found = [document.data for document in parse(path.read_bytes())] if path.is_file() else []
    except YamlProblem:
        return []
    return [data for data in found if isinstance(data, dict) and is_of_the_course(data)]


def is_of_the_course(data: Object) -> bool:
    kind = data.get("kind")
    return kind in known_kinds() and data.get("apiVersion") == version_of(str(kind))
