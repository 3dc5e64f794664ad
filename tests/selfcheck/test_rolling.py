"""The checks of sections 11.9.4 and 11.9.5 on recordings of real runs.

A recording is the evidence of one scenario, ``evidence/<scenario>.json`` of a report folder, compressed;
it is called after the submission (the reference or a fault) and the scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.chapter11.deployments import rollback_checks, rolling_checks, versions
from grading.course.chapter11.deployments.evidence import (
    BadImageEvidence,
    HistoryEvidence,
    PauseEvidence,
    RollbackEvidence,
    RollingEvidence,
)
from grading.errors import CriterionFailure, InfrastructureError, Problem, Unplayable
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.rollout import Revision
from grading.k8s.image_reference import canonical
from grading.runner.revisions import read_history
from grading.runner.rollouts import least_wait, shortest_update
from tests.selfcheck.recorded import assert_verdict, recorded

KINDS: Final[dict[str, type[Evidence]]] = {
    "rolling": RollingEvidence,
    "pause": PauseEvidence,
    "bad_image": BadImageEvidence,
    "history": HistoryEvidence,
    "rollback": RollbackEvidence,
}
CHECKS: Final[dict[str, list[Callable[[Any], None]]]] = {
    "rolling": [
        rolling_checks.check_complete,
        rolling_checks.check_surge,
        rolling_checks.check_available,
        rolling_checks.check_no_downtime,
    ],
    "pause": [rolling_checks.check_pause],
    "bad_image": [rollback_checks.check_bad_image],
    "history": [
        rolling_checks.check_history,
        rollback_checks.check_declarative,
        rollback_checks.check_history_limit,
    ],
    "rollback": [rollback_checks.check_undo],
}
BREAKS: Final[dict[tuple[str, str], dict[Callable[[Any], None], str]]] = {
    ("rolling-surge-half", "rolling"): {rolling_checks.check_surge: "1[2-6] Pods existed"},
    ("rolling-surge-half", "rollback"): {rollback_checks.check_undo: "1[2-6] Pods existed"},
    ("rolling-unavailable-three", "rolling"): {rolling_checks.check_available: "only 7 Pods"},
    ("rolling-unavailable-three", "rollback"): {rollback_checks.check_undo: "only 7 Pods"},
    ("rolling-unavailable-three", "bad_image"): {rollback_checks.check_bad_image: "only 7 Pods"},
    ("rolling-recreate", "rolling"): {
        rolling_checks.check_available: "only 0 Pods",
        rolling_checks.check_no_downtime: "requests to the Service failed",
    },
    ("rolling-five-replicas", "rolling"): {
        rolling_checks.check_complete: "5 Pods of nginx:1.26 out of 5",
        rolling_checks.check_available: "only 4 Pods",
    },
    ("rolling-history-none", "history"): {
        rolling_checks.check_history: "other revisions after the update",
        rollback_checks.check_declarative: "finds no revision",
    },
    ("rolling-history-none", "rollback"): {rollback_checks.check_undo: "finds no revision"},
}


def load(submission: str, scenario: str) -> Any:
    return recorded(scenario, KINDS[scenario], submission)


@pytest.mark.parametrize(
    ("scenario", "check"),
    [(scenario, check) for scenario, checks in CHECKS.items() for check in checks],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_reference_passes(scenario: str, check: Callable[[Any], None]) -> None:
    check(load("reference", scenario))


@pytest.mark.parametrize(
    ("submission", "scenario", "check"),
    [(*key, check) for key in BREAKS for check in CHECKS[key[1]]],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_broken_loses_what_it_breaks(submission: str, scenario: str, check: Callable[[Any], None]) -> None:
    assert_verdict(check, load(submission, scenario), BREAKS[submission, scenario].get(check))


def test_failed_update_is_undone_whatever_the_number_of_pods() -> None:
    evidence = recorded("bad_image", BadImageEvidence)
    assert evidence.pods
    assert evidence.timeline
    evidence.pods += evidence.pods[:2]
    with pytest.raises(CriterionFailure, match="did not bring all Pods back"):
        rollback_checks.check_bad_image(evidence)
    for sample in evidence.timeline.deployments:
        sample.asked = 12
    rollback_checks.check_bad_image(evidence)


@pytest.mark.parametrize("scenario", ["rolling", "pause", "bad_image", "rollback"])
def test_interrupted_watch_is_no_verdict(scenario: str) -> None:
    evidence = load("reference", scenario)
    evidence.timeline.interrupted = "Pod: the API server closed the watch"
    check = CHECKS[scenario][-1]
    with pytest.raises(InfrastructureError, match="closed the watch"):
        check(evidence)


@pytest.mark.parametrize("scenario", list(CHECKS))
def test_nothing_recorded(scenario: str) -> None:
    kind = KINDS[scenario]
    for check in CHECKS[scenario]:
        empty = kind(scenario=scenario, started=load("reference", scenario).started)
        with pytest.raises(InfrastructureError):
            check(empty)
        empty.trouble = Problem(rationale="the image cannot be pulled")
        with pytest.raises(Unplayable):
            check(empty)


def test_failed_request_with_enough_pods_is_no_verdict() -> None:
    evidence = load("reference", "rolling")
    begin, end = evidence.timeline.when("update"), evidence.timeline.when("updated")
    samples = [sample for sample in evidence.timeline.http if begin <= sample.t <= end]
    samples[len(samples) // 2].ok = False
    with pytest.raises(InfrastructureError, match="Pods available"):
        rolling_checks.check_no_downtime(evidence)


@pytest.mark.parametrize(
    ("direct", "verdict"),
    [
        (HttpAnswer(url="pod", status=200, body="Welcome to nginx!"), InfrastructureError),
        (HttpAnswer(url="pod", error="curl: (28) Connection timed out"), InfrastructureError),
        (HttpAnswer(url="pod", error="curl: (7) Failed to connect"), CriterionFailure),
        (HttpAnswer(url="pod", status=404), CriterionFailure),
        (None, CriterionFailure),
    ],
)
def test_service_without_a_page(direct: HttpAnswer | None, verdict: type[Exception]) -> None:
    evidence = load("reference", "rolling")
    evidence.answer, evidence.direct = HttpAnswer(url="service", error="curl: (7)"), direct
    with pytest.raises(verdict, match="before the update"):
        rolling_checks.check_no_downtime(evidence)


def test_requests_with_a_gap_are_no_verdict() -> None:
    evidence = load("reference", "rolling")
    begin = evidence.timeline.when("update")
    evidence.timeline.http = [s for s in evidence.timeline.http if not begin + 5 < s.t < begin + 30]
    with pytest.raises(InfrastructureError, match="no request was made"):
        rolling_checks.check_no_downtime(evidence)


def test_pod_of_the_new_version_while_paused() -> None:
    evidence = load("reference", "pause")
    new = next(pod for pod in evidence.timeline.pods if canonical(pod.image) == canonical(rolling_checks.NEW))
    new.t = evidence.timeline.when("held")
    with pytest.raises(CriterionFailure, match="appeared while the Deployment was paused"):
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
    with pytest.raises(CriterionFailure, match="other revisions after the update") as caught:
        rolling_checks.check_history(evidence)
    assert caught.value.problem.actual.startswith(f"1 {cause or '<none>'}")
    rollback_checks.check_declarative(evidence)


def test_more_old_sets_than_the_course_keeps() -> None:
    evidence = load("reference", "history")
    evidence.kept.append("nginx-deployment-5b879977bc")
    with pytest.raises(CriterionFailure, match="6 old ReplicaSets"):
        rollback_checks.check_history_limit(evidence)


def test_bookkeeping_that_goes_another_way() -> None:
    evidence = load("reference", "history")
    evidence.reverted[-1].cause = "Update naar nginx:1.26"
    with pytest.raises(CriterionFailure, match="edited back"):
        rollback_checks.check_declarative(evidence)
    evidence = load("reference", "history")
    evidence.applied_again = [Revision(number=3), Revision(number=4)]
    with pytest.raises(CriterionFailure, match="runs already"):
        rollback_checks.check_declarative(evidence)


def test_history_is_read_as_kubectl_prints_it() -> None:
    text = (
        "deployment.apps/nginx-deployment \n"
        "REVISION  CHANGE-CAUSE\n"
        "2         <none>\n"
        "10        Update naar nginx:1.26\n\n"
    )
    assert read_history(text) == [
        Revision(number=2),
        Revision(number=10, cause="Update naar nginx:1.26"),
    ]


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [((1, 1), 50), ((1, 0), 100), (("50%", 1), 20), (("25%", "25%"), 20), ((0, "5%"), 100)],
)
def test_shortest_update(limits: tuple[int | str, int | str], seconds: float) -> None:
    surge, unavailable = limits
    strategy = {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    template = {"spec": {"containers": [{"name": "nginx"}]}}
    spec = {"replicas": 10, "minReadySeconds": 10, "strategy": strategy, "template": template}
    assert shortest_update(spec) == seconds
    assert shortest_update({**spec, "strategy": {"type": "Recreate"}}) == 10


@pytest.mark.parametrize("probe", ["readinessProbe", "startupProbe"])
def test_a_probe_that_waits_makes_an_update_longer(probe: str) -> None:
    container = {"name": "nginx", probe: {"initialDelaySeconds": 90}}
    strategy = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
    template = {"spec": {"containers": [container, {"name": "more"}]}}
    spec = {"replicas": 10, "minReadySeconds": 10, "strategy": strategy, "template": template}
    assert (least_wait(spec), shortest_update(spec)) == (100, 500)


def manifest(image: str, cause: str | None) -> dict[str, Any]:
    annotations = {} if cause is None else {"annotations": {versions.CAUSE: cause}}
    return {
        "metadata": {"name": "nginx-deployment", **annotations},
        "spec": {"replicas": 10, "template": {"spec": {"containers": [{"image": image}]}}},
    }


@pytest.mark.parametrize(
    ("image", "cause", "expected"),
    [
        ("nginx:1.24", "Initial release", ("nginx:1.24", "Initial release")),
        ("docker.io/library/nginx:1.24", None, ("docker.io/library/nginx:1.24", None)),
        ("nginx:1.24", "Eerste versie", ("nginx:1.24", "Eerste versie")),
        ("nginx:1.26", "Update naar nginx:1.26", ("nginx:1.24", "Initial release")),
        ("nginx:1.24", "Rollback to nginx 1.24 due to bug", ("nginx:1.24", "Initial release")),
        ("nginx:1.26", None, ("nginx:1.24", None)),
        ("nginx:1.24", "Update naar nginx:1.26", ("nginx:1.24", "Update naar nginx:1.26")),
    ],
)
def test_first_version(image: str, cause: str | None, expected: tuple[str, str | None]) -> None:
    data = manifest(image, cause)
    versions.first(data)
    container = data["spec"]["template"]["spec"]["containers"][0]
    found = (data["metadata"].get("annotations") or {}).get(versions.CAUSE)
    assert (container["image"], found) == expected


def test_the_container_of_nginx_is_updated_wherever_it_stands() -> None:
    data = manifest("nginx:1.24", None)
    data["spec"]["template"]["spec"]["containers"].insert(0, {"image": "busybox"})
    versions.second(data)
    images = [container["image"] for container in data["spec"]["template"]["spec"]["containers"]]
    assert images == ["nginx:1.26", "busybox"]


def test_edits_leave_a_broken_file_to_the_api_server() -> None:
    for broken in (
        {"metadata": {"name": "x"}},
        {"metadata": {"name": "x", "annotations": "text"}, "spec": []},
        {"metadata": {"name": "x"}, "spec": {"template": {"spec": {"containers": ["nginx"]}}}},
    ):
        versions.scaled(versions.first, 0)(broken)
        versions.scaled(versions.second, 0)(broken)


def test_reverted_keeps_the_template() -> None:
    first, again = (
        manifest("docker.io/library/nginx:1.24", None),
        manifest("docker.io/library/nginx:1.24", None),
    )
    versions.reverted(again)
    assert again["spec"] == first["spec"]
    assert again["metadata"]["annotations"][versions.CAUSE] == versions.REVERTED.cause
    assert canonical(versions.FIRST.image) == canonical("docker.io/library/nginx:1.24")
