"""What the kit promises beyond graded runs: imported images, stop and start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures import k3d
from fixtures.airgap.kit import Kit, load_kit
from grading.cluster.client import Cluster
from grading.k8s.pod_diagnosis import is_ready
from grading.runner.rollouts import is_complete
from tests.selfcheck.cluster import runs
from tests.selfcheck.cluster.bare import bare_cluster, by_k3d

SLOT = 9
CLUSTER = k3d.cluster_name(SLOT)
IMPORTED = "kubegrade/imported:1"


@pytest.fixture(scope="module")
def kit() -> Kit:
    return load_kit()


@pytest.fixture(scope="module")
def cluster(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with bare_cluster(kit, SLOT, tmp_path_factory.mktemp("k3d")) as kubeconfig:
        yield kubeconfig


def three_idle_pods() -> dict[str, Any]:
    labels = {"app": "idle"}
    container = {
        "name": "idle", "image": IMPORTED, "imagePullPolicy": "Never", "command": ["sleep", "3600"]
    }  # fmt: skip
    one_a_node = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": labels},
    }
    spec = {
        "containers": [container],
        "topologySpreadConstraints": [one_a_node],
        "terminationGracePeriodSeconds": 0,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "idle"},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def nodes_with_a_pod(kubeconfig: Path) -> set[str]:
    """Wait until the Deployment is complete, and return the nodes that its Pods run on."""
    api = Cluster(kubeconfig)
    api.wait_for("Deployment", "default", "idle", is_complete, 120, "the Deployment idle complete")
    pods = [pod for pod in api.items("Pod", "default") if is_ready(pod)]
    api.close()
    return {pod["spec"]["nodeName"] for pod in pods}


def test_an_imported_image_runs_and_outlives_stop_and_start(kit: Kit, cluster: Path) -> None:
    assert kit.mirror is not None
    # Of one platform: from containerd's store Docker saves an index with platforms that it does not have, and
    # the import stops there (k3d-io/k3d#1538).
    runs.docker("commit", "--pause=false", kit.mirror.container, IMPORTED)
    try:
        by_k3d(kit, "image", "import", IMPORTED, "--cluster", CLUSTER)  # the default mode, by a tools node
    finally:
        runs.docker("image", "rm", IMPORTED)
    api = Cluster(cluster)
    api.apply(three_idle_pods(), "default")
    api.close()
    assert len(nodes_with_a_pod(cluster)) == 3

    # On its way down k3d drains each node, so that the Pods are others afterwards.
    by_k3d(kit, "cluster", "stop", CLUSTER)
    by_k3d(kit, "cluster", "start", CLUSTER, "--wait")
    cluster.write_text(by_k3d(kit, "kubeconfig", "get", CLUSTER), "utf-8")
    assert nodes_with_a_pod(cluster)
