"""The checks of section 11.8 on recordings of real runs."""

from __future__ import annotations

import contextlib
from typing import Any, Final

import pytest

from grading.course.chapter11.services import checks as services
from grading.course.chapter11.services.course_values import CLIENT_FILE
from grading.course.chapter11.services.evidence import NodePortEvidence
from grading.errors import CriterionFailure, InfrastructureError, Problem, Unplayable
from grading.evidence.base import HttpAnswer
from tests.selfcheck.recorded import Judge, assert_lost, load

BREAKS: Final[dict[tuple[str, str], dict[Judge, str]]] = {
    ("svc-wrong-selector", "clusterip"): {
        services.check_endpoints: "selector app=ngnix matches no Pod; the labels of nginx-pod: app=nginx",
        services.check_clusterip_reachable: "selector app=ngnix matches no Pod",
        services.check_follows: "selector app=ngnix matches no Pod",
    },
    ("svc-ports-swapped", "clusterip"): {
        services.check_clusterip_reachable: "listens on port 80, not 8080",
        services.check_follows: "nothing listens on port 8080",
    },
    ("svc-publishes-not-ready", "clusterip"): {services.check_endpoints: "contain a Pod that is not Ready"},
    ("svc-type-nodeport", "clusterip"): {services.check_internal: "from outside the cluster"},
    ("svc-other-name", "clusterip"): {services.check_clusterip_reachable: "is named nginx-service"},
    ("svc-debian-label", "clusterip"): {
        services.check_clusterip_reachable: "also selects debian-pod, because of its labels app=nginx",
        services.check_follows: "also selects debian-pod, because of its labels app=nginx",
    },
    ("svc-debian-host-alias", "clusterip"): {
        services.check_clusterip_reachable: "hostAliases in the client Pod maps nginx-svc to the address",
    },
    ("svc-debian-hostname", "clusterip"): {
        services.check_clusterip_reachable: "the client Pod itself is named nginx-svc",
    },
    ("svc-debian-lies", "clusterip"): {
        services.check_clusterip_reachable: "with dnsPolicy: Default the client Pod does not use",
    },
    ("svc-external-name", "clusterip"): {
        services.check_endpoints: "type ExternalName points to another host",
        services.check_clusterip_reachable: "type ExternalName points to another host",
        services.check_follows: "type ExternalName points to another host",
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
    ("nodeport-one-node", "nodeport"): {services.check_every_node: "only the node where the Pod runs"},
    ("nodeport-other-name", "nodeport"): {services.check_portforward: "is named nginx-srv$"},
    ("svc-nginx-label-missing", "nodeport"): {
        services.check_nodeport_reachable: "labels of nginx-pod: none",
        services.check_every_node: "labels of nginx-pod: none",
        services.check_portforward: "labels of nginx-pod: none",
    },
}
SILENCE: Final = HttpAnswer(url="http://nginx-svc:8080", error="timed out")


@pytest.mark.parametrize(
    ("submission", "scenario", "check"),
    [(*key, check) for key, words in BREAKS.items() for check in words],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_broken_loses_what_it_breaks(submission: str, scenario: str, check: Judge) -> None:
    assert_lost(check, load(submission, scenario), BREAKS[submission, scenario][check])


def test_silence_without_a_reason_costs_nothing() -> None:
    clusterip, nodeport = load("reference", "clusterip"), load("reference", "nodeport")
    clusterip.client.answer = clusterip.server.after = nodeport.host = nodeport.forward = SILENCE
    nodeport.nodes[next(iter(nodeport.nodes))] = SILENCE
    for check, evidence in (
        (services.check_clusterip_reachable, clusterip),
        (services.check_follows, clusterip),
        (services.check_nodeport_reachable, nodeport),
        (services.check_every_node, nodeport),
        (services.check_portforward, nodeport),
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
    with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
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


def test_trouble_of_one_part_leaves_the_others() -> None:
    evidence = load("reference", "clusterip")
    evidence.client.trouble = Problem(rationale="svc-debian.yaml is missing")
    evidence.client.pod = evidence.client.answer = None
    with pytest.raises(Unplayable, match=r"svc-debian\.yaml"):
        services.check_clusterip_reachable(evidence)
    services.check_endpoints(evidence)
    services.check_internal(evidence)
    services.check_follows(evidence)


def test_client_that_the_missing_internet_ended_is_told_and_costs_nothing() -> None:
    evidence = load("reference", "clusterip")
    assert services.check_clusterip_reachable(evidence) == ""
    evidence.client.offline = "Pod debian-pod does not become Ready: it ended"
    assert "has no internet" in services.check_clusterip_reachable(evidence)


def test_client_named_as_the_service_takes_the_name_for_its_own() -> None:
    evidence = load("reference", "clusterip")
    evidence.client.answer = SILENCE
    evidence.client.pod["metadata"]["name"] = "nginx-svc"
    with pytest.raises(CriterionFailure, match="the client Pod itself is named nginx-svc") as caught:
        services.check_clusterip_reachable(evidence)
    assert str(caught.value.problem.location) == "svc-debian.yaml:4"


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (
            {"hostAliases": [{"ip": "127.0.0.1", "hostnames": ["nginx-svc"]}]},
            "hostAliases in the client Pod maps nginx-svc",
        ),
        (
            {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.42.0.9"]}},
            "does not use the cluster's DNS",
        ),
        ({"dnsConfig": {"nameservers": ["10.42.0.9"]}}, "which is not the address of the Service"),
        ({}, "which is not the address of the Service"),
    ],
)
def test_a_page_from_elsewhere_than_the_service_is_not_its_page(changed: dict[str, Any], place: str) -> None:
    evidence = load("reference", "clusterip")
    evidence.client.answer.address = evidence.service["spec"]["clusterIP"]
    assert services.check_clusterip_reachable(evidence) == ""
    evidence.client.answer.address = "127.0.0.1"
    evidence.client.pod["spec"].update(changed)
    with pytest.raises(CriterionFailure, match=place) as caught:
        services.check_clusterip_reachable(evidence)
    assert str(caught.value.problem.location).startswith("svc-debian.yaml:")


def test_a_page_under_the_name_of_a_service_that_is_called_otherwise_is_not_the_services() -> None:
    """As with hostAliases, and the Service at an address that its manifest gives it."""
    evidence = load("reference", "clusterip")
    evidence.service["metadata"]["name"] = "web"
    evidence.client.answer.address = evidence.service["spec"]["clusterIP"]
    with pytest.raises(CriterionFailure, match="is named web"):
        services.check_clusterip_reachable(evidence)


def test_a_page_of_another_host_by_an_external_name_is_not_the_services() -> None:
    evidence = load("reference", "clusterip")
    evidence.service["spec"] = {"type": "ExternalName", "externalName": "nginx.example"}
    with pytest.raises(CriterionFailure, match="type ExternalName points to another host"):
        services.check_clusterip_reachable(evidence)


@pytest.mark.parametrize(
    ("placed", "lost"),
    [
        ({}, ["reachable", "follows"]),
        ({"nodeSelector": {"kubernetes.io/hostname": "node"}}, ["follows"]),
        ({"nodeName": "node"}, ["follows"]),
    ],
)
def test_what_the_scheduler_decides_is_judged_by_the_field(placed: dict[str, Any], lost: list[str]) -> None:
    """A Service with internalTrafficPolicy: Local may have answered by a lucky choice of node."""
    evidence = load("reference", "clusterip")
    evidence.service["spec"]["internalTrafficPolicy"] = "Local"
    evidence.manifests[CLIENT_FILE].data["spec"] |= placed
    checks = {"reachable": services.check_clusterip_reachable, "follows": services.check_follows}
    for name, check in checks.items():
        with pytest.raises(CriterionFailure, match="Local") if name in lost else contextlib.nullcontext():
            check(evidence)


def local(answers: dict[str, HttpAnswer]) -> NodePortEvidence:
    """A Service whose externalTrafficPolicy is Local, with a Pod on the server."""
    evidence: NodePortEvidence = load("nodeport-one-node", "nodeport")
    assert evidence.pod
    evidence.mapped = "server"
    evidence.pod["spec"]["nodeName"] = "server"
    evidence.nodes = answers
    return evidence


@pytest.mark.parametrize("agents", [1, 2])
def test_agents_of_a_cluster_that_only_the_server_answers_for(agents: int) -> None:
    page = load("reference", "nodeport").host
    evidence = local({"server": page, **{f"agent-{number}": SILENCE for number in range(agents)}})
    with pytest.raises(CriterionFailure, match="only the node where the Pod runs answers"):
        services.check_every_node(evidence)


def test_traffic_policy_does_not_explain_the_node_of_the_pod() -> None:
    """That node answers with externalTrafficPolicy: Local as well."""
    evidence = local({"server": SILENCE, "agent-0": SILENCE})
    evidence.host = SILENCE
    for check in (services.check_every_node, services.check_nodeport_reachable):
        with pytest.raises(InfrastructureError, match="no cause was found in the manifests"):
            check(evidence)
    evidence.mapped = "agent-0"
    with pytest.raises(CriterionFailure, match="only the node where the Pod runs answers"):
        services.check_nodeport_reachable(evidence)


def test_another_nginx_at_an_address_of_the_cluster_is_not_the_pod() -> None:
    evidence = load("reference", "clusterip")
    elsewhere = HttpAnswer(url="http://10.43.0.9:8080/", status=200, body="Sign in", server="nginx")
    evidence.host = [elsewhere]
    services.check_internal(evidence)
    evidence.host = [elsewhere.model_copy(update={"body": evidence.server.direct.body})]
    with pytest.raises(CriterionFailure, match="from outside the cluster"):
        services.check_internal(evidence)
