"""Pods that do not want to end on a kept cluster: they are ended, or the cluster is replaced."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest

from fixtures.claims import Claim
from fixtures.k3d import cluster_name
from fixtures.slot_clusters import remove
from grading.cluster.client import Cluster
from grading.pytest_startup import ROOT
from grading.runner.own_namespace import create_namespace, wait_usable

Object = dict[str, Any]

SLOT: Final = 16
NAMESPACE: Final = "stubborn"
GRACE: Final = 300
"""Seconds; longer than the proof of cleanness waits, so that nothing ends by itself."""
DEAF: Final = ["sh", "-c", "trap '' TERM INT; while :; do sleep 1; done"]
NEVER: Final = {"preStop": {"exec": {"command": ["sh", "-c", "trap '' TERM; sleep 1000"]}}}


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    try:
        assert "made" in made_ready()
        yield
    finally:
        remove(SLOT)


def made_ready() -> str:
    """Return what is said of the cluster of the slot, which is made ready."""
    words = [sys.executable, "-m", "fixtures.class_run.make_ready", str(SLOT), "1", "en"]
    done = subprocess.run(
        words, cwd=ROOT, check=False, capture_output=True, encoding="utf-8", errors="replace", timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def run_and_delete(metadata: Object, lifecycle: Object) -> None:
    """Run a Pod to be Ready, and delete its namespace, as a graded run does in the end."""
    container = {"name": "c", "image": "busybox", "command": DEAF, "lifecycle": lifecycle}
    spec = {"containers": [container], "terminationGracePeriodSeconds": GRACE}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "deaf", **metadata}, "spec": spec}
    with closing(Cluster(Claim(cluster_name(SLOT)).kubeconfig)) as api:
        create_namespace(api, NAMESPACE)
        wait_usable(api, NAMESPACE)
        api.create(pod, NAMESPACE, manager="test")
        api.wait_for("Pod", NAMESPACE, "deaf", is_running, 60, "the Pod running")
        api.delete("Namespace", None, NAMESPACE)
        api.wait_for("Pod", NAMESPACE, "deaf", is_ending, 60, "the Pod ending")


def is_running(pod: Object | None) -> bool:
    return pod is not None and pod.get("status", {}).get("phase") == "Running"


def is_ending(pod: Object | None) -> bool:
    return pod is not None and pod["metadata"].get("deletionGracePeriodSeconds") == GRACE


@pytest.mark.parametrize("lifecycle", [{}, NEVER], ids=["deaf to SIGTERM", "a hook without end"])
def test_it_is_ended_and_the_cluster_taken_up(lifecycle: Object) -> None:
    run_and_delete({}, lifecycle)
    assert "reused, nothing was left on it" in made_ready()


def test_with_what_a_finalizer_keeps_it_is_replaced() -> None:
    run_and_delete({"finalizers": ["example.com/never"]}, {})
    said = made_ready()
    assert "replaced" in said
    assert f"pods {NAMESPACE}/deaf" in said
