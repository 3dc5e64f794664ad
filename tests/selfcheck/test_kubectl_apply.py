"""Applying as kubectl does: what is sent for a new object, and what becomes of kubectl's own words."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from grading.cluster import kubectl_apply
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.cluster.kubectl_apply import LAST_APPLIED
from grading.errors import ApiError, InfrastructureError
from grading.processes import Output
from tests.selfcheck.played import Object, StandIn


def pod(**metadata: Any) -> Object:
    return {
        "kind": "Pod",
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": [{"name": "c", "env": [{"name": "A"}, {"name": "A"}]}]},
    }


class Told:
    """A kubectl that gives one answer."""

    def __init__(self, status: int, stdout: str, stderr: str = "") -> None:
        self.asked: list[tuple[str, ...]] = []
        self._output = Output(status, stdout, stderr)

    def apply(self, namespace: str, manifest: str, *options: str) -> Output:
        self.asked.append((namespace, manifest, *options))
        return self._output


def applied(cluster: StandIn, kubectl: Told | None, manifest: Object, *, dry_run: bool = False) -> Object:
    return kubectl_apply.apply(
        cast(Cluster, cluster), cast(Kubectl, kubectl), manifest, "mine", dry_run=dry_run
    )


def test_a_new_object_is_created_with_what_kubectl_keeps_for_the_next_apply() -> None:
    made = applied(StandIn(), None, pod(annotations={"a": "é", LAST_APPLIED: "of another cluster"}))
    annotations = made["metadata"]["annotations"]
    kept = annotations.pop(LAST_APPLIED)
    assert annotations == {"a": "é"}
    assert json.loads(kept) == pod(annotations={"a": "é"})
    assert kept.endswith("}\n")
    assert made["spec"] == pod()["spec"]


def test_an_object_that_exists_is_merged_by_kubectl() -> None:
    cluster, kubectl = StandIn(), Told(0, json.dumps({"kind": "Pod", "metadata": {"resourceVersion": "8"}}))
    cluster.apply(pod(), "mine")
    assert applied(cluster, kubectl, pod(), dry_run=True)["metadata"]["resourceVersion"] == "8"
    ((namespace, sent, *options),) = kubectl.asked
    assert (namespace, json.loads(sent), options) == ("mine", pod(), ["--dry-run=server"])


def test_warnings_are_those_of_kubectl_whether_the_object_exists_or_not() -> None:
    cluster, told = StandIn(), list[str]()
    cluster.warnings = ["spec.a: old", "spec.b: older"]
    kubectl_apply.apply(cast(Cluster, cluster), cast(Kubectl, None), pod(), "mine", warn=told.append)
    kubectl = Told(0, json.dumps(pod()), "Warning: spec.a: old\nnot this\nWarning: spec.b: older\n")
    kubectl_apply.apply(cast(Cluster, cluster), cast(Kubectl, kubectl), pod(), "mine", warn=told.append)
    assert told == cluster.warnings * 2


class Away(StandIn):
    """A cluster whose API server creates an object, is away, and then has one already."""

    def __init__(self, *, ours: bool) -> None:
        super().__init__()
        self._ours = ours

    def create(
        self, data: Object, namespace: str | None, *, manager: str = "", dry_run: bool = False, **_: object
    ) -> Object:
        self.apply(data if self._ours else pod(), namespace)
        raise ApiError(409, "AlreadyExists", 'pods "p" already exists')


def test_an_object_that_was_created_before_the_api_server_was_away_is_the_one() -> None:
    assert LAST_APPLIED in applied(Away(ours=True), None, pod())["metadata"]["annotations"]
    with pytest.raises(ApiError, match="already exists"):
        applied(Away(ours=False), None, pod())


PATCHING = (
    'Error from server ({reason}): error when applying patch:\n{{"spec":{{"x":": is invalid: "}}}}\nto:\n'
    'Resource: "/v1, Resource=pods"\nfor: "STDIN": error when patching "STDIN": {words}\n'
)


@pytest.mark.parametrize(
    ("stderr", "code", "message"),
    [
        (
            'The Deployment "d" is invalid: spec.selector: Invalid value: x: field is immutable\n',
            422,
            'The Deployment "d" is invalid: spec.selector: Invalid value: x: field is immutable',
        ),
        (
            'Warning: spec.x is old\nThe Pod "p" is invalid: \n* spec.a: Required\n* spec.b: Required\n',
            422,
            'The Pod "p" is invalid: \n* spec.a: Required\n* spec.b: Required',
        ),
        (
            'The request is invalid: patch: Invalid value: "map[spec:map[y:1]]": strict decoding error: '
            'unknown field "spec.y"',
            422,
            'strict decoding error: unknown field "spec.y"',
        ),
        (
            PATCHING.format(reason="Forbidden", words='pods "p" is forbidden: violates PodSecurity'),
            403,
            'pods "p" is forbidden: violates PodSecurity',
        ),
        (
            PATCHING.format(reason="InternalError", words="etcdserver: request is too large"),
            500,
            "etcdserver: request is too large",
        ),
        ("Error from server: etcdserver: leader changed", 500, "etcdserver: leader changed"),
        (
            'Warning: the label "Error from server (NotFound): x" is odd\n'
            'Error from server (BadRequest): the label "Error from server (NotFound): x" is wrong',
            400,
            'the label "Error from server (NotFound): x" is wrong',
        ),
    ],
)
def test_a_rejection_is_told_in_the_api_servers_words(stderr: str, code: int, message: str) -> None:
    cluster = StandIn()
    cluster.apply(pod(), "mine")
    with pytest.raises(ApiError) as caught:
        applied(cluster, Told(1, "", stderr), pod())
    assert (caught.value.code, caught.value.message) == (code, message)


def test_a_server_that_does_not_answer_rejects_nothing() -> None:
    cluster = StandIn()
    cluster.apply(pod(), "mine")
    with pytest.raises(InfrastructureError, match="connection to the server x was refused"):
        applied(cluster, Told(1, "", "The connection to the server x was refused"), pod())
