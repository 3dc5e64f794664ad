"""On which node a Pod of the suite's own runs: no Pod of a submission keeps it from all of them."""

from __future__ import annotations

from typing import Any

import pytest

from grading.exercise.loader import load_courses
from grading.runner.own_names import own_name
from grading.runner.own_pod import own_pod
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on

Object = dict[str, Any]
READY = [{"type": "Ready", "status": "True"}]


class Nodes(StandIn):
    """A cluster of three nodes."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("a", "b", "c"):
            node = {"kind": "Node", "metadata": {"name": name}, "spec": {}, "status": {"conditions": READY}}
            self.objects["Node", "", name] = node

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        if namespace is not None or kind != "Pod":
            return super().items(kind, namespace, **query)
        return [item for (found, _namespace, _name), item in self.objects.items() if found == kind]

    def put(self, node: str, namespace: str = "mine") -> None:
        """Run a Pod on a node."""
        metadata = {"name": own_name("any"), "namespace": namespace}
        self.apply({"kind": "Pod", "metadata": metadata, "spec": {"nodeName": node, "containers": []}})


def placed(cluster: Nodes, **spec: Any) -> Object:
    """Start a Pod of the suite's own and return its spec."""
    context = context_on(cluster, None, load_submission(REFERENCE, load_courses().files.values()))
    context.start_own(own_pod("own", {"name": "own"}, **spec))
    found = cluster.get("Pod", "mine", "own")
    assert found
    return dict(found["spec"])


def test_a_probe_needs_no_scheduler() -> None:
    assert placed(Nodes())["nodeName"] in {"a", "b", "c"}


def test_the_emptiest_node_of_its_namespace_is_taken() -> None:
    cluster = Nodes()
    for node in ("a", "c"):
        cluster.put(node)
    for _time in range(3):
        cluster.put("b", "others")
    assert placed(cluster)["nodeName"] == "b"
    cluster.put("b")  # which Pods of the submission then all hold
    cluster.put("c", "others")
    assert placed(cluster)["nodeName"] == "a"


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"unschedulable": True}},
        {"spec": {"taints": [{"key": "k", "effect": "NoSchedule"}]}},
        {"spec": {"taints": [{"key": "j", "effect": "PreferNoSchedule"}, {"effect": "NoExecute"}]}},
        {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}},
    ],
)
def test_a_node_that_takes_no_pods_is_not_taken(change: Object) -> None:
    cluster = Nodes()
    cluster.put("c")
    for name in ("a", "b"):
        cluster.objects["Node", "", name] |= change
    assert placed(cluster)["nodeName"] == "c"
    cluster.objects["Node", "", "c"] |= change
    assert "nodeName" not in placed(cluster)  # the scheduler says why


@pytest.mark.parametrize("spec", [{"node": "c"}, {"nodeSelector": {"kubernetes.io/hostname": "c"}}])
def test_a_pod_that_has_a_node_keeps_it(spec: Object) -> None:
    cluster = Nodes()
    cluster.put("c")
    assert placed(cluster, **spec).get("nodeName", "") in {"c", ""}
