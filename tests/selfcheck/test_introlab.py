"""The checks of the introductory lab on recordings of real runs, and on what could be seen but was not.

In ``slow-start`` the machine was so busy that the program of the new Pod took seconds to start, and k3d's
load balancer had no node left for a while. In ``introlab-half`` somebody gave the label that the Service
selects to one of the two Pods while the lab was played; no Deployment makes such Pods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.introlab import checks as lab
from grading.course.introlab.connections import chance_of_empty
from grading.course.introlab.evidence import (
    DirectAnswer,
    LabEvidence,
    NodeState,
    is_page,
    labelled_name,
    shown_pod,
)
from grading.course.introlab.requests import LEFT_ALONE
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import (
    Arrival,
    ClientSample,
    HttpSample,
    Mark,
    connected_at,
    disagreements,
    per_pod,
    spread,
)
from tests.selfcheck.recorded import assert_lost, recorded

Check = Callable[[LabEvidence], object]

CHECKS: Final[list[Callable[[Any], object]]] = [
    lab.check_ready,
    lab.check_reachable,
    lab.check_balanced,
    lab.check_failover,
    lab.check_agent,
]
NO_PAGE: Final = "localhost:8100 on the host does not show the page of one of the Pods: "
BREAKS: Final[dict[str, dict[Check, str]]] = {
    "introlab-target-port": dict.fromkeys(CHECKS[1:4], NO_PAGE + "nothing listens on port 80 of the Pods"),
    "introlab-type-nodeport": {
        lab.check_ready: "no external address",
        **dict.fromkeys(CHECKS[1:4], NO_PAGE + "a Service of type NodePort does not open port 30080"),
    },
    "introlab-nodeport-30080": {lab.check_ready: "no external address"},
    "introlab-one-replica": {
        lab.check_ready: "the Deployment has 1 Pod,",
        lab.check_balanced: "the Deployment has 1 Pod,",
        lab.check_failover: "the Deployment has 1 Pod,",
    },
    "introlab-port": dict.fromkeys(CHECKS[1:4], NO_PAGE + "the Service listens on port 8080, not 30080"),
    "introlab-selector-more": dict.fromkeys(
        CHECKS[1:4], NO_PAGE + "the selector app=flask, tier=web does not match flask-app-"
    ),
    "introlab-session-affinity": {lab.check_balanced: "sessionAffinity: ClientIP sends a client to the same"},
    "introlab-image-nginx": dict.fromkeys(CHECKS[1:4], NO_PAGE + "nothing listens on port 5000 of the Pods"),
    "introlab-image-unknown": dict.fromkeys(CHECKS[:4], "the image arneduyver/loadbalancer-flask.* pulled"),
    "introlab-label-mismatch": dict.fromkeys(CHECKS, "Kubernetes refuses flask-app.yaml"),
    "introlab-service-missing": dict.fromkeys(CHECKS, "holds no object of kind Service"),
}
BLOCKED: Final = {lab.check_balanced, lab.check_failover}
"""What cannot be seen where the page is not there, and does not fail of itself."""


def load(submission: str = "reference") -> LabEvidence:
    return recorded("introlab", LabEvidence, submission)


def names(evidence: LabEvidence) -> list[str]:
    return [pod["metadata"]["name"] for pod in evidence.running.pods or []]


def when(evidence: LabEvidence, mark: str) -> float:
    found = evidence.timeline.when(mark) if evidence.timeline else None
    assert found is not None
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_reference_passes_on_the_demo_cluster(check: Check) -> None:
    check(load("reference-demo"))


@pytest.mark.parametrize(
    ("submission", "check"),
    [(submission, check) for submission, words in BREAKS.items() for check in words],
)
def test_broken_loses_what_it_breaks(submission: str, check: Check) -> None:
    assert_lost(check, load(submission), BREAKS[submission][check])


@pytest.mark.parametrize("submission", ["introlab-target-port", "introlab-selector-more", "introlab-port"])
@pytest.mark.parametrize("check", BLOCKED)
def test_what_cannot_be_seen_is_blocked(submission: str, check: Check) -> None:
    with pytest.raises(Unplayable):
        check(load(submission))


@pytest.mark.parametrize(
    ("submission", "check", "place"),
    [
        ("introlab-target-port", lab.check_reachable, "flask-app.yaml:29"),
        ("introlab-type-nodeport", lab.check_reachable, "flask-app.yaml:26"),
        ("introlab-type-nodeport", lab.check_ready, "flask-app.yaml:26"),
        ("introlab-one-replica", lab.check_ready, "flask-app.yaml:6"),
        ("introlab-port", lab.check_reachable, "flask-app.yaml:28"),
        ("introlab-selector-more", lab.check_reachable, "flask-app.yaml:30"),
        ("introlab-session-affinity", lab.check_balanced, "flask-app.yaml:27"),
        ("introlab-image-nginx", lab.check_reachable, "flask-app.yaml:17"),
    ],
)
def test_place(submission: str, check: Check, place: str) -> None:
    with pytest.raises(CriterionFailure) as caught:
        check(load(submission))
    assert str(caught.value.problem.location) == place


# The cluster


def test_cluster_of_other_nodes_is_nobodys_fault() -> None:
    evidence = load()
    assert evidence.running.nodes
    evidence.running.nodes.pop()
    with pytest.raises(InfrastructureError, match="agent-1"):
        lab.check_ready(evidence)
    evidence = load()
    evidence.running.nodes[0]["status"]["conditions"] = []  # type: ignore[index]
    with pytest.raises(InfrastructureError, match="should be Ready"):
        lab.check_ready(evidence)


def test_demo_cluster_has_the_nodes_of_the_course() -> None:
    running = load("reference-demo").running
    assert running.expected_nodes == ["k3d-demo-cluster-server-0", "k3d-demo-cluster-agent-0"]


def test_no_secret_is_in_the_evidence() -> None:
    text = load().model_dump_json()
    assert "K10" not in text
    assert "node-args" not in text


# The page


def silent(evidence: LabEvidence) -> LabEvidence:
    evidence.page.answer = HttpAnswer(url="http://localhost:8080", error="timed out")
    return evidence


@pytest.mark.parametrize("check", [lab.check_reachable, lab.check_balanced, lab.check_failover])
def test_silence_costs_nothing(check: Check) -> None:
    evidence = silent(load())
    evidence.page.direct = load().page.answer
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
        check(evidence)
    evidence.page.direct = HttpAnswer(url="http://10.42.0.9:5000/", error="timed out")
    with pytest.raises(InfrastructureError):
        check(evidence)


def test_source_ranges_keep_the_host_out() -> None:
    evidence = silent(load())
    evidence.running.service["spec"]["loadBalancerSourceRanges"] = ["10.0.0.0/8"]  # type: ignore[index]
    with pytest.raises(CriterionFailure, match="loadBalancerSourceRanges"):
        lab.check_reachable(evidence)


def test_page_of_something_else_is_nobodys_fault_unless_the_pods_serve_it() -> None:
    evidence = load()
    other = HttpAnswer(url="http://localhost:8080", status=200, body="Welcome to nginx!")
    evidence.page.answer, evidence.page.direct = other, load().page.answer
    with pytest.raises(InfrastructureError):
        lab.check_reachable(evidence)
    evidence.page.direct = other
    with pytest.raises(CriterionFailure, match="another page on port 5000"):
        lab.check_reachable(other_image(evidence))


def renamed(evidence: LabEvidence) -> LabEvidence:
    assert evidence.page.answer
    body = evidence.page.answer.body
    evidence.page.answer.body = body.replace(labelled_name(body), "mine")
    return evidence


def other_image(evidence: LabEvidence, image: str = "traefik/whoami") -> LabEvidence:
    assert evidence.deployment
    evidence.deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return evidence


def showing(evidence: LabEvidence, body: str) -> LabEvidence:
    """As if the host and the Pod itself had answered with another page."""
    for answer in ("answer", "direct"):
        setattr(evidence.page, answer, HttpAnswer(url="http://localhost:8080", status=200, body=body))
    return evidence


@pytest.mark.parametrize(
    "body", ["served by {}.", "<title>{}</title>", '{{"pod":"{}"}}', "x" * 9000 + " {} ", "Pod/{}", "{}"]
)
def test_page_that_names_a_pod_in_whatever_way(body: str) -> None:
    evidence = load()
    for name in names(evidence):
        lab.check_reachable(showing(evidence, body.format(name)))


@pytest.mark.parametrize("body", ["x{}", "{}-x", "{}x", "-{}", "flask-app", "", "hello"])
def test_page_that_names_no_pod(body: str) -> None:
    evidence = load()
    body = body.format(names(evidence)[0])
    assert not is_page(HttpAnswer(url="http://x", status=200, body=body), names(evidence))
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
        lab.check_reachable(showing(evidence, body))
    with pytest.raises(CriterionFailure, match="another page on port 5000"):
        lab.check_reachable(showing(other_image(load()), body))


def test_page_with_another_status_is_not_the_page() -> None:
    evidence = load()
    name = names(evidence)[0]
    assert not is_page(HttpAnswer(url="http://x", status=500, body=name), [name])
    assert not is_page(None, [name])


def test_what_the_page_said_is_told() -> None:
    with pytest.raises(InfrastructureError, match="HTTP 200: Please wait a moment"):
        lab.check_reachable(showing(load(), "Please wait\n  a moment"))


@pytest.mark.parametrize("key", ["command", "args"])
def test_what_the_program_of_the_course_serves_is_nobodys_fault(key: str) -> None:
    evidence = silent(load())
    evidence.page.direct = HttpAnswer(url="http://10.42.0.9:5000/", error="x", refused=True)
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
        lab.check_reachable(evidence)
    assert evidence.deployment
    evidence.deployment["spec"]["template"]["spec"]["containers"][0][key] = ["sleep"]
    with pytest.raises(CriterionFailure, match="nothing listens on port 5000") as caught:
        lab.check_reachable(evidence)
    assert str(caught.value.problem.location) == "flask-app.yaml:17"


def test_page_with_another_name() -> None:
    evidence = renamed(load())
    with pytest.raises(InfrastructureError, match="the page of mine"):
        lab.check_reachable(evidence)
    assert evidence.deployment
    pod = evidence.deployment["spec"]["template"]["spec"]
    pod["containers"][0]["env"] = [{"name": "X", "value": "1"}, {"name": "POD_NAME", "value": "mine"}]
    with pytest.raises(CriterionFailure, match=r"env\[1\] gives the Pods another name"):
        lab.check_reachable(evidence)
    evidence = showing(evidence, "served by mine")
    with pytest.raises(CriterionFailure, match=r"env\[1\] gives the Pods another name"):
        lab.check_reachable(evidence)
    with pytest.raises(InfrastructureError):
        lab.check_reachable(showing(evidence, "hello"))
    evidence = renamed(load())
    assert evidence.deployment
    pod = evidence.deployment["spec"]["template"]["spec"]
    pod["hostname"] = "mine"
    with pytest.raises(CriterionFailure, match="hostname gives the Pods another name"):
        lab.check_reachable(evidence)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('<strong id="server">flask-app-1-a</strong>', "flask-app-1-a"),
        ('<strong id="server"> x\n</strong>', "x"),
        ('<strong id="server"></strong>', ""),
        ('<strong id="server"><script>', ""),
        ('<strong id="server">\x1b[31mred</strong>', "\N{REPLACEMENT CHARACTER}[31mred"),
        ("Welcome to nginx!", ""),
    ],
)
def test_name_on_a_page(body: str, name: str) -> None:
    assert labelled_name(body) == name


def test_name_of_the_pods_on_a_page() -> None:
    assert shown_pod("flask-app-1-ab", ["flask-app-1-a", "flask-app-1-ab"]) == "flask-app-1-ab"
    assert shown_pod("flask-app-1-ab", ["flask-app-1-a"]) == ""
    assert shown_pod("a.b", ["a-b", "aXb"]) == ""


# The balance


def moved(evidence: LabEvidence, source: str, target: str) -> LabEvidence:
    """As if all connections to one Pod had gone to the other, which would have counted them."""
    total = evidence.balance.opened
    for sample in evidence.clients:
        if sample.event == "count" and sample.pod in {source, target}:
            sample.pod, sample.count = target, total
    return evidence


def test_pod_that_the_selector_leaves_out_is_never_balanced() -> None:
    evidence = load("introlab-half")
    lab.check_reachable(evidence)
    assert evidence.balance.opened == 40
    with pytest.raises(CriterionFailure, match="the selector app=flask, half=one does not match") as caught:
        lab.check_balanced(evidence)
    assert str(caught.value.problem.location) == "flask-app.yaml:30"


def test_empty_pod_that_the_service_knows_is_nobodys_fault() -> None:
    evidence = load()
    first, second = names(evidence)
    with pytest.raises(InfrastructureError, match=rf"none of the 20 connections reached {second}"):
        lab.check_balanced(moved(evidence, second, first))


def test_pod_that_is_empty_by_chance() -> None:
    """Of five Pods one stays empty with a probability of 5 * (4/5)**20 = 6 %."""
    evidence = load()
    assert evidence.running.pods
    for number in range(3):
        pod = {**evidence.running.pods[0], "metadata": {**evidence.running.pods[0]["metadata"]}}
        pod["metadata"]["name"] = f"flask-app-more-{number}"
        evidence.running.pods.append(pod)
    lab.check_balanced(evidence)


@pytest.mark.parametrize(
    ("pods", "connections", "chance"), [(2, 20, 1.9e-6), (2, 40, 1.8e-12), (3, 40, 2.7e-7), (1, 20, 0.0)]
)
def test_chance(pods: int, connections: int, chance: float) -> None:
    assert chance_of_empty(pods, connections) == pytest.approx(chance, rel=0.05)


def test_affinity_is_never_balanced_whatever_the_spread() -> None:
    evidence = load()
    evidence.running.service["spec"]["sessionAffinity"] = "ClientIP"  # type: ignore[index]
    with pytest.raises(CriterionFailure, match="sessionAffinity"):
        lab.check_balanced(evidence)


def test_a_pod_that_tells_of_connections_which_its_kernel_does_not_have() -> None:
    evidence = load()
    clients = per_pod(connected_at(evidence.clients, evidence.timeline.mark("connected")))  # type: ignore
    evidence.balance.sockets = dict(clients)
    lab.check_balanced(evidence)
    name = next(iter(clients))
    evidence.balance.sockets[name] -= 1
    with pytest.raises(InfrastructureError, match="connections that they do not have"):
        lab.check_balanced(evidence)
    container = evidence.deployment["spec"]["template"]["spec"]["containers"][0]  # type: ignore[index]
    container["command"] = ["python", "-c", "another program"]
    with pytest.raises(CriterionFailure, match="connections that they do not have") as caught:
        lab.check_balanced(evidence)
    told = f"{name}: it reports {clients[name]} connections, and has {clients[name] - 1}"
    assert told in caught.value.problem.actual


def test_names_that_no_pod_has() -> None:
    evidence = load()
    for sample in evidence.clients:
        sample.pod = sample.pod and f"<b>{sample.pod}</b>"
    with pytest.raises(InfrastructureError):
        lab.check_balanced(evidence)
    container = evidence.deployment["spec"]["template"]["spec"]["containers"][0]  # type: ignore[index]
    container["command"] = ["python3", "-c", "another program"]
    for check, kind in ((lab.check_balanced, CriterionFailure), (lab.check_failover, Unplayable)):
        with pytest.raises(kind, match="names that are not their own") as caught:
            check(evidence)
        assert "<b>" in caught.value.problem.actual


def test_counts_that_do_not_agree() -> None:
    evidence = load()
    last = [s for s in evidence.clients if s.event == "count" and s.t <= when(evidence, "connected")][-1]
    last.count = (last.count or 0) + 1
    with pytest.raises(InfrastructureError, match="also open in a browser"):
        lab.check_balanced(evidence)
    container = evidence.deployment["spec"]["template"]["spec"]["containers"][0]  # type: ignore[index]
    container["image"] = "docker.io/somebody/flask-counter"
    with pytest.raises(CriterionFailure, match="another number of connections") as caught:
        lab.check_balanced(evidence)
    assert last.pod in caught.value.problem.actual


def without_counts(evidence: LabEvidence) -> LabEvidence:
    """As if the program had told nothing to the connections."""
    evidence.clients = [sample for sample in evidence.clients if sample.event != "count"]
    evidence.balance.opened = None
    evidence.balance.error = "20 connections that received the name of their Pod: not seen within 60 s"
    return evidence


def test_program_of_the_course_that_tells_nothing_is_nobodys_fault() -> None:
    for check in (lab.check_balanced, lab.check_failover):
        with pytest.raises(InfrastructureError, match="not seen within 60 s"):
            check(without_counts(load()))


def test_another_program_that_tells_nothing() -> None:
    evidence = other_image(without_counts(load()))
    with pytest.raises(CriterionFailure, match="do not count their connections") as caught:
        lab.check_balanced(evidence)
    assert not isinstance(caught.value, Unplayable)
    assert str(caught.value.problem.location) == "flask-app.yaml:17"
    assert "not seen within 60 s" in caught.value.problem.actual
    with pytest.raises(Unplayable):
        lab.check_failover(evidence)


def test_another_program_that_was_slow_costs_nothing() -> None:
    evidence = other_image(load())
    evidence.balance.opened, evidence.balance.error = None, "not seen within 60 s"
    with pytest.raises(InfrastructureError):
        lab.check_balanced(evidence)
    evidence.clients = []
    with pytest.raises(InfrastructureError):
        lab.check_balanced(evidence)


def test_connection_that_is_missing_costs_nothing() -> None:
    evidence = load()
    evidence.clients = [sample for sample in evidence.clients if sample.client != 7]
    with pytest.raises(InfrastructureError, match="19 of 20 connections were open"):
        lab.check_balanced(evidence)


# The failover


def test_failover_was_played() -> None:
    evidence = load()
    delete, end = when(evidence, "delete"), when(evidence, "reconnected")
    before, after = (per_pod(connected_at(evidence.clients, Arrival(t=t))) for t in (delete, end))
    assert before[evidence.failover.deleted or ""] > 0
    assert after[evidence.failover.deleted or ""] == 0
    assert before.total() == after.total() == 20


PROBE: Final = {"httpGet": {"path": "/", "port": 5000}}


def with_probe(evidence: LabEvidence) -> LabEvidence:
    evidence.deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = PROBE  # type: ignore[index]
    return evidence


def test_load_balancer_that_leaves_nodes_alone_is_told_and_costs_nothing() -> None:
    evidence = load("slow-start")
    assert "7 of 31 requests failed. This costs no points" in lab.check_failover(evidence)
    assert lab.check_failover(load()) == ""


def lost_request(evidence: LabEvidence, t: float) -> LabEvidence:
    """As if a request had failed at that time; the new Pod is Ready from the mark `replaced` on."""
    assert evidence.timeline
    evidence.timeline.http.append(HttpSample(t=t, ok=False, connects=10))
    return evidence


def much_later(evidence: LabEvidence) -> float:
    """A time in the failover at which the load balancer has forgotten the deleted Pod."""
    assert evidence.timeline
    for mark in evidence.timeline.marks:
        mark.t += 60 if mark.name == "reconnected" else 0
    return when(evidence, "replaced") + 40


def test_request_that_fails_without_a_cause_costs_nothing() -> None:
    evidence = with_probe(load())
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
        lab.check_failover(lost_request(evidence, much_later(evidence)))


def test_request_that_fails_while_the_deleted_pod_ends_is_told() -> None:
    evidence = with_probe(load())
    assert "requests failed. This costs no points" in lab.check_failover(
        lost_request(evidence, when(evidence, "delete") + 0.1)
    )


@pytest.mark.parametrize(
    ("field", "value"), [("publishNotReadyAddresses", True), ("externalTrafficPolicy", "Local")]
)
def test_request_that_fails_for_a_cause_in_the_manifest(field: str, value: Any) -> None:
    evidence = with_probe(load())
    evidence = lost_request(evidence, much_later(evidence))
    evidence.running.service["spec"][field] = value  # type: ignore[index]
    with pytest.raises(CriterionFailure, match=field) as caught:
        lab.check_failover(evidence)
    assert "s after the Pod was deleted" in caught.value.problem.actual


def test_requests_outside_the_failover_do_not_count() -> None:
    evidence = load()
    assert evidence.timeline
    evidence.timeline.http.append(HttpSample(t=when(evidence, "reconnected") + 9, ok=False, connects=10))
    lab.check_failover(evidence)


@pytest.mark.parametrize("mark", ["delete", "replaced", "reconnected"])
def test_slowness_costs_nothing(mark: str) -> None:
    evidence = load()
    assert evidence.timeline
    evidence.timeline.marks = [m for m in evidence.timeline.marks if m.name != mark]
    evidence.failover.error = "all connections are back: not seen within 120 s"
    with pytest.raises(InfrastructureError, match="not seen within"):
        lab.check_failover(evidence)


def break_watch(evidence: LabEvidence) -> None:
    assert evidence.timeline
    evidence.timeline.interrupted = "Pod: the watch ended"


def no_requests(evidence: LabEvidence) -> None:
    assert evidence.timeline
    evidence.timeline.http = []


def not_replaced(evidence: LabEvidence) -> None:
    evidence.failover.pods = evidence.running.pods


def stay_away(evidence: LabEvidence) -> None:
    gone = next(sample for sample in evidence.clients if sample.event == "disconnect")
    evidence.clients = [s for s in evidence.clients if s.client != gone.client or s.t <= gone.t]


@pytest.mark.parametrize("change", [break_watch, no_requests, not_replaced, stay_away])
def test_what_was_not_seen_costs_nothing(change: Callable[[LabEvidence], None]) -> None:
    evidence = load()
    change(evidence)
    with pytest.raises(InfrastructureError):
        lab.check_failover(evidence)


def asked(evidence: LabEvidence, answer: HttpAnswer) -> LabEvidence:
    """As if each Pod had been asked itself: the one that stayed, and the new one, which gives this answer."""
    failover = evidence.failover
    assert failover.pods
    old = evidence.running.names
    new = next(pod["metadata"]["name"] for pod in failover.pods if pod["metadata"]["name"] not in old)
    failover.stayed = next(name for name in old if name != failover.deleted)
    failover.answers = {failover.stayed: page_of(failover.stayed), new: answer}
    return evidence


def page_of(name: str) -> HttpAnswer:
    return HttpAnswer(url="http://x:5000/", status=200, body=f"<p>{name}</p>")


REFUSES: Final = HttpAnswer(url="http://x:5000/", error="Connection refused", refused=True)
SILENT: Final = HttpAnswer(url="http://x:5000/", error="timed out", refused=False)
OTHER_PAGE: Final = HttpAnswer(url="http://x:5000/", status=500)


@pytest.mark.parametrize("answer", [REFUSES, OTHER_PAGE], ids=["refuses", "other page"])
def test_pod_that_serves_nothing_in_place_of_another(answer: HttpAnswer) -> None:
    with pytest.raises(CriterionFailure, match="is Ready and does not show its page") as caught:
        lab.check_failover(asked(other_image(load()), answer))
    assert str(caught.value.problem.location) == "flask-app.yaml:16"
    with pytest.raises(InfrastructureError, match="is Ready and does not show its page"):
        lab.check_failover(asked(load(), answer))


def test_silence_is_a_cause_only_in_the_pods_own_network() -> None:
    evidence = asked(other_image(load()), SILENT)
    with pytest.raises(InfrastructureError):
        lab.check_failover(evidence)
    evidence.failover.inside = list(evidence.failover.answers or {})
    with pytest.raises(CriterionFailure, match="does not show its page: timed out"):
        lab.check_failover(evidence)


@pytest.mark.parametrize(("answer", "is_lost"), [(REFUSES, True), (OTHER_PAGE, True), (SILENT, False)])
def test_pod_that_stays_and_does_not_answer_for_a_while(answer: HttpAnswer, is_lost: bool) -> None:
    """Before the deletion it need not, as far as this criterion goes."""
    evidence = asked(other_image(load()), page_of(""))
    evidence.failover.answers = None
    delete = when(evidence, "delete")
    evidence.failover.direct = [DirectAnswer(t=delete - 1, answer=answer)]
    assert lab.check_failover(evidence) == ""
    evidence.failover.direct += [DirectAnswer(t=delete + 1, answer=answer)]
    if is_lost:
        with pytest.raises(CriterionFailure, match=evidence.failover.stayed):
            lab.check_failover(evidence)
    else:
        assert lab.check_failover(evidence) == ""


def test_requests_are_excused_no_longer_than_the_new_pod_takes_to_listen() -> None:
    evidence = load("slow-start")
    assert evidence.timeline
    evidence.timeline.marks.append(Mark(name="served", t=when(evidence, "replaced") + 1))
    assert "This costs no points" in lab.check_failover(evidence)
    late = when(evidence, "replaced") + 1 + LEFT_ALONE + 0.5
    assert late < when(evidence, "reconnected")
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
        lab.check_failover(lost_request(evidence, late))


# The agent


def test_agent_that_does_not_join_is_nobodys_fault() -> None:
    evidence = load()
    for states in ([], [NodeState(t=1.0, ready=False)]):
        evidence.agent.states = states
        with pytest.raises(InfrastructureError, match="is not Ready"):
            lab.check_agent(evidence)


def test_agent_joined_before_it_was_ready() -> None:
    states = load().agent.states
    assert states
    assert [state.ready for state in states][-1] is True


# Samples


def sample(t: float, client: int, event: Any, pod: str = "", count: int | None = None) -> ClientSample:
    return ClientSample(t=t, client=client, event=event, pod=pod, count=count)


def test_clients_at_a_time() -> None:
    samples = [
        sample(1, 0, "page", "a"),
        sample(2, 0, "count", "a", 1),
        sample(3, 0, "connect"),
        sample(4, 1, "connect"),
        sample(5, 1, "count", "b", 1),
        sample(6, 0, "disconnect"),
        sample(7, 0, "connect"),
        sample(8, 0, "count", "b", 2),
    ]
    seen = [spread(connected_at(samples, Arrival(t=t))) for t in (2, 3, 4, 5, 6, 7, 8)]
    assert seen == ["0", "a 1", "a 1", "a 1, b 1", "b 1", "b 1", "b 2"]
    assert spread(connected_at(samples, None)) == "b 2"
    assert disagreements(connected_at(samples, Arrival(t=5))) == []
    assert disagreements(connected_at(samples, Arrival(t=8))) == ["b reports 1 connections, and has 2"]


def test_a_connection_that_ends_in_the_millisecond_of_a_mark_stood_at_the_mark() -> None:
    samples = [sample(1, 0, "count", "a", 1), sample(1, 0, "connect"), sample(2, 0, "disconnect")]
    for number, one in enumerate(samples):
        one.seq = 2 * number
    assert spread(connected_at(samples, Arrival(t=2, seq=3))) == "a 1"
    assert spread(connected_at(samples, Arrival(t=2, seq=5))) == "0"
