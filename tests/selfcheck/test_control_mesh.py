"""What the Pods of the control do not reach, when something in a run is silent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.errors import InfrastructureError
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.disturbances import disturbances
from grading.evidence.surroundings import Surroundings, Unreached
from grading.exercise.blame import naming_disturbances
from grading.processes import Output
from grading.runner.asking import Around
from grading.runner.context import Context
from grading.runner.control import Control

Object = dict[str, Any]

EVIDENCE = Evidence(scenario="x", namespace="x", started=datetime.now(UTC))
SILENT = "http://10.0.0.2:80/ 28 Connection timed out after 3001 milliseconds\n"
ANSWERED = "http://10.0.0.2:80/ 0 \n"
DNS_SILENT = "http://kubernetes.default.svc:443/ 28 Resolving timed out after 3002 milliseconds\n"
DNS_ANSWERED = "http://kubernetes.default.svc:443/ 0 \n"


class Nodes:
    """As much of `Cluster` as the control uses: two nodes, each with its Pod."""

    def items(self, kind: str, _namespace: str) -> list[Object]:
        assert kind == "Pod"
        return [pod("a", "10.0.0.1"), pod("b", "10.0.0.2")]


class Asked:
    """As much of `Kubectl` as the control uses.

    Args:
        from_a: what curl prints in the Pod on node a; None if that cannot be entered.
    """

    def __init__(self, from_a: str | None) -> None:
        self.from_a = from_a

    def exec(self, _namespace: str, name: str, *command: str) -> Output:
        assert command[0] == "curl"
        if name != "control-a":
            assert command[-1] == "http://kubernetes.default.svc:443/"
            return Output(0, "http://10.0.0.1:80/ 0 \n" + DNS_ANSWERED, "")
        if self.from_a is None:
            raise InfrastructureError("kubectl did not end")
        return Output(28, self.from_a, "")


def pod(node: str, address: str) -> Object:
    return {
        "metadata": {"name": f"control-{node}"},
        "spec": {"nodeName": node},
        "status": {"podIP": address, "conditions": [{"type": "Ready", "status": "True"}]},
    }


@pytest.mark.parametrize(
    ("from_a", "expected"),
    [
        (ANSWERED + DNS_ANSWERED, []),
        (SILENT + DNS_ANSWERED, [("a", "b", "curl: (28) Connection timed out after 3001 milliseconds")]),
        (ANSWERED + DNS_SILENT, [("a", "", "curl: (28) Resolving timed out after 3002 milliseconds")]),
        (None, []),
        ("", []),
    ],
)
def test_each_that_gets_no_answer(from_a: str | None, expected: list[tuple[str, str, str]]) -> None:
    control = Control(cast(Cluster, Nodes()), cast(Kubectl, Asked(from_a)), "mine")
    control.url = "http://10.1.0.1:80/"
    assert control.unreached() == expected


def test_a_control_that_was_not_created_says_nothing() -> None:
    assert Control(cast(Cluster, None), cast(Kubectl, None), "mine").unreached() == []


def test_each_is_named() -> None:
    found = [
        Unreached(t=1, node="a", target="b", reason="curl: (28) x"),
        Unreached(t=1, node="a", reason="curl: (6) y"),
    ]
    assert disturbances(Surroundings(unreached=found).between(0, 2)) == [
        "kubegrade's control Pod on node a cannot reach the one on node b: curl: (28) x",
        "the cluster's DNS does not answer on node a: curl: (6) y",
    ]


def test_silence_that_is_not_explained_names_it() -> None:
    found = Unreached(t=1, node="a", target="b", reason="curl: (28) x")
    evidence = EVIDENCE.model_copy(update={"surroundings": Surroundings(unreached=[found])})
    told = r"silent.* node a cannot reach the one on node b"
    with pytest.raises(InfrastructureError, match=told), naming_disturbances(evidence):
        raise InfrastructureError("silent")


@pytest.mark.parametrize(
    ("answer", "limit", "looks"),
    [
        (HttpAnswer(url="x", error="timed out"), 0.01, True),
        (HttpAnswer(url="x", error="timed out"), 0.0, False),
        (HttpAnswer(url="x", error="refused", refused=True), 0.01, False),
        (HttpAnswer(url="x", status=404), 0.01, False),
    ],
)
def test_only_after_silence(answer: HttpAnswer, limit: float, *, looks: bool) -> None:
    looked: list[bool] = []
    context = Context(
        *cast(Any, (None, None, None, None, frozenset(), EVIDENCE, "x")),
        around=Around(look_round=lambda: looked.append(True)),
    )
    assert context.until_nginx(lambda: answer, limit) == answer
    assert bool(looked) is looks
