"""From where the nodes are asked for the port of a Service, on a cluster that is none."""

from __future__ import annotations

from typing import Any

import pytest

from grading.course.chapter11.services.nodeport import askers_of
from grading.exercise.loader import load_courses
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, StandIn, context_on


class Nodes(StandIn):
    """A cluster of some nodes. A Pod goes to the node that it selects, to the last one by default."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[dict[str, Any]]:
        if kind != "Node":
            return super().items(kind, namespace, **query)
        status = {
            "addresses": [{"type": "InternalIP", "address": "172.19.0.3"}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        return [{"metadata": {"name": name}, "spec": {}, "status": status} for name in self.names]

    def apply(self, data: dict[str, Any], namespace: str | None = None) -> Any:
        made = super().apply(data, namespace)
        if made["kind"] == "Pod":
            made["spec"].setdefault("nodeName", self.names[-1])
        return made


@pytest.mark.parametrize("names", [("server", "agent-0"), ("server", "agent-0", "agent-1")])
def test_each_node_is_asked_from_another_one(names: tuple[str, ...]) -> None:
    cluster = Nodes(*names)
    submission = load_submission(REFERENCE, load_courses().files.values())
    askers = askers_of(context_on(cluster, Commands(), submission))
    assert set(askers) == set(names)
    for node, asker in askers.items():
        pod = cluster.get("Pod", "mine", asker)
        assert pod
        assert pod["spec"]["nodeName"] != node
    assert len(set(askers.values())) == 2


def test_only_node_is_asked_from_itself() -> None:
    submission = load_submission(REFERENCE, load_courses().files.values())
    context = context_on(Nodes("server"), Commands(), submission)
    assert askers_of(context) == {"server": context.probe}
