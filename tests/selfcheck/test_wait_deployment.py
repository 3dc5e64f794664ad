"""What a course's own Python waits for: a Deployment that is complete, and an object that may be too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading import api
from grading.errors import InfrastructureError, Location, TimedOut, Unplayable
from grading.exercise.loader import load_courses
from grading.runner.context import Context
from grading.runner.deployments import complete_deployment
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, StandIn, context_on

Object = dict[str, Any]
REFUSED = {"type": "ReplicaFailure", "status": "True", "message": "x is invalid"}
COUNTS = {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


def deployment(status: Object, **spec: Any) -> Object:
    labels = {"matchLabels": {"app": "web", "tier": "front"}}
    return {
        "metadata": {"name": "web", "generation": 2},
        "spec": {"replicas": 2, "selector": labels, **spec},
        "status": status,
    }


def follow(found: Object | None, *, bad: bool = False) -> tuple[Object, list[str]]:
    """Follow a Deployment that a cluster shows as it is; return by which labels its Pods are looked for."""
    asked: list[str] = []

    def wait_for(
        _kind: str, _namespace: str, _name: str, done: Callable[[Object | None], bool], *_more: object
    ) -> Object | None:
        if not done(found):
            raise TimedOut("not in time", found)
        return found

    def items(_kind: str, _namespace: str, **query: str) -> list[Object]:
        asked.append(query["labelSelector"])
        return [{"metadata": {"deletionTimestamp": "now"}}, {"metadata": {}}]

    def check(_file: str, pod: Object) -> None:
        assert "deletionTimestamp" not in pod["metadata"]
        if bad:
            raise Unplayable("it does not become Ready")

    context = SimpleNamespace(
        cluster=SimpleNamespace(wait_for=wait_for, items=items),
        namespace="n",
        pods=SimpleNamespace(explained=nullcontext, check=check),
        step=lambda _done: SimpleNamespace(see=lambda _seen: None),
        manifest=lambda _file, _kind: SimpleNamespace(at=lambda *path: Location("web.yaml", field=path)),
        submission=SimpleNamespace(location=str),
    )
    return complete_deployment(cast(Context, context), "web.yaml", "web"), asked


def test_a_deployment_that_is_complete() -> None:
    found = deployment(COUNTS)
    assert follow(found) == (found, ["app=web,tier=front"])


@pytest.mark.parametrize(
    ("found", "bad", "error", "words"),
    [
        (deployment(COUNTS | {"availableReplicas": 1}), False, TimedOut, "not in time"),
        (deployment(COUNTS | {"observedGeneration": 1}), False, TimedOut, "not in time"),
        (None, False, InfrastructureError, "Deployment web is gone"),
        (deployment({}), True, Unplayable, "does not become Ready"),
        (deployment({}, paused=True), False, Unplayable, "the manifest pauses the Deployment"),
        (
            deployment({"conditions": [REFUSED]}),
            False,
            Unplayable,
            "cannot create the Pods: x is invalid",
        ),
    ],
)
def test_who_is_to_blame_if_it_is_not(
    found: Object | None, bad: bool, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        follow(found, bad=bad)


def test_what_is_late_is_returned_as_it_is() -> None:
    cluster = StandIn()
    cluster.apply({"kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"n": "1"}}, "mine")
    submission = load_submission(REFERENCE, load_courses().files.values())
    context = api.Context(context_on(cluster, Commands(), submission))

    def right(found: Object | None) -> bool:
        return bool(found) and found is not None and found["data"]["n"] == "2"

    late = context.look_until("ConfigMap", "late", right, "a second line", 1)
    assert late is not None
    assert late["data"] == {"n": "1"}
    assert context.look_until("ConfigMap", "never", right, "a second line", 1) is None
    with pytest.raises(InfrastructureError, match="a second line: not seen"):
        context.wait_until("ConfigMap", "late", right, "a second line", 1)
    cluster.objects["ConfigMap", "mine", "late"]["data"]["n"] = "2"
    assert context.look_until("ConfigMap", "late", right, "a second line", 1) == cluster.get(
        "ConfigMap", "mine", "late"
    )
