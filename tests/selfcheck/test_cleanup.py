"""What a block came to is told, whatever happens while it is cleaned up after."""

from __future__ import annotations

from typing import NoReturn, cast

import pytest

from grading.cleanup import afterwards
from grading.cluster.client import Cluster
from grading.course.chapter11.storage import claim
from grading.errors import ApiError, CriterionFailure, InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.runner.context import Context
from grading.runner.registry_control import registries_reached
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on


def unreachable(*_arguments: object, **_more: object) -> NoReturn:
    raise ApiError(503, "ServiceUnavailable", "nobody there")


def test_it_is_cleaned_up_once() -> None:
    done: list[str] = []
    with afterwards(lambda: done.append("clean")):
        done.append("block")
    assert done == ["block", "clean"]


def test_the_failure_of_the_block_stands(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unplayable, match="the student's"), afterwards(unreachable):
        raise Unplayable("the student's")
    assert "nobody there" in caplog.text


def test_a_clean_up_that_fails_after_a_block_that_did_not_is_told() -> None:
    with pytest.raises(ApiError, match="nobody there"), afterwards(unreachable):
        pass


def test_a_pod_that_cannot_be_deleted_does_not_hide_why_it_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = context_on(StandIn(), None, load_submission(REFERENCE, load_courses().files.values()))

    def not_ready(*_arguments: object) -> NoReturn:
        raise Unplayable("it keeps ending")

    def stays(*_arguments: object, **_more: object) -> NoReturn:
        raise InfrastructureError("it stays")

    monkeypatch.setattr(claim, "ready_pod", not_ready)
    monkeypatch.setattr(Context, "delete_pod", stays)
    evidence = (
        load_courses()
        .scenario("claim")
        .evidence(scenario="claim", namespace="mine", started="2026-01-01T00:00:00Z")
    )
    with pytest.raises(CriterionFailure, match="it keeps ending"):
        claim._demo(context, evidence)


def test_a_control_that_cannot_be_deleted_has_said_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = StandIn()
    monkeypatch.setattr(cluster, "delete", unreachable)
    assert registries_reached(cast(Cluster, cluster), "mine", "a") == ""
