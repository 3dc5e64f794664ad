"""What Kubernetes adds to an object by itself is removed, and what a student may have meant stays."""

from pathlib import Path
from typing import Any

import pytest

from grading.k8s.field_types import dotted
from grading.submission.course_file import CourseFile
from grading.submission.exported import cleaned
from grading.submission.loader import load_submission

UID = "0b3c5a1e-7f0d-4f5e-9d3c-2f6a1b7c8d9e"
EXPORTED = {"name": "x", "uid": UID, "resourceVersion": "7"}


def made(kind: str, metadata: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "x", **(metadata or {})}, **fields}


def spec(kind: str, metadata: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return made(kind, metadata, spec=fields)


ADDED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (made("Pod", {"uid": UID, "generation": 2}), made("Pod"), "metadata.generation metadata.uid"),
    (made("Pod", {"creationTimestamp": ""}, status={}), made("Pod"), ""),
    (made("Pod", status={"phase": "Running"}), made("Pod"), "status"),
    (
        made("Deployment", {"annotations": {"deployment.kubernetes.io/revision": "x"}}),
        made("Deployment"),
        "metadata.annotations['deployment.kubernetes.io/revision']",
    ),
    (
        made("Pod", {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "a"}}),
        made("Pod", {"annotations": {"mine": "a"}}),
        "metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']",
    ),
    (
        made("PersistentVolume", {"finalizers": ["kubernetes.io/pv-protection", "a/b"]}),
        made("PersistentVolume", {"finalizers": ["a/b"]}),
        "metadata.finalizers[0]",
    ),
    (spec("Pod", nodeName="k3d-dev-cluster-agent-0"), spec("Pod"), "spec.nodeName"),
    (spec("Pod", nodeName="k3d-agent-02-0"), spec("Pod"), "spec.nodeName"),
    (
        made("Pod", {"annotations": {"kubernetes.io/limit-ranger": "x"}}),
        made("Pod"),
        "metadata.annotations['kubernetes.io/limit-ranger']",
    ),
    (
        spec("Pod", EXPORTED, nodeName="minikube"),
        spec("Pod"),
        "metadata.resourceVersion metadata.uid spec.nodeName",
    ),
    (
        spec(
            "Pod",
            containers=[{"name": "c", "volumeMounts": [{"name": "a"}, {"name": "kube-api-access-x7x9z"}]}],
            initContainers=[{"name": "i", "volumeMounts": [{"name": "kube-api-access-x7x9z"}]}],
            volumes=[{"name": "kube-api-access-x7x9z", "projected": {}}],
        ),
        spec(
            "Pod",
            containers=[{"name": "c", "volumeMounts": [{"name": "a"}]}],
            initContainers=[{"name": "i"}],
        ),
        "spec.volumes[0] spec.containers[0].volumeMounts[1] spec.initContainers[0].volumeMounts[0]",
    ),
    (
        spec(
            "Deployment",
            template={"metadata": {"creationTimestamp": ""}, "spec": {"nodeName": "k3d-a-server-1"}},
        ),
        spec("Deployment", template={"metadata": {}, "spec": {}}),
        "spec.template.spec.nodeName",
    ),
    (
        spec("Service", clusterIP="10.43.7.7", clusterIPs=["10.43.7.7"], type="NodePort"),
        spec("Service", type="NodePort"),
        "spec.clusterIP spec.clusterIPs",
    ),
    (
        spec(
            "Service",
            EXPORTED,
            clusterIP="10.96.0.9",
            type="LoadBalancer",
            ports=[{"port": 1, "nodePort": 30999}],
        ),
        spec("Service", type="LoadBalancer", ports=[{"port": 1}]),
        "metadata.resourceVersion metadata.uid spec.clusterIP spec.ports[0].nodePort",
    ),
    (
        spec("PersistentVolume", claimRef={"name": "c", "uid": UID}, storageClassName="manual"),
        spec("PersistentVolume", storageClassName="manual"),
        "spec.claimRef",
    ),
    (
        spec("PersistentVolumeClaim", volumeName=f"pvc-{UID}"),
        spec("PersistentVolumeClaim"),
        "spec.volumeName",
    ),
    (
        spec("PersistentVolumeClaim", EXPORTED, volumeName="manual-pv"),
        spec("PersistentVolumeClaim"),
        "metadata.resourceVersion metadata.uid spec.volumeName",
    ),
]
MEANT: list[dict[str, Any]] = [
    made("Pod", {"labels": {"a": "b"}, "annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}),
    made("Pod", {"finalizers": ["a/b"], "ownerReferences": [{"uid": UID}]}),
    spec("Pod", nodeName="worker-1", nodeSelector={"disk": "ssd"}),
    spec("Deployment", template={"spec": {"nodeName": "minikube"}}),
    spec("Pod", nodeName="k3d-dev-cluster-agent-0.example"),
    spec("Pod", volumes=[{"name": "kube-api-access", "projected": {}}, {"name": "token", "projected": {}}]),
    spec("Service", clusterIP="None", clusterIPs=["None"]),
    spec("Service", clusterIP="10.96.0.9"),
    spec("Service", clusterIP="mine"),
    spec("Service", type="LoadBalancer", ports=[{"port": 1, "nodePort": 30999}]),
    spec("Service", type="NodePort", ports=[{"nodePort": 30050}]),
    spec("PersistentVolume", claimRef={"name": "c", "namespace": "default"}),
    spec("PersistentVolumeClaim", volumeName="manual-pv"),
]


@pytest.mark.parametrize(("data", "wanted", "removed"), ADDED)
def test_what_is_added(data: dict[str, Any], wanted: dict[str, Any], removed: str) -> None:
    found, paths = cleaned(data)
    assert found == wanted
    assert sorted(map(dotted, paths)) == sorted(removed.split())


@pytest.mark.parametrize("data", MEANT)
def test_what_is_meant(data: dict[str, Any]) -> None:
    assert cleaned(data) == (data, [])


def test_it_is_told(tmp_path: Path) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: x, uid: {UID}}}\nstatus: {{phase: Running}}\n"
    (tmp_path / "pod.yaml").write_text(text, "utf-8")
    loaded = load_submission(tmp_path, [CourseFile("pod.yaml", ("Pod",))])
    assert loaded.remarks("pod.yaml") == [
        "pod.yaml: applied without the values that Kubernetes adds itself, in status, metadata"
    ]
    assert loaded.manifest("pod.yaml", "Pod").object("mine")["metadata"] == {"name": "x", "namespace": "mine"}
