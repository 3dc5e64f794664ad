"""Following a Job: whose fault it is that it does not complete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading.errors import InfrastructureError, Location, TimedOut, Unplayable
from grading.runner.context import Context
from grading.runner.jobs import ended_job
from grading.submission import finished_jobs

Object = dict[str, Any]


def job(reason: str = "", *, complete: bool = False, **spec: Any) -> Object:
    """Return a Job that has failed for a reason, that is complete, or that runs."""
    conditions = [{"type": "Complete" if complete else "Failed", "status": "True", "reason": reason}]
    status = {"conditions": conditions} if reason or complete else {}
    return {"kind": "Job", "metadata": {"name": "sum", "uid": "u"}, "spec": spec, "status": status}


def pod(phase: str, **terminated: Any) -> Object:
    state = {"terminated": terminated} if terminated else {}
    return {
        "metadata": {"name": "sum-x", "ownerReferences": [{"uid": "u"}]},
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": phase, "containerStatuses": [{"name": "c", "state": state}]},
    }


FAILED = pod("Failed", exitCode=3, reason="Error")
KILLED = pod("Failed", exitCode=137, reason="Error")


def lost_at_once(_file: str, pod: Object) -> None:
    """Do as a check of a Pod that is to become Ready does."""
    if pod["status"]["containerStatuses"][0]["state"]:
        raise Unplayable("it does not become Ready", help="", expected="", actual="")


def follow(found: Object | None, *pods: Object, disturbed: str = "") -> Object:
    """Follow a Job that a cluster shows as it is."""

    def wait_for(
        _kind: str, _namespace: str, _name: str, right: Callable[[Object | None], bool], *_more: object
    ) -> Object | None:
        if not right(found):
            raise InfrastructureError("not in time") from TimedOut("180 s", None)
        return found

    cluster = SimpleNamespace(wait_for=wait_for, items=lambda *_place: list(pods), get_log=None)
    context = SimpleNamespace(
        cluster=cluster,
        namespace="n",
        pods=SimpleNamespace(explained=nullcontext, check=lost_at_once),
        step=lambda _words: SimpleNamespace(see=lambda _words: None),
        around=SimpleNamespace(disturbed=lambda: disturbed),
        evidence=SimpleNamespace(at=lambda file, *path: Location(file, len(path))),
    )
    return ended_job(cast(Context, context), "sum-job.yaml", "sum")


def test_one_that_completes() -> None:
    assert follow(job(complete=True), pod("Succeeded"))["metadata"]["name"] == "sum"


@pytest.mark.parametrize("code", [0, 1])
def test_a_pod_that_ends_at_once_is_pending_for_a_moment(code: int) -> None:
    """A right one, and one whose Job tries again and completes."""
    ended = pod("Pending", exitCode=code, reason="Completed" if code == 0 else "Error")
    assert follow(job(complete=True), ended)["metadata"]["name"] == "sum"


@pytest.fixture(autouse=True)
def _no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grading.runner.jobs.last_lines", lambda *_of: "")


@pytest.mark.parametrize(
    ("found", "pods", "words"),
    [
        (job("BackoffLimitExceeded"), [FAILED], "exit code 3"),
        (job("PodFailurePolicy"), [FAILED], "exit code 3"),
        (job("FailedIndexes"), [FAILED], "exit code 3"),
        (job(), [FAILED], "exit code 3"),  # and it tries again for as long as it is waited for
        (job(suspend=True), [], "spec.suspend is true"),
        (job("DeadlineExceeded", activeDeadlineSeconds=5), [pod("Running")], "activeDeadlineSeconds"),
    ],
)
def test_its_manifest_is_the_cause(found: Object, pods: list[Object], words: str) -> None:
    with pytest.raises(Unplayable) as caught:
        follow(found, *pods)
    assert words in caught.value.problem.rationale


@pytest.mark.parametrize(
    ("found", "pods", "disturbed"),
    [
        (job("BackoffLimitExceeded"), [FAILED], "a node was not Ready"),
        (job("BackoffLimitExceeded"), [KILLED], ""),
        (job("DeadlineExceeded"), [pod("Running")], "a node was not Ready"),
        (job("DeadlineExceeded"), [pod("Pending")], ""),  # an image that comes late, or a full node
        (job("SomethingElse"), [FAILED], ""),
        (job(), [pod("Running")], ""),  # silence has no cause
        (None, [], ""),
    ],
)
def test_nobody_can_tell(found: Object | None, pods: list[Object], disturbed: str) -> None:
    with pytest.raises(InfrastructureError):
        follow(found, *pods, disturbed=disturbed)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (job(ttlSecondsAfterFinished=0), {"ttlSecondsAfterFinished": 60}),
        (job(ttlSecondsAfterFinished=3600), {"ttlSecondsAfterFinished": 3600}),
        (job(), {}),
    ],
)
def test_what_has_ended_is_kept_until_it_is_read(data: Object, kept: Object) -> None:
    finished_jobs.keep(data)
    assert data["spec"] == kept
