"""The limits of a rolling update, on timelines that were recorded on a real cluster."""

import pytest

from grading.course.chapter11.deployments import rolling_checks
from grading.course.chapter11.deployments.evidence import RollingEvidence
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem, Unplayable
from tests.selfcheck.recorded import recorded

CHECKS = {
    "surge": rolling_checks.check_surge,
    "available": rolling_checks.check_available,
    "complete": rolling_checks.check_complete,
}


def load(submission: str = "reference") -> RollingEvidence:
    return recorded("rolling", RollingEvidence, submission)


@pytest.mark.parametrize(
    ("recording", "check", "actual"),
    [
        ("reference", "surge", None),
        ("reference", "available", None),
        ("reference", "complete", None),
        ("rolling-surge-half", "surge", "15, 1.5 s after the update began"),
        ("rolling-surge-half", "available", None),
        ("rolling-surge-half", "complete", None),
        ("rolling-recreate", "surge", None),
        ("rolling-recreate", "available", "0, 1.6 s after the update began"),
        ("rolling-recreate", "complete", None),
        ("rolling-unavailable-three", "surge", None),
        ("rolling-unavailable-three", "available", "7, 0.6 s after the update began"),
        ("rolling-unavailable-three", "complete", None),
        ("rolling-five-replicas", "surge", None),
        ("rolling-five-replicas", "available", "4, 1.4 s after the update began"),
        ("rolling-five-replicas", "complete", "5 Pods, 5 of nginx:1.26"),
    ],
)
def test_recordings(recording: str, check: str, actual: str | None) -> None:
    evidence = load(recording)
    if actual is None:
        CHECKS[check](evidence)
        return
    with pytest.raises(CriterionFailure) as caught:
        CHECKS[check](evidence)
    assert not isinstance(caught.value, Unplayable)
    assert caught.value.problem.actual == actual
    assert caught.value.problem.help
    assert caught.value.problem.expected


@pytest.mark.parametrize(
    "recording", ["reference", "rolling-surge-half", "rolling-recreate", "rolling-unavailable-three"]
)
@pytest.mark.parametrize("check", ["surge", "available"])
def test_a_watch_that_broke_decides_nothing(recording: str, check: str) -> None:
    evidence = load(recording)
    assert evidence.timeline is not None
    evidence.timeline.interrupted = "Pod: too old resource version"
    with pytest.raises(InfrastructureError, match="too old"):
        CHECKS[check](evidence)


@pytest.mark.parametrize("cut", ["update", "updated"])
@pytest.mark.parametrize("check", ["surge", "available"])
@pytest.mark.parametrize("recording", ["reference", "rolling-surge-half", "rolling-unavailable-three"])
def test_cut_short(recording: str, check: str, cut: str) -> None:
    evidence = load(recording)
    assert evidence.timeline is not None
    end = evidence.timeline.when(cut)
    assert end is not None
    evidence.timeline.marks = [mark for mark in evidence.timeline.marks if mark.t < end]
    evidence.error = "ReadTimeout: the API server is gone"
    with pytest.raises(InfrastructureError, match="ReadTimeout"):
        CHECKS[check](evidence)
    evidence.trouble = Problem("Pod x does not become Ready", location=Location("dep-rolling.yaml"))
    with pytest.raises(Unplayable, match="does not become Ready"):
        CHECKS[check](evidence)


def test_nothing_recorded() -> None:
    for check in CHECKS.values():
        evidence = RollingEvidence.model_validate({"scenario": "rolling", "started": "2026-01-01T00:00:00Z"})
        with pytest.raises(InfrastructureError, match="ended without"):
            check(evidence)


def test_no_state_of_the_deployment_is_no_failure() -> None:
    evidence = load()
    assert evidence.timeline is not None
    evidence.timeline.deployments = []
    with pytest.raises(InfrastructureError):
        rolling_checks.check_available(evidence)


def test_only_the_update_counts() -> None:
    # Before the update 0 Pods are available: the first rollout is in the recording too.
    evidence = load()
    assert evidence.timeline is not None
    begin = evidence.timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    before = [sample.available for sample in evidence.timeline.deployments if sample.t < begin]
    assert min(before) == 0
    rolling_checks.check_available(evidence)
    evidence.timeline.marks[0].t = 0
    with pytest.raises(CriterionFailure):
        rolling_checks.check_available(evidence)


def test_one_more_pod_than_the_limit_fails() -> None:
    evidence = load()
    timeline = evidence.timeline
    assert timeline is not None
    peak = max(rolling_checks.pods_and_asked(timeline), key=lambda moment: min(moment[1:]))
    assert min(peak[1:]) == rolling_checks.MOST
    extra = next(sample for sample in timeline.pods if sample.event == "ADDED")
    begin = timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    timeline.pods.append(extra.model_copy(update={"uid": "extra", "t": begin + 0.1, "terminating": False}))
    rolling_checks.check_surge(evidence)  # made, and not asked for: the ReplicaSet's own haste
    asked = timeline.replica_sets[0]
    timeline.replica_sets.append(asked.model_copy(update={"uid": "extra", "t": begin + 0.1, "asked": 1}))
    with pytest.raises(CriterionFailure, match="12 Pods"):
        rolling_checks.check_surge(evidence)


def test_terminating_pods_are_left_aside() -> None:
    timeline = load().timeline
    assert timeline is not None
    alive: dict[str, bool] = {}
    most = 0
    for sample in timeline.pods:
        alive[sample.uid] = sample.event != "DELETED"
        most = max(most, sum(alive.values()))
    assert most > rolling_checks.MOST


def test_one_fewer_available_fails() -> None:
    evidence = load()
    timeline = evidence.timeline
    assert timeline is not None
    begin = timeline.when(rolling_checks.BEGIN)
    assert begin is not None
    during = [sample for sample in timeline.deployments if sample.t >= begin]
    assert min(sample.available for sample in during) == rolling_checks.FEWEST
    during[0].available = 8
    with pytest.raises(CriterionFailure, match="only 8"):
        rolling_checks.check_available(evidence)


@pytest.mark.parametrize("image", ["nginx:1.24", "nginx", "me/nginx:1.26"])
def test_one_pod_of_another_image(image: str) -> None:
    evidence = load()
    assert evidence.pods is not None
    evidence.pods[3]["spec"]["containers"][0]["image"] = image
    with pytest.raises(CriterionFailure) as caught:
        rolling_checks.check_complete(evidence)
    assert caught.value.problem.actual == "10 Pods, 9 of nginx:1.26"


def test_update_that_did_not_end() -> None:
    evidence = load()
    evidence.updated = False
    evidence.error = "not seen within 360 s"
    with pytest.raises(InfrastructureError, match="360 s"):
        rolling_checks.check_complete(evidence)
