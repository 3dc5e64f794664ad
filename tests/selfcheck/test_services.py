"""The checks of sections 11.5, 11.7 and 11.8 on recordings of real runs.

A recording is the evidence of one scenario, ``evidence/<scenario>.json`` of a report folder, compressed; it
is called after the submission (the reference or a fault) and the scenario. In
``pod-came-back`` somebody made a Pod of the same name while the suite watched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grading.course.chapter11.services import checks as services
from grading.course.chapter11.services.evidence import ClusterIpEvidence, NodePortEvidence
from grading.errors import CriterionFailure, InfrastructureError, Location, Problem, Unplayable
from grading.evidence.base import Evidence, HttpAnswer
from grading.evidence.records import StepsEvidence
from grading.exercise.check_model import Declared
from grading.exercise.loader import load_courses
from tests.selfcheck.recorded import assert_verdict, recorded


def seen(criterion: str) -> Callable[[Any], object]:
    """What a criterion checks beside what a file declares."""
    exercise, spec = load_courses().criteria[criterion]
    checks = [check for check in spec.checks if not isinstance(check, Declared)]
    judge = exercise.judge(spec.model_copy(update={"checks": checks}))
    judge.__name__ = criterion
    return judge


RUNNING: Final = seen("pods.running")
EXEC: Final = seen("pods.exec")
NOT_REPLACED: Final = seen("pods.not-replaced")
ACTIVE: Final = seen("namespaces.declared")
PLACED: Final = seen("namespaces.pod-placed")
KINDS: Final[dict[str, type[Evidence]]] = {
    "pod": StepsEvidence,
    "namespaces": StepsEvidence,
    "clusterip": ClusterIpEvidence,
    "nodeport": NodePortEvidence,
}
CHECKS: Final[dict[str, list[Callable[[Any], object]]]] = {
    "pod": [RUNNING, EXEC, NOT_REPLACED],
    "namespaces": [ACTIVE, PLACED],
    "clusterip": [
        services.check_endpoints,
        services.check_clusterip_reachable,
        services.check_internal,
        services.check_follows,
    ],
    "nodeport": [
        services.check_nodeport_reachable,
        services.check_every_node,
        services.check_portforward,
    ],
}
BREAKS: Final[dict[tuple[str, str], dict[Callable[[Any], object], str]]] = {
    ("pod-never-ready", "pod"): {RUNNING: "readiness probe never passes"},
    ("pod-crashes", "pod"): {
        RUNNING: "keeps ending with exit code 1",
        EXEC: "keeps ending with exit code 1",
    },
    ("pod-image-missing", "pod"): {
        RUNNING: "nginx:9.99 cannot be pulled",
        EXEC: "nginx:9.99 cannot be pulled",
    },
    ("pod-serves-nothing", "pod"): {RUNNING: "does not answer"},
    ("pod-path-emptied", "pod"): {EXEC: "does not run"},
    ("pod-came-back", "pod"): {NOT_REPLACED: "another Pod came"},
    ("ns-pod-without-namespace", "namespaces"): {PLACED: "in the namespace default"},
    ("ns-pod-other-namespace", "namespaces"): {PLACED: "namespace development"},
    ("svc-wrong-selector", "clusterip"): {
        services.check_endpoints: "selector app=ngnix matches no Pod; the labels of nginx-pod: app=nginx",
        services.check_clusterip_reachable: "selector app=ngnix matches no Pod",
        services.check_follows: "selector app=ngnix matches no Pod",
    },
    ("svc-ports-swapped", "clusterip"): {
        services.check_clusterip_reachable: "listens on port 80, not 8080",
        services.check_follows: "nothing listens on port 8080",
    },
    ("svc-publishes-not-ready", "clusterip"): {services.check_endpoints: "hold a Pod that is not Ready"},
    ("svc-type-nodeport", "clusterip"): {services.check_internal: "from outside the cluster"},
    ("svc-other-name", "clusterip"): {services.check_clusterip_reachable: "is named nginx-service"},
    ("svc-debian-label", "clusterip"): {
        services.check_clusterip_reachable: "selects debian-pod too, by its labels app=nginx",
        services.check_follows: "selects debian-pod too, by its labels app=nginx",
    },
    ("svc-external-name", "clusterip"): {
        services.check_endpoints: "type ExternalName leads to another host",
        services.check_clusterip_reachable: "type ExternalName leads to another host",
        services.check_follows: "type ExternalName leads to another host",
    },
    ("svc-headless", "clusterip"): {
        services.check_clusterip_reachable: "the Service has no ports",
        services.check_follows: "clusterIP: None gives the Service no address",
    },
    ("svc-debian-missing", "clusterip"): {services.check_clusterip_reachable: "is missing"},
    ("nodeport-other-number", "nodeport"): {
        services.check_nodeport_reachable: "nodePort 30051",
        services.check_every_node: "nodePort 30051",
    },
    ("nodeport-missing", "nodeport"): {
        services.check_nodeport_reachable: "type NodePort and nodePort 3",
        services.check_every_node: "type NodePort and nodePort 3",
    },
    ("nodeport-wrong-target-port", "nodeport"): {
        services.check_nodeport_reachable: "nothing listens on port 8080",
        services.check_every_node: "nothing listens on port 8080",
        services.check_portforward: "nothing listens on port 8080",
    },
    ("nodeport-one-node", "nodeport"): {services.check_every_node: "only the node of the Pod"},
    ("nodeport-other-name", "nodeport"): {services.check_portforward: "is named nginx-srv$"},
    ("svc-nginx-label-missing", "nodeport"): {
        services.check_nodeport_reachable: "labels of nginx-pod: none",
        services.check_every_node: "labels of nginx-pod: none",
        services.check_portforward: "labels of nginx-pod: none",
    },
}
NOT_FOUND: Final = HttpAnswer(url="http://x", status=404, body="not found")
REFUSED: Final = HttpAnswer(url="http://x", error="connection refused")
SILENCE: Final = HttpAnswer(url="http://nginx-svc:8080", error="timed out")


def load(submission: str, scenario: str) -> Any:
    return recorded(scenario, KINDS[scenario], submission)


@pytest.mark.parametrize(
    ("scenario", "check"),
    [(scenario, check) for scenario, checks in CHECKS.items() for check in checks],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_reference_passes(scenario: str, check: Callable[[Any], object]) -> None:
    check(load("reference", scenario))


@pytest.mark.parametrize(
    ("submission", "scenario", "check"),
    [(*key, check) for key in BREAKS for check in CHECKS[key[1]]],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_broken_loses_what_it_breaks(submission: str, scenario: str, check: Callable[[Any], object]) -> None:
    assert_verdict(check, load(submission, scenario), BREAKS[submission, scenario].get(check))


@pytest.mark.parametrize(
    ("scenario", "check"),
    [(scenario, check) for scenario, checks in CHECKS.items() for check in checks],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_without_evidence_it_is_nobodys_fault(scenario: str, check: Callable[[Any], object]) -> None:
    bare = {"scenario": scenario, "started": "2026-01-01T00:00:00Z"}
    with pytest.raises(InfrastructureError, match="ended without this evidence"):
        check(KINDS[scenario].model_validate(bare))
    with pytest.raises(InfrastructureError, match="no route"):
        check(KINDS[scenario].model_validate(bare | {"error": "no route"}))
    trouble = Problem("refused", "do", location=Location("f.yaml", 3))
    with pytest.raises(Unplayable, match="refused") as caught:
        check(KINDS[scenario].model_validate(bare | {"trouble": trouble}))
    assert str(caught.value.problem.location) == "f.yaml:3"


@pytest.mark.parametrize(
    ("answer", "words"), [(NOT_FOUND, "HTTP 404"), (REFUSED, "connection refused")], ids=["404", "refused"]
)
def test_pod_that_serves_something_else(answer: HttpAnswer, words: str) -> None:
    evidence = load("reference", "pod")
    evidence.records["page"].answer = answer
    with pytest.raises(CriterionFailure) as caught:
        RUNNING(evidence)
    assert words in caught.value.problem.actual


@pytest.mark.parametrize("address", ["", "172.19.0.3"])
def test_pod_without_an_address_of_its_own(address: str) -> None:
    evidence = load("reference", "pod")
    evidence.records["page"].objects[0]["status"].update(podIP=address, hostIP="172.19.0.3")
    with pytest.raises(CriterionFailure, match="no address of its own"):
        RUNNING(evidence)


def test_silence_without_a_reason_costs_nothing() -> None:
    clusterip, nodeport = load("reference", "clusterip"), load("reference", "nodeport")
    pod = load("reference", "pod")
    clusterip.client.answer = clusterip.server.after = nodeport.host = nodeport.forward = SILENCE
    nodeport.nodes[next(iter(nodeport.nodes))] = pod.records["page"].answer = SILENCE
    for check, evidence in (
        (services.check_clusterip_reachable, clusterip),
        (services.check_follows, clusterip),
        (services.check_nodeport_reachable, nodeport),
        (services.check_every_node, nodeport),
        (services.check_portforward, nodeport),
        (RUNNING, pod),
    ):
        with pytest.raises(InfrastructureError):
            check(evidence)
    clusterip.server.before = SILENCE
    with pytest.raises(InfrastructureError):
        services.check_follows(clusterip)


def test_another_page_is_the_students() -> None:
    evidence = load("reference", "nodeport")
    evidence.host = evidence.direct = HttpAnswer(url="http://x", status=200, body="It works!")
    with pytest.raises(CriterionFailure, match="the Pod itself answers with another page"):
        services.check_nodeport_reachable(evidence)


def test_another_page_than_the_pods_own_is_nobodys_fault() -> None:
    evidence = load("reference", "nodeport")
    evidence.host = HttpAnswer(url="http://localhost:30050", status=404, body="gateway")
    with pytest.raises(InfrastructureError, match="nothing in the manifests"):
        services.check_nodeport_reachable(evidence)


def test_endpoints_without_the_pod_cost_nothing() -> None:
    evidence = load("reference", "clusterip")
    evidence.server.slices = []
    with pytest.raises(InfrastructureError):
        services.check_endpoints(evidence)


def test_unreachable_node_is_named() -> None:
    evidence = load("nodeport-one-node", "nodeport")
    with pytest.raises(CriterionFailure, match=r"does not answer on .*agent") as caught:
        services.check_every_node(evidence)
    place = caught.value.problem.location
    assert place is not None
    assert (place.file, place.line) == ("nodeport.yaml", 7)


def test_namespace_that_is_not_active() -> None:
    evidence = load("reference", "namespaces")
    for namespace in evidence.records["namespaces"].objects:
        if namespace["metadata"]["name"] == "dev":
            namespace["status"]["phase"] = "Terminating"
    with pytest.raises(CriterionFailure, match=r"dev status\.phase: 'Terminating'"):
        ACTIVE(evidence)


def test_exec_that_kubectl_could_not_do_costs_nothing() -> None:
    evidence = load("reference", "pod")
    output = evidence.records["listing"].output
    output.status, output.stderr = 1, "error: unable to upgrade connection"
    with pytest.raises(InfrastructureError):
        EXEC(evidence)


def test_exec_into_a_container_that_keeps_ending_is_lost() -> None:
    evidence = load("reference", "pod")
    output = evidence.records["listing"].output
    output.status = 1
    output.stderr = 'error: unable to upgrade connection: container not found ("nginxcont")'
    with pytest.raises(CriterionFailure, match="does not run"):
        EXEC(evidence)


def test_trouble_of_one_part_leaves_the_others() -> None:
    evidence = load("reference", "clusterip")
    evidence.client.trouble = Problem(rationale="svc-debian.yaml is missing")
    evidence.client.pod = evidence.client.answer = None
    with pytest.raises(Unplayable, match=r"svc-debian\.yaml"):
        services.check_clusterip_reachable(evidence)
    services.check_endpoints(evidence)
    services.check_internal(evidence)
    services.check_follows(evidence)
