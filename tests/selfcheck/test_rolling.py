"""The checks of sections 11.9.4 and 11.9.5 on recordings of real runs."""

from __future__ import annotations

import copy
import itertools
from typing import Any, Final

import pytest

from grading.course.chapter11.deployments import (
    course_values,
    downtime_checks,
    rollback_checks,
    rolling_checks,
    update_limits,
)
from grading.course.chapter11.deployments.evidence import BadImageEvidence, RollingEvidence
from grading.course.chapter11.deployments.pages import has_suffered
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem, Unplayable
from grading.evidence.base import HttpAnswer
from grading.evidence.rollout import Revision
from grading.evidence.surroundings import Outage, Surroundings
from grading.k8s.image_reference import canonical
from tests.selfcheck.recorded import Judge, assert_lost, load, recorded

BREAKS: Final[dict[tuple[str, str], dict[Judge, str]]] = {
    ("rolling-surge-half", "rolling"): {rolling_checks.check_surge: "1[2-6] Pods existed"},
    ("rolling-surge-half", "rollback"): {rollback_checks.check_undo: "1[2-6] Pods existed"},
    ("rolling-unavailable-three", "rolling"): {rolling_checks.check_available: "only 7 Pods"},
    ("rolling-unavailable-three", "rollback"): {rollback_checks.check_undo: "only 7 Pods"},
    ("rolling-unavailable-three", "bad_image"): {rollback_checks.check_bad_image: "only 7 Pods"},
    ("rolling-recreate", "rolling"): {
        rolling_checks.check_available: "only 0 Pods",
        downtime_checks.check_no_downtime: "requests to the Service failed",
    },
    ("rolling-five-replicas", "rolling"): {
        rolling_checks.check_complete: "5 of 5 Pods run nginx:1.26",
        rolling_checks.check_available: "only 4 Pods",
    },
    ("rolling-history-none", "history"): {
        rolling_checks.check_history: "after the update, `kubectl rollout history` shows other revisions",
        rollback_checks.check_declarative: "finds no earlier revision",
    },
    ("rolling-history-none", "rollback"): {rollback_checks.check_undo: "finds no earlier revision"},
}


def strategy(evidence: RollingEvidence, **limits: int | str) -> None:
    """Let the manifest of an evidence have other limits of an update."""
    spec = evidence.manifests["dep-rolling.yaml"].data["spec"]
    spec["strategy"]["rollingUpdate"] |= limits


LIMITS: Final = (rolling_checks.check_surge, rolling_checks.check_available)
"""The checks that follow the Pods of an update moment by moment."""


@pytest.mark.parametrize(
    ("submission", "scenario", "check"),
    [(*key, check) for key, words in BREAKS.items() for check in words],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_broken_loses_what_it_breaks(submission: str, scenario: str, check: Judge) -> None:
    assert_lost(check, load(submission, scenario), BREAKS[submission, scenario][check])


@pytest.mark.parametrize(
    ("submission", "check", "actual"),
    [
        ("rolling-surge-half", rolling_checks.check_surge, "15 Pods, 0.6 s after the update began"),
        ("rolling-recreate", rolling_checks.check_available, "0 available, 0.1 s after the update began"),
        (
            "rolling-unavailable-three",
            rolling_checks.check_available,
            "7 available, 0.3 s after the update began",
        ),
        (
            "rolling-five-replicas",
            rolling_checks.check_available,
            "4 available, 0.1 s after the update began",
        ),
        ("rolling-five-replicas", rolling_checks.check_complete, "5 Pods, 5 of them with nginx:1.26"),
    ],
)
def test_what_was_seen_is_told(submission: str, check: Judge, actual: str) -> None:
    with pytest.raises(CriterionFailure) as caught:
        check(load(submission, "rolling"))
    assert not isinstance(caught.value, Unplayable)
    assert caught.value.problem.actual == actual


@pytest.mark.parametrize(
    ("submission", "scenario", "check"),
    [
        ("reference", "rolling", downtime_checks.check_no_downtime),
        ("reference", "pause", rolling_checks.check_pause),
        ("reference", "bad_image", rollback_checks.check_bad_image),
        ("reference", "rollback", rollback_checks.check_undo),
        *itertools.product(
            ["reference", "rolling-surge-half", "rolling-recreate", "rolling-unavailable-three"],
            ["rolling"],
            LIMITS,
        ),
    ],
)
def test_interrupted_watch_is_no_verdict(submission: str, scenario: str, check: Judge) -> None:
    evidence = load(submission, scenario)
    evidence.timeline.interrupted = "Pod: the API server closed the watch"
    with pytest.raises(InfrastructureError, match="closed the watch"):
        check(evidence)


@pytest.mark.parametrize("cut", ["update", "updated"])
@pytest.mark.parametrize("check", LIMITS)
@pytest.mark.parametrize("submission", ["reference", "rolling-surge-half", "rolling-unavailable-three"])
def test_cut_short(submission: str, check: Judge, cut: str) -> None:
    evidence = recorded("rolling", RollingEvidence, submission)
    assert evidence.timeline is not None
    end = evidence.timeline.when(cut)
    assert end is not None
    evidence.timeline.marks = [mark for mark in evidence.timeline.marks if mark.t < end]
    evidence.error = "ReadTimeout: the API server is gone"
    with pytest.raises(InfrastructureError, match="ReadTimeout"):
        check(evidence)
    evidence.trouble = Problem("Pod x does not become Ready", location=Location("dep-rolling.yaml"))
    with pytest.raises(Unplayable, match="does not become Ready"):
        check(evidence)


def test_no_state_of_the_deployment_is_no_failure() -> None:
    evidence = recorded("rolling", RollingEvidence)
    assert evidence.timeline is not None
    evidence.timeline.deployments = []
    with pytest.raises(InfrastructureError):
        rolling_checks.check_available(evidence)


def test_only_the_update_counts() -> None:
    # Before the update 0 Pods are available: the first rollout is in the recording too.
    evidence = recorded("rolling", RollingEvidence)
    assert evidence.timeline is not None
    begin = evidence.timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    before = [sample.available for sample in evidence.timeline.deployments if sample.t < begin]
    assert min(before) == 0
    rolling_checks.check_available(evidence)
    evidence.timeline.marks[0].t = 0
    with pytest.raises(InfrastructureError, match="only 0"):
        rolling_checks.check_available(evidence)


def test_one_more_pod_than_the_limit_fails() -> None:
    evidence = recorded("rolling", RollingEvidence)
    timeline = evidence.timeline
    assert timeline is not None
    peak = max(update_limits.pods_and_asked(timeline), key=lambda moment: min(moment[1:]))
    assert min(peak[1:]) == course_values.MOST
    extra = next(sample for sample in timeline.pods if sample.event == "ADDED")
    begin = timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    timeline.pods.append(extra.model_copy(update={"uid": "extra", "t": begin + 0.1, "terminating": False}))
    rolling_checks.check_surge(evidence)  # made, and not asked for: the ReplicaSet's own haste
    asked = timeline.replica_sets[0]
    timeline.replica_sets.append(asked.model_copy(update={"uid": "extra", "t": begin + 0.1, "asked": 1}))
    with pytest.raises(InfrastructureError, match="12 Pods"):
        rolling_checks.check_surge(evidence)
    strategy(evidence, maxSurge=2)
    with pytest.raises(CriterionFailure, match="12 Pods") as caught:
        rolling_checks.check_surge(evidence)
    assert "`maxSurge: 1`" in caught.value.problem.help
    assert "replicas" not in caught.value.problem.help  # it is 10 already


def test_terminating_pods_are_left_aside() -> None:
    timeline = recorded("rolling", RollingEvidence).timeline
    assert timeline is not None
    alive: dict[str, bool] = {}
    most = 0
    for sample in timeline.pods:
        alive[sample.uid] = sample.event != "DELETED"
        most = max(most, sum(alive.values()))
    assert most > course_values.MOST


def test_one_fewer_available_fails() -> None:
    evidence = recorded("rolling", RollingEvidence)
    timeline = evidence.timeline
    assert timeline is not None
    begin = timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    during = [sample for sample in timeline.deployments if sample.t >= begin]
    assert min(sample.available for sample in during) == course_values.FEWEST
    during[0].available = 8
    with pytest.raises(InfrastructureError, match="only 8"):
        rolling_checks.check_available(evidence)
    strategy(evidence, maxUnavailable="20%")
    with pytest.raises(CriterionFailure, match="only 8") as caught:
        rolling_checks.check_available(evidence)
    assert caught.value.problem.help == "Set `maxUnavailable: 1` (11.9.4)."


@pytest.mark.parametrize("image", ["nginx:1.24", "nginx", "me/nginx:1.26"])
def test_one_pod_of_another_image(image: str) -> None:
    evidence = recorded("rolling", RollingEvidence)
    assert evidence.pods is not None
    evidence.pods[3]["spec"]["containers"][0]["image"] = image
    # The Deployment asks for 10 of nginx:1.26, so that no field of it makes it so.
    with pytest.raises(InfrastructureError, match=r"9 of 10 Pods run nginx:1\.26"):
        rolling_checks.check_complete(evidence)


def test_an_evicted_pod_is_not_one_too_many() -> None:
    evidence = recorded("rolling", RollingEvidence)
    assert evidence.pods is not None
    evicted = copy.deepcopy(evidence.pods[0])
    evicted["status"] = {"phase": "Failed", "reason": "Evicted"}
    evidence.pods.append(evicted)
    rolling_checks.check_complete(evidence)


def test_update_that_did_not_end() -> None:
    evidence = recorded("rolling", RollingEvidence)
    evidence.updated = False
    evidence.error = "not seen within 360 s"
    with pytest.raises(InfrastructureError, match="360 s"):
        rolling_checks.check_complete(evidence)


def test_failed_request_with_enough_pods_is_no_verdict() -> None:
    evidence = load("reference", "rolling")
    begin, end = evidence.timeline.when("update"), evidence.timeline.when("updated")
    samples = [sample for sample in evidence.timeline.http if begin <= sample.t <= end]
    samples[len(samples) // 2].ok = False
    with pytest.raises(
        InfrastructureError, match="Pods were available then; no cause was found in the submission"
    ):
        downtime_checks.check_no_downtime(evidence)


@pytest.mark.parametrize(
    ("direct", "verdict"),
    [
        (HttpAnswer(url="pod", status=200, body="Welcome to nginx!"), InfrastructureError),
        (HttpAnswer(url="pod", error="curl: (28) Connection timed out"), InfrastructureError),
        (HttpAnswer(url="pod", error="curl: (7) No route to host", refused=False), InfrastructureError),
        (HttpAnswer(url="pod", error="curl: (7) Connection refused", refused=True), CriterionFailure),
        (HttpAnswer(url="pod", status=404), CriterionFailure),
        (None, InfrastructureError),
    ],
)
def test_service_without_a_page(direct: HttpAnswer | None, verdict: type[Exception]) -> None:
    evidence = load("reference", "rolling")
    evidence.answer, evidence.direct = HttpAnswer(url="service", error="curl: (7)"), direct
    with pytest.raises(verdict, match="before the update"):
        downtime_checks.check_no_downtime(evidence)


def test_a_service_without_pods_shows_no_page() -> None:
    evidence = load("reference", "rolling")
    evidence.answer, evidence.direct = HttpAnswer(url="service", error="curl: (7)"), None
    evidence.manifests["dep-rolling.yaml"].data["spec"]["replicas"] = 0
    with pytest.raises(CriterionFailure, match="before the update"):
        downtime_checks.check_no_downtime(evidence)


def connecting_again(share: float) -> Any:
    """Return the reference's evidence of the update with a share of requests that took two connections."""
    evidence = load("reference", "rolling")
    begin, end = evidence.timeline.mark("update"), evidence.timeline.mark("updated")
    requests = evidence.timeline.between(evidence.timeline.http, begin, end)
    for sample in requests[: round(share * len(requests))]:
        sample.connects = 2
    return evidence


SERVES: Final = HttpAnswer(url="pod", status=200, body="Welcome to nginx!")
REFUSES: Final = HttpAnswer(url="pod", error="curl: (7) Connection refused", refused=True)


def test_a_connection_that_a_pod_refuses_at_its_end_is_no_loss() -> None:
    downtime_checks.check_no_downtime(connecting_again(0.03))


def test_pods_that_serve_nothing_cost_every_connection_to_them() -> None:
    evidence = connecting_again(0.33)
    evidence.pages = {"x-1": SERVES, "x-2": REFUSES, "x-3": HttpAnswer(url="pod", status=403)}
    with pytest.raises(CriterionFailure, match="needed more than one connection") as caught:
        downtime_checks.check_no_downtime(evidence)
    assert caught.value.problem.actual == "2 of 3 Pods serve no page: x-2, x-3"
    evidence.surroundings = Surroundings(outages=[Outage(t=0.0, until=40.0, reason="away")])
    with pytest.raises(InfrastructureError, match="could not be watched"):
        downtime_checks.check_no_downtime(evidence)


def test_so_does_a_request_that_met_no_other_pod() -> None:
    """Where most Pods serve nothing, some requests reach only those at all their attempts."""
    evidence = connecting_again(0.33)
    assert not has_suffered([sample for sample in evidence.timeline.http if sample.connects == 1])
    lost = next(sample for sample in evidence.timeline.http if sample.connects == 2)
    lost.ok, lost.connects = False, 10
    assert has_suffered([lost])
    evidence.pages = {"x-1": SERVES, "x-2": REFUSES}
    with pytest.raises(CriterionFailure, match=r"1 of \d+ requests to the Service failed") as caught:
        downtime_checks.check_no_downtime(evidence)
    assert caught.value.problem.actual == "1 of 2 Pods serve no page: x-2"


@pytest.mark.parametrize(
    "pages", [None, {"x-1": SERVES}, {"x-1": HttpAnswer(url="pod", error="curl: (28) timed out")}]
)
def test_connections_that_fail_without_a_cause_are_nobodys_fault(
    pages: dict[str, HttpAnswer] | None,
) -> None:
    evidence = connecting_again(0.33)
    evidence.pages = pages
    with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
        downtime_checks.check_no_downtime(evidence)


@pytest.mark.parametrize("fewest", [2, 8])
def test_connections_that_fail_while_pods_are_available_are_not_the_strategys(fewest: int) -> None:
    evidence = connecting_again(0.33)
    begin = evidence.timeline.mark("update")
    next(s for s in evidence.timeline.deployments if begin.precedes(s)).available = fewest
    limits = {"maxSurge": 1, "maxUnavailable": 10 - fewest}
    evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"]["rollingUpdate"] = limits
    with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
        downtime_checks.check_no_downtime(evidence)


def test_a_connection_without_any_pod_is_lost_to_the_strategy() -> None:
    evidence = connecting_again(0.01)
    begin = evidence.timeline.mark("update")
    first = next(sample for sample in evidence.timeline.http if sample.connects == 2)
    state = next(s for s in evidence.timeline.deployments if begin.precedes(s))
    state.t, state.available = (begin.t + first.t) / 2, 0
    with pytest.raises(InfrastructureError, match="0 Pods were available then; no cause"):
        downtime_checks.check_no_downtime(evidence)
    evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"] = {"type": "Recreate"}
    with pytest.raises(CriterionFailure, match="needed more than one connection") as caught:
        downtime_checks.check_no_downtime(evidence)
    assert "`type: RollingUpdate`" in caught.value.problem.help


def test_a_page_of_the_students_own_is_an_answer() -> None:
    evidence = load("reference", "rolling")
    evidence.answer = HttpAnswer(url="service", status=200, body="Hallo!")
    downtime_checks.check_no_downtime(evidence)


def test_requests_with_a_gap_are_no_verdict() -> None:
    evidence = load("reference", "rolling")
    begin = evidence.timeline.when("update")
    evidence.timeline.http = [s for s in evidence.timeline.http if not begin + 5 < s.t < begin + 30]
    with pytest.raises(InfrastructureError, match="made no requests"):
        downtime_checks.check_no_downtime(evidence)


def test_pod_of_the_new_version_while_paused() -> None:
    evidence = load("reference", "pause")
    image = canonical(course_values.SECOND.image)
    new = next(pod for pod in evidence.timeline.pods if canonical(pod.image) == image)
    new.t = evidence.timeline.when("held")
    with pytest.raises(InfrastructureError, match="was created while the Deployment was paused"):
        rolling_checks.check_pause(evidence)


def test_pause_that_was_not_seen_is_no_verdict() -> None:
    evidence = load("reference", "pause")
    for sample in evidence.timeline.deployments:
        sample.paused = False
    with pytest.raises(InfrastructureError, match="was not seen"):
        rolling_checks.check_pause(evidence)


@pytest.mark.parametrize("cause", [None, "Eerste versie"])
def test_history_without_its_cause(cause: str | None) -> None:
    evidence = load("reference", "history")
    evidence.updated[0].cause = cause
    with pytest.raises(
        CriterionFailure, match="after the update, `kubectl rollout history` shows other revisions"
    ) as caught:
        rolling_checks.check_history(evidence)
    assert caught.value.problem.actual.startswith(f"1 {cause or '<none>'}")
    rollback_checks.check_declarative(evidence)


def test_more_old_sets_than_the_course_keeps() -> None:
    evidence = load("reference", "history")
    evidence.kept.append("nginx-deployment-5b879977bc")
    with pytest.raises(InfrastructureError, match="6 old ReplicaSets"):
        rollback_checks.check_history_limit(evidence)
    del evidence.manifests["dep-rolling.yaml"].data["spec"]["revisionHistoryLimit"]
    with pytest.raises(CriterionFailure, match="6 old ReplicaSets"):
        rollback_checks.check_history_limit(evidence)


def test_bookkeeping_that_goes_another_way() -> None:
    evidence = load("reference", "history")
    evidence.reverted[-1].cause = "Update naar nginx:1.26"
    with pytest.raises(CriterionFailure, match="after the manifest was changed back"):
        rollback_checks.check_declarative(evidence)
    evidence = load("reference", "history")
    evidence.applied_again = [Revision(number=3), Revision(number=4)]
    with pytest.raises(CriterionFailure, match="was already running"):
        rollback_checks.check_declarative(evidence)


def test_failed_update_is_undone_whatever_the_number_of_pods() -> None:
    evidence = recorded("bad_image", BadImageEvidence)
    assert evidence.pods
    assert evidence.timeline
    evidence.pods += evidence.pods[:2]
    with pytest.raises(InfrastructureError, match="did not bring all Pods back"):
        rollback_checks.check_bad_image(evidence)
    for sample in evidence.timeline.deployments:
        sample.asked = 12
    rollback_checks.check_bad_image(evidence)
