"""Who is to blame for a loss: recordings of the reference, changed as a disturbed cluster leaves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.chapter11.deployments import (
    deployment_checks,
    downtime_checks,
    rollback_checks,
    rolling_checks,
)
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.surroundings import (
    LINGERS,
    MOST,
    ContainerEnd,
    Displacement,
    NodeEvent,
    NodeState,
    Outage,
    ProbeFailure,
    Surroundings,
)
from grading.evidence.timeline import Timeline
from grading.exercise.loader import load_courses
from tests.selfcheck.recorded import Judge, load

NODE: Final = "k3d-kubegrade-agent-0"
FELL: Final = 8
"""How many Pods were available at the worst moment."""


def dipped(scenario: str, begin: str) -> Any:
    """Return the reference's evidence of a scenario in which fewer Pods than 9 were available for a while."""
    evidence = load("reference", scenario)
    mark = evidence.timeline.mark(begin)
    next(sample for sample in evidence.timeline.deployments if mark.precedes(sample)).available = FELL
    return evidence


def failed_requests() -> Any:
    """Return the reference's evidence of the update in which a request failed."""
    evidence = load("reference", "rolling")
    begin = evidence.timeline.when("update")
    next(sample for sample in evidence.timeline.http if sample.t > begin + 5).ok = False
    return evidence


def failed_while_healing() -> Any:
    """Return the reference's evidence of self-healing in which a request failed beside a Ready Pod."""
    evidence = load("reference", "deployment")
    begin = evidence.timeline.when("delete")
    next(sample for sample in evidence.timeline.http if sample.t > begin).ok = False
    return evidence


LOST: Final[dict[str, tuple[Callable[[], Any], Judge, str]]] = {
    "available": (lambda: dipped("rolling", "update"), rolling_checks.check_available, "update"),
    "undo": (lambda: dipped("rollback", "undo"), rollback_checks.check_undo, "undo"),
    "bad-image": (lambda: dipped("bad_image", "update"), rollback_checks.check_bad_image, "update"),
    "no-downtime": (failed_requests, downtime_checks.check_no_downtime, "update"),
    "self-healing": (failed_while_healing, deployment_checks.check_self_healing, "delete"),
}
"""By criterion: what was seen, the check, and the mark at which what it judges begins."""


def moment(evidence: Evidence, mark: str) -> float:
    """Return a moment shortly after a mark, in seconds of the evidence."""
    timeline = evidence.timeline
    assert isinstance(timeline, Timeline)
    when = timeline.when(mark)
    assert when is not None
    return when + (timeline.started - evidence.started).total_seconds() + 0.5


def a_pod(evidence: Any, mark: str) -> dict[str, str]:
    """Return what tells a Pod of the Deployment that lived at a mark."""
    begin = evidence.timeline.mark(mark)
    sample = next(s for s in evidence.timeline.pods if not begin.precedes(s) and s.ready)
    return {"pod": sample.name, "uid": sample.uid, "namespace": evidence.namespace, "node": NODE}


DISTURBED: Final[dict[str, tuple[Callable[[float, dict[str, str]], Surroundings], str]]] = {
    "node not Ready": (
        lambda t, _pod: Surroundings(
            nodes=[NodeState(t=0.0, node=NODE, ready=True), NodeState(t=t, node=NODE, ready=False)]
        ),
        f"node {NODE} was not Ready",
    ),
    "node not Ready for long": (
        lambda _t, _pod: Surroundings(nodes=[NodeState(t=-500.0, node=NODE, ready=False)]),
        f"node {NODE} was not Ready",
    ),
    "node Ready again a moment before": (
        lambda t, _pod: Surroundings(
            nodes=[
                NodeState(t=t - 50, node=NODE, ready=False),
                NodeState(t=t - 20, node=NODE, ready=True),
            ]
        ),
        f"node {NODE} was not Ready",
    ),
    "node gone": (
        lambda t, _pod: Surroundings(nodes=[NodeState(t=t, node=NODE, ready=False, exists=False)]),
        f"node {NODE} was deleted",
    ),
    "pressure": (
        lambda t, _pod: Surroundings(
            nodes=[NodeState(t=t, node=NODE, ready=True, problems=["DiskPressure"])]
        ),
        "reported DiskPressure",
    ),
    "node killed and started": (
        lambda t, _pod: Surroundings(node_events=[NodeEvent(t=t, node=NODE, reason="Starting")]),
        f"the kubelet of node {NODE} restarted",
    ),
    "system out of memory": (
        lambda t, _pod: Surroundings(
            node_events=[NodeEvent(t=t, node=NODE, reason="SystemOOM", message="victim: nginx")]
        ),
        "SystemOOM: victim: nginx",
    ),
    "kernel takes a container": (
        lambda t, pod: Surroundings(
            ends=[ContainerEnd(t=t, container="nginx", reason="OOMKilled", exit_code=137, **pod)]
        ),
        "ran out of memory",
    ),
    "containers lost": (
        lambda t, pod: Surroundings(
            ends=[ContainerEnd(t=t, container="nginx", reason="Unknown", exit_code=255, **pod)]
        ),
        f"the containers of all Pods on node {NODE} were lost",
    ),
    "eviction": (
        lambda t, pod: Surroundings(
            displaced=[
                Displacement(t=t, reason="Evicted", message="The node was low on resource: memory.", **pod)
            ]
        ),
        "low on resource: memory",
    ),
    "taint manager": (
        lambda t, pod: Surroundings(displaced=[Displacement(t=t, reason="DeletionByTaintManager", **pod)]),
        "DeletionByTaintManager",
    ),
    "API server away": (
        lambda t, _pod: Surroundings(outages=[Outage(t=t, until=t + 20, reason="Pod: closed")]),
        "for 20.0 s the cluster could not be watched",
    ),
}
"""What disturbed the cluster at a time, and the words that name it."""


@pytest.mark.parametrize("disturbance", DISTURBED)
@pytest.mark.parametrize("criterion", LOST)
def test_a_disturbed_cluster_is_nobodys_fault(criterion: str, disturbance: str) -> None:
    make, check, mark = LOST[criterion]
    evidence = make()
    around, words = DISTURBED[disturbance]
    evidence.surroundings = around(moment(evidence, mark), a_pod(evidence, mark))
    with pytest.raises(InfrastructureError, match=words):
        check(evidence)


@pytest.mark.parametrize("criterion", ["available", "no-downtime", "self-healing"])
def test_a_control_that_suffers_too_excuses(criterion: str) -> None:
    make, check, mark = LOST[criterion]
    evidence = make()
    around, _words, _help = OWN["a container that ends"]
    evidence.surroundings = around(moment(evidence, mark), a_pod(evidence, mark))
    begin = evidence.timeline.mark(mark)
    requests = [sample for sample in evidence.timeline.http if begin.precedes(sample)]
    for number, sample in enumerate(evidence.timeline.http):
        sample.control = sample.connects if not number or begin.precedes(sample) else 0
    with pytest.raises(CriterionFailure):
        check(evidence)
    requests[0].control = 0
    with pytest.raises(InfrastructureError, match=r"the control.*did not answer 1 of"):
        check(evidence)


@pytest.mark.parametrize("starts", [True, False])
def test_a_control_that_has_not_started_yet_excuses_nothing(starts: bool) -> None:
    evidence = load("reference", "rolling")
    evidence.answer = HttpAnswer(url="service", error="curl: (7) Connection refused", refused=True)
    evidence.direct = evidence.answer
    for number, sample in enumerate(evidence.timeline.http):
        sample.control = sample.connects if starts and number > 2 else 0
    with pytest.raises(CriterionFailure if starts else InfrastructureError, match="before the update"):
        downtime_checks.check_no_downtime(evidence)


@pytest.mark.parametrize("known", [None, Surroundings()])
@pytest.mark.parametrize("criterion", LOST)
def test_without_a_cause_nobody_can_tell(criterion: str, known: Surroundings | None) -> None:
    make, check, _mark = LOST[criterion]
    evidence = make()
    evidence.surroundings = known
    with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
        check(evidence)


OWN: Final[dict[str, tuple[Callable[[float, dict[str, str]], Surroundings], str, str]]] = {
    "its own memory limit": (
        lambda t, pod: Surroundings(
            ends=[
                ContainerEnd(t=t, container="nginx", reason="OOMKilled", exit_code=137, limited=True, **pod)
            ]
        ),
        "used more memory than its own limit",
        "resources.limits.memory",
    ),
    "a container that ends": (
        lambda t, pod: Surroundings(
            ends=[ContainerEnd(t=t, container="nginx", reason="Error", exit_code=1, **pod)]
        ),
        "ended with exit code 1",
        "--previous",
    ),
    "its own disk limit": (
        lambda t, pod: Surroundings(
            displaced=[
                Displacement(
                    t=t,
                    reason="Evicted",
                    message="Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.",
                    **pod,
                )
            ]
        ),
        "exceeds the total limit",
        "kubectl describe pod",
    ),
}
"""What a Pod of the submission did, the words that name it, and a word of the help."""


@pytest.mark.parametrize("cause", OWN)
@pytest.mark.parametrize("criterion", LOST)
def test_what_its_own_pods_did_is_the_submissions(criterion: str, cause: str) -> None:
    make, check, mark = LOST[criterion]
    evidence = make()
    around, words, help = OWN[cause]
    t = moment(evidence, mark)
    evidence.surroundings = around(t, a_pod(evidence, mark))
    with pytest.raises(CriterionFailure) as caught:
        check(evidence)
    assert words in caught.value.problem.actual
    assert help in caught.value.problem.help
    assert "replicas" not in caught.value.problem.help  # they are as they should be
    evidence.surroundings.nodes.append(NodeState(t=t, node=NODE, ready=False))
    with pytest.raises(InfrastructureError, match="was not Ready"):
        check(evidence)


def test_another_pods_end_explains_nothing() -> None:
    evidence = dipped("rolling", "update")
    pod = a_pod(evidence, "update") | {"uid": "another"}
    end = ContainerEnd(t=moment(evidence, "update"), container="x", reason="Error", exit_code=1, **pod)
    evidence.surroundings = Surroundings(ends=[end])
    with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
        rolling_checks.check_available(evidence)


ANSWERED: Final = "probe failed: HTTP probe failed with statuscode: 404"
LATE: Final = 'probe failed: Get "http://10.42.0.9:80/": context deadline exceeded'


def probed(evidence: Any, field: str, kind: str, message: str, pod: str) -> ProbeFailure:
    """Give the container of a manifest a probe, and return a failure of it in a Pod."""
    container = evidence.manifests["dep-rolling.yaml"].data["spec"]["template"]["spec"]["containers"][0]
    container[field] = {"httpGet": {"path": "/x", "port": 80}}
    about = {"namespace": evidence.namespace, "pod": pod, "container": "nginx"}
    words = f"{kind.capitalize()} {message}"
    return ProbeFailure(t=moment(evidence, "update"), kind=kind, message=words, **about)


@pytest.mark.parametrize("message", [ANSWERED, LATE, ""])
def test_a_readiness_probe_that_was_answered_is_a_cause(message: str) -> None:
    evidence = dipped("rolling", "update")
    timeline = evidence.timeline
    begin = timeline.mark("update")
    place = next(n for n, sample in enumerate(timeline.pods) if begin.precedes(sample))
    ready = next(s for s in timeline.pods[:place] if s.ready)
    timeline.pods.insert(place, ready.model_copy(update={"t": begin.t + 0.1, "ready": False}))
    failure = probed(evidence, "readinessProbe", "readiness", message, ready.name)
    evidence.surroundings = Surroundings(probe_failures=[failure] if message else [])
    if message != ANSWERED:
        with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
            rolling_checks.check_available(evidence)
        return
    with pytest.raises(CriterionFailure) as caught:
        rolling_checks.check_available(evidence)
    assert f"the readinessProbe of Pod {ready.name} failed" in caught.value.problem.actual
    assert "readinessProbe" in caught.value.problem.help


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (ANSWERED, 0, "the livenessProbe of Pod"),
        (ANSWERED, 137, "the livenessProbe of Pod"),
        (LATE, 0, ""),
        (LATE, 1, ""),
        ("", 0, "ended with exit code 0"),
        ("", 143, ""),
        ("", 137, ""),
    ],
)
def test_a_container_that_is_ended_is_not_by_itself_a_cause(message: str, code: int, words: str) -> None:
    evidence = dipped("rolling", "update")
    pod = a_pod(evidence, "update")
    failure = probed(evidence, "livenessProbe", "liveness", message, pod["pod"])
    reason = "Error" if code else "Completed"
    end = ContainerEnd(t=moment(evidence, "update"), container="nginx", reason=reason, exit_code=code, **pod)
    evidence.surroundings = Surroundings(ends=[end], probe_failures=[failure] if message else [])
    if not words:
        with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
            rolling_checks.check_available(evidence)
        return
    with pytest.raises(CriterionFailure) as caught:
        rolling_checks.check_available(evidence)
    assert words in caught.value.problem.actual


def test_what_the_strategy_allows_is_the_submissions_whatever_happened() -> None:
    evidence = dipped("rolling", "update")
    evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 2
    t = moment(evidence, "update")
    evidence.surroundings = Surroundings(nodes=[NodeState(t=t, node=NODE, ready=False)])
    with pytest.raises(CriterionFailure, match="only 8") as caught:
        rolling_checks.check_available(evidence)
    assert caught.value.problem.help == "Set `maxUnavailable: 1` (11.9.4)."


def test_fewer_than_the_strategy_allows_is_not_by_the_strategy() -> None:
    evidence = dipped("rolling", "update")
    evidence.manifests["dep-rolling.yaml"].data["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 2
    next(s for s in evidence.timeline.deployments if s.available == FELL).available = 7
    with pytest.raises(InfrastructureError, match="only 7"):
        rolling_checks.check_available(evidence)


@pytest.mark.parametrize("replicas", [0, 1, 5, 9])
def test_too_few_pods_show_nothing_of_the_surge(replicas: int) -> None:
    evidence = load("reference", "rolling")
    evidence.manifests["dep-rolling.yaml"].data["spec"]["replicas"] = replicas
    with pytest.raises(CriterionFailure, match="cannot be tested") as caught:
        rolling_checks.check_surge(evidence)
    assert caught.value.problem.actual == f"spec.replicas: {replicas}"


@pytest.mark.parametrize("disturbed", [False, True])
def test_what_no_manifest_can_cause_names_what_disturbed_the_cluster(disturbed: bool) -> None:
    evidence = load("reference", "rolling")
    evidence.pods.pop()
    gone = NodeState(t=moment(evidence, "update"), node=NODE, ready=False, exists=False)
    evidence.surroundings = Surroundings(nodes=[gone] if disturbed else [])
    words = f"node {NODE} was deleted" if disturbed else "no cause was found in the submission"
    with pytest.raises(InfrastructureError, match=words):
        rolling_checks.check_complete(evidence)


def test_long_before_is_no_excuse() -> None:
    evidence = dipped("rolling", "update")
    t = moment(evidence, "update")
    events = [NodeEvent(t=t - LINGERS - 1, node=NODE, reason="Starting")]
    evidence.surroundings = Surroundings(node_events=events)
    with pytest.raises(InfrastructureError, match="no cause was found in the submission"):
        rolling_checks.check_available(evidence)


def test_what_is_kept_is_bounded_and_the_rest_counted() -> None:
    states = [NodeState(t=float(n), node=NODE, ready=bool(n % 2)) for n in range(2 * MOST)]
    part = Surroundings(nodes=states).between(50.5, 1000.0)
    assert part.nodes == states[-MOST:]
    assert part.omitted == 2 * MOST - 50 - MOST
    assert Surroundings(nodes=states).between(50.5, 52.0).nodes == states[50:53]


def test_every_error_of_a_check_names_what_disturbed_the_cluster() -> None:
    evidence = load("reference", "pod")
    record = evidence.records["listing"]
    record.output, record.error = None, "kubectl exec: it was not finished within 30 s"
    judge = load_courses().judge("pods.exec")
    with pytest.raises(InfrastructureError, match=r"^kubectl exec: it was not finished within 30 s$"):
        judge(evidence)
    evidence.surroundings = Surroundings(nodes=[NodeState(t=3.0, node=NODE, ready=False)])
    with pytest.raises(
        InfrastructureError,
        match=f"30 s; but there was a problem with the cluster at that moment: node {NODE} was not Ready",
    ):
        judge(evidence)
    record.error = f"the suite's Pod did not start: node {NODE} was not Ready"
    with pytest.raises(InfrastructureError, match=r"^the suite's Pod did not start: [^;]*$"):
        judge(evidence)
