"""Windows and counts go by the order of arrival: in a burst, many things have the same millisecond."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from grading.course.chapter11.deployments import downtime_checks, rollback_checks, rolling_checks
from grading.course.introlab import checks
from grading.course.introlab.evidence import DirectAnswer
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import Arrival, HttpSample, Mark, Timeline
from tests.selfcheck.recorded import Judge, load

FEWEST: Final[list[tuple[str, str, Judge]]] = [
    ("rolling", "update", rolling_checks.check_available),
    ("rollback", "undo", rollback_checks.check_undo),
    ("bad_image", "update", rollback_checks.check_bad_image),
]
"""A scenario, the mark at which its window begins, and a check that counts available Pods in it."""


def numbered(timeline: Timeline, order: list[Arrival]) -> None:
    """Number what watches saw as it arrived: by time, and in one millisecond as it stands in a list."""
    places = {id(one): place for place, one in enumerate(order)}
    known = [*timeline.deployments, *timeline.replica_sets, *timeline.pods, *timeline.marks]
    for number, one in enumerate(sorted(known, key=lambda one: (one.t, places.get(id(one), -1)))):
        one.seq = number


def burst(scenario: str, mark: str, *, late: bool = False) -> Any:
    """Return the reference's recording, changed: the first rollout ends in the millisecond of a mark.

    At its end 8 Pods were available, then 10, then the mark was set; with ``late`` 8 after it.
    """
    evidence = load("reference", scenario)
    timeline = evidence.timeline
    begin = timeline.mark(mark)
    place = sum(sample.t <= begin.t for sample in timeline.deployments)
    last = timeline.deployments[place - 1]
    assert last.available == 10
    last.t = begin.t
    few = last.model_copy(update={"available": 8})
    timeline.deployments.insert(place if late else place - 1, few)
    numbered(timeline, [last, begin, few] if late else [few, last, begin])
    return evidence


@pytest.mark.parametrize(("scenario", "mark", "check"), FEWEST)
def test_what_arrived_before_the_window_in_its_millisecond_is_not_in_it(
    scenario: str, mark: str, check: Judge
) -> None:
    check(burst(scenario, mark))
    with pytest.raises(InfrastructureError, match="only 8 Pods"):
        check(burst(scenario, mark, late=True))


@pytest.mark.parametrize(
    ("scenario", "end", "check"),
    [
        ("rolling", "updated", rolling_checks.check_available),
        ("rollback", "undone", rollback_checks.check_undo),
        ("bad_image", "recovered", rollback_checks.check_bad_image),
    ],
)
@pytest.mark.parametrize("early", [True, False])
def test_what_arrives_after_the_window_in_its_millisecond_is_not_in_it(
    scenario: str, end: str, check: Judge, early: bool
) -> None:
    evidence = load("reference", scenario)
    timeline = evidence.timeline
    mark = timeline.mark(end)
    few = timeline.deployments[-1].model_copy(update={"t": mark.t, "available": 8})
    timeline.deployments.append(few)
    numbered(timeline, [few, mark] if early else [mark, few])
    if early:
        with pytest.raises(InfrastructureError, match="only 8 Pods"):
            check(evidence)
    else:
        check(evidence)


def test_pods_of_a_burst_are_counted_as_they_arrived() -> None:
    for late in (False, True):
        evidence = load("reference", "rolling")
        timeline = evidence.timeline
        evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 3
        begin = timeline.mark("update")
        pod = next(sample for sample in timeline.pods if sample.ready)
        asked = timeline.replica_sets[0]
        came = [pod.model_copy(update={"uid": f"x{n}", "t": begin.t}) for n in range(2)]
        more = asked.model_copy(update={"uid": "x", "t": begin.t, "asked": 2})
        gone = [one.model_copy(update={"event": "DELETED"}) for one in came]
        fewer = more.model_copy(update={"asked": 0})
        timeline.pods = sorted([*timeline.pods, *came, *gone], key=lambda sample: sample.t)
        timeline.replica_sets = sorted([*timeline.replica_sets, more, fewer], key=lambda sample: sample.t)
        passing = [more, *came, *gone, fewer]
        numbered(timeline, [begin, *passing] if late else [*passing, begin])
        if late:
            with pytest.raises(CriterionFailure, match="12 Pods"):
                rolling_checks.check_surge(evidence)
        else:
            rolling_checks.check_surge(evidence)


@pytest.mark.parametrize("late", [False, True])
def test_a_pod_of_the_new_version_after_the_resume_is_not_early(late: bool) -> None:
    evidence = load("reference", "pause")
    timeline = evidence.timeline
    resume = timeline.mark("resume")
    new = next(sample for sample in timeline.pods if resume.precedes(sample) and "1.26" in sample.image)
    new.t = resume.t
    numbered(timeline, [resume, new] if late else [new, resume])
    if late:
        rolling_checks.check_pause(evidence)
    else:
        with pytest.raises(InfrastructureError, match="while the Deployment was paused"):
            rolling_checks.check_pause(evidence)


def test_a_request_is_not_lost_to_what_came_before_the_update_in_its_millisecond() -> None:
    for late, blamed in ((False, InfrastructureError), (True, CriterionFailure)):
        evidence = burst("rolling", "update", late=late)
        strategy = evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"]
        strategy["rollingUpdate"]["maxUnavailable"] = 9
        begin = evidence.timeline.mark("update")
        next(state for state in evidence.timeline.deployments if state.available == 8).available = 1
        failed = next(sample for sample in evidence.timeline.http if sample.t > begin.t)
        failed.ok = False
        # The states in between are those of the update itself.
        evidence.timeline.deployments = [
            state for state in evidence.timeline.deployments if not begin.t < state.t <= failed.t
        ]
        with pytest.raises(blamed):
            downtime_checks.check_no_downtime(evidence)


def test_a_state_in_the_millisecond_of_a_failed_request_is_not_its_cause() -> None:
    evidence = load("reference", "rolling")
    timeline = evidence.timeline
    evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"] = {"type": "Recreate"}
    failed = next(sample for sample in timeline.http if sample.t > timeline.when("update") + 5)
    failed.ok = False
    place = sum(state.t < failed.t for state in timeline.deployments)
    fell = timeline.deployments[place - 1].model_copy(update={"t": failed.t, "available": 0})
    timeline.deployments.insert(place, fell)
    with pytest.raises(InfrastructureError, match="9 Pods were available then; no cause"):
        downtime_checks.check_no_downtime(evidence)
    fell.t -= 0.001
    with pytest.raises(CriterionFailure) as caught:
        downtime_checks.check_no_downtime(evidence)
    assert "0 Pods were available then" in caught.value.problem.actual


@pytest.mark.parametrize("early", [True, False])
def test_what_the_lab_is_asked_in_the_millisecond_of_the_deletion_is_told_apart(early: bool) -> None:
    """A Pod that refused, and a request that failed, before the other Pod was deleted or after it."""
    number = -1 if early else 1
    silent = load("reference", "introlab")
    delete = silent.timeline.mark("delete")
    delete.seq = 0
    refusal = HttpAnswer(url="x", error="refused", refused=True)
    silent.failover.direct = [DirectAnswer(t=delete.t, seq=number, answer=refusal)]
    lost = load("reference", "introlab")
    lost.timeline.mark("delete").seq = 0
    lost.timeline.http.append(HttpSample(t=delete.t, seq=number, ok=False, connects=10))
    if early:
        assert checks.check_failover(silent) == checks.check_failover(lost) == ""
    else:
        with pytest.raises(InfrastructureError, match="does not show its page"):
            checks.check_failover(silent)
        assert "requests failed" in checks.check_failover(lost)


def test_marks_and_samples_are_numbered_as_they_arrive() -> None:
    before, after = Mark(t=1.0, seq=4, name="a"), Mark(t=1.0, seq=5, name="b")
    assert before.precedes(after)
    assert not after.precedes(before)
    assert not Mark(t=1.0, name="a").precedes(after)
    assert Mark(t=0.9, name="a").precedes(after)
    timeline = Timeline(started=datetime.now(UTC), deployment="x")
    samples = [Mark(t=1.0, seq=number, name=str(number)) for number in range(3, 8)]
    assert [sample.seq for sample in timeline.between(samples, before, after)] == [4, 5]
