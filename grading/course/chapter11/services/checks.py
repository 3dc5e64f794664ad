"""Section 11.8: Services.

A Service that does not answer costs points only if the manifests say why; silence alone may be a
machine under load, and is an error of the infrastructure.
"""

from __future__ import annotations

from typing import Any, Final

from grading.course.chapter11.services.course_values import (
    CLIENT_FILE,
    CLUSTERIP_FILE,
    CLUSTERIP_NAME,
    NODE_PORT,
    NODEPORT_FILE,
    NODEPORT_NAME,
    PORT,
)
from grading.course.chapter11.services.evidence import ClusterIpEvidence, NodePortEvidence
from grading.course.chapter11.services.faults import (
    also_selected,
    goes_elsewhere,
    keeps_away,
    leads_nowhere,
    left_to_chance,
    named_otherwise,
    no_node_port,
    only_local,
    only_nearby,
    other_port,
    selects_nothing,
)
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.evidence.base import HttpAnswer
from grading.exercise.service_fault import ServiceFault
from grading.k8s.pod_diagnosis import is_ready
from grading.k8s.service_routing import endpoints, selects
from grading.text.i18n import _, joined

Object = dict[str, Any]

PAGE: Final = "HTTP 200, “Welcome to nginx!”"


def check_endpoints(evidence: ClusterIpEvidence) -> None:
    """Check that the EndpointSlices hold the Ready Pod, and not the other (11.8.2).

    The other is a Pod of the suite's own with the same labels that is not Ready.

    Raises:
        CriterionFailure: the selector does not match, or the Service publishes Pods that are not Ready.
        InfrastructureError: the EndpointSlices hold other addresses, and no field explains it.
    """
    service = evidence.need(evidence.service)
    pod = evidence.need(evidence.server.pod, evidence.server)
    if not selects(service, pod):
        raise _failure(
            evidence,
            selects_nothing(service, pod, CLUSTERIP_FILE),
            _("the EndpointSlices of the Service do not contain the Pod of svc-nginx.yaml"),
            _("the address of the Pod, which has the label app: nginx"),
            _("no address"),
        )
    slices = evidence.need(evidence.server.slices, evidence.server)
    unready = evidence.need(evidence.server.unready, evidence.server)["status"]["podIP"]
    ready, expected = endpoints(slices, ready=True), {pod["status"]["podIP"]}
    client = evidence.client.pod
    if client and is_ready(client) and selects(service, client):
        expected.add(client["status"]["podIP"])
    if ready == expected and unready not in ready:
        return
    if not service["spec"].get("publishNotReadyAddresses"):
        raise InfrastructureError(
            _(
                "the EndpointSlices list {found} as ready instead of {expected}",
                found=sorted(ready),
                expected=sorted(expected),
            )
        )
    raise _failure(
        evidence,
        ServiceFault(
            _("publishNotReadyAddresses sends traffic to Pods that are not Ready"),
            CLUSTERIP_FILE,
            ("spec", "publishNotReadyAddresses"),
        ),
        _("the EndpointSlices of the Service contain a Pod that is not Ready"),
        _("ready: {addresses}", addresses=", ".join(sorted(expected))),
        _("ready: {addresses}", addresses=", ".join(sorted(ready))),
    )


def check_clusterip_reachable(evidence: ClusterIpEvidence) -> str:
    """Check that the client Pod gets the page at ``http://nginx-svc:8080`` (11.8.3.1).

    Returns:
        A remark for the student, empty text if there is none.

    Raises:
        CriterionFailure: it does not, and a field of the manifests is the cause.
        InfrastructureError: it does not, and none is.
    """
    service = evidence.need(evidence.service)
    pod = evidence.need(evidence.server.pod, evidence.server)
    client = evidence.need(evidence.client.pod, evidence.client)
    answer = evidence.need(evidence.client.answer, evidence.client)
    rationale = _(
        "the client Pod does not get the page of nginx at http://{service}:{port}",
        service=CLUSTERIP_NAME,
        port=PORT,
    )
    _must_answer(
        evidence,
        answer,
        named_otherwise(service, CLUSTERIP_NAME, CLUSTERIP_FILE)
        or other_port(service, CLUSTERIP_FILE)
        or leads_nowhere(service, pod, CLUSTERIP_FILE, evidence.server.direct, "port", PORT)
        or keeps_away(service, client),
        rationale,
    )
    elsewhere = named_otherwise(service, CLUSTERIP_NAME, CLUSTERIP_FILE)
    if elsewhere := elsewhere or goes_elsewhere(service, client, answer):
        raise _failure(evidence, elsewhere, rationale, PAGE, answer.address or str(answer))
    if chance := left_to_chance(service, evidence.manifest(CLIENT_FILE).data):
        raise _failure(evidence, chance, rationale, PAGE, _("the page, because both Pods run on one node"))
    # Then every second request fails, whatever the one above came to.
    if astray := also_selected(service, client, evidence.client.direct):
        raise _failure(evidence, astray, rationale, PAGE, str(evidence.client.direct))
    if not evidence.client.offline:
        return ""
    return _(
        "{reason}. This costs no points: the command downloads something, and this cluster has no internet.",
        reason=evidence.client.offline,
    )


def check_internal(evidence: ClusterIpEvidence) -> None:
    """Check that the host cannot reach the ClusterIP Service (11.8.3.1).

    Raises:
        CriterionFailure: it can, at some address, or the Service opens a port of the nodes.
    """
    service = evidence.need(evidence.service)
    answers = evidence.need(evidence.host)
    direct = evidence.server.direct
    # The very page of the Pod: at an address of the cluster the host's network may have a program of its own.
    page = direct.body if direct and direct.is_nginx else None
    reached = next((answer for answer in answers if answer.is_nginx and answer.body == page), None)
    opened = [port["nodePort"] for port in service["spec"].get("ports") or [] if port.get("nodePort")]
    if reached is None and not opened:
        return
    kind = service["spec"].get("type")
    actual = f"type {kind}"
    if opened:
        actual = _(
            "type {kind}, port {ports} open on every node", kind=kind, ports=", ".join(map(str, opened))
        )
    raise _failure(
        evidence,
        ServiceFault(
            _("a ClusterIP Service must be reachable only from inside the cluster"),
            CLUSTERIP_FILE,
            ("spec", "type"),
        ),
        _("the Service can be reached from outside the cluster"),
        _("type ClusterIP, no answer on the host"),
        joined("; ", [actual, _("{url} answered on the host", url=reached.url)]) if reached else actual,
    )


def check_follows(evidence: ClusterIpEvidence) -> None:
    """Check that the name still answers once the Pod has another address (11.8.3.1).

    Raises:
        CriterionFailure: it does not, and a field of the manifests is the cause.
        Unplayable: it did not answer before either, because of the submission.
        InfrastructureError: it does not, and no field explains it.
    """
    service = evidence.need(evidence.service)
    pod = evidence.need(evidence.server.pod, evidence.server)
    before = evidence.need(evidence.server.before, evidence.server)
    client = evidence.client.pod
    astray = also_selected(service, client, evidence.client.direct) if client else None
    if not before.is_nginx or astray:
        fault = (
            leads_nowhere(service, pod, CLUSTERIP_FILE, evidence.server.direct, "port", PORT)
            or only_nearby(service)
            or astray
        )
        if fault is None:
            raise InfrastructureError(
                _("{url} did not answer in the cluster: {before}", url=before.url, before=before)
            )
        rationale = _(
            "the Service did not answer before the Pod behind it was deleted either: {reason}",
            reason=fault.reason,
        )
        actual = str(evidence.client.direct if fault is astray else before)
        raise Unplayable.of(fault.problem(evidence, rationale, _help(evidence), PAGE, actual))
    again = evidence.need(evidence.server.again, evidence.server)
    after = evidence.need(evidence.server.after, evidence.server)
    rationale = _(
        "{url} no longer answers after the Pod behind it was deleted and created again", url=after.url
    )
    chance = only_nearby(service)
    astray = None if selects(service, again) else selects_nothing(service, again, CLUSTERIP_FILE)
    _must_answer(evidence, after, astray or chance, rationale)
    if chance:
        rationale = _("{url} may no longer answer after the Pod behind it was created again", url=after.url)
        raise _failure(
            evidence, chance, rationale, PAGE, _("the page, because the Pod runs on the node that asked")
        )


def check_nodeport_reachable(evidence: NodePortEvidence) -> None:
    """Check that the host gets the page through ``30050:30050@server:0`` (11.8.3.2).

    Raises:
        CriterionFailure: it does not, and a field of the manifests is the cause.
        InfrastructureError: it does not, and none is.
    """
    service, pod = evidence.need(evidence.service), evidence.need(evidence.pod)
    answer = evidence.need(evidence.host)
    _must_answer(
        evidence,
        answer,
        no_node_port(service)
        or _leads_out(evidence, service, pod)
        # The node of the Pod answers all the same.
        or (None if _node(pod) == evidence.mapped else only_local(service)),
        _("{url} on the host does not answer with the page of nginx", url=answer.url),
    )


def check_every_node(evidence: NodePortEvidence) -> None:
    """Check that port 30050 answers on every node (11.8.3.2).

    Raises:
        CriterionFailure: it does not, and a field of the manifests is the cause.
        InfrastructureError: it does not, and none is.
    """
    service, pod = evidence.need(evidence.service), evidence.need(evidence.pod)
    nodes = evidence.need(evidence.nodes)
    silent = {node: answer for node, answer in nodes.items() if not answer.is_nginx}
    if not silent:
        return
    _must_answer(
        evidence,
        next(iter(silent.values())),
        no_node_port(service)
        or _leads_out(evidence, service, pod)
        or (None if _node(pod) in silent else only_local(service)),
        _("port {port} does not answer on {nodes}", port=NODE_PORT, nodes=", ".join(sorted(silent))),
    )


def check_portforward(evidence: NodePortEvidence) -> None:
    """Check that a port-forward to port 8080 of ``svc/nginx-srv2`` answers (11.8.3.2).

    Raises:
        CriterionFailure: it does not, and a field of the manifests is the cause.
        InfrastructureError: it does not, and none is.
    """
    service, pod = evidence.need(evidence.service), evidence.need(evidence.pod)
    fault = (
        named_otherwise(service, NODEPORT_NAME, NODEPORT_FILE)
        or other_port(service, NODEPORT_FILE)
        or leads_nowhere(service, pod, NODEPORT_FILE, evidence.direct, "port", PORT)
    )
    answer = evidence.forward
    if answer is None and fault is not None:
        answer = HttpAnswer(url=f"svc/{NODEPORT_NAME}", error=_("no Pod to forward the port to"))
    _must_answer(
        evidence,
        evidence.need(answer),
        fault,
        _(
            "a port-forward to port {port} of svc/{service} does not answer with the page of nginx",
            port=PORT,
            service=NODEPORT_NAME,
        ),
    )


def _must_answer(
    evidence: ClusterIpEvidence | NodePortEvidence,
    answer: HttpAnswer,
    fault: ServiceFault | None,
    rationale: str,
) -> None:
    if answer.is_nginx:
        return
    if fault is None:
        # The Pod itself serves the page, so that whoever else answered, it was not the student's doing.
        raise InfrastructureError(
            _(
                "{rationale}: {answer}; no cause was found in the manifests",
                rationale=rationale,
                answer=answer,
            )
        )
    raise _failure(evidence, fault, rationale, PAGE, str(answer))


def _failure(
    evidence: ClusterIpEvidence | NodePortEvidence,
    fault: ServiceFault,
    rationale: str,
    expected: str,
    actual: str,
) -> CriterionFailure:
    words = joined(": ", [rationale, fault.reason])
    return CriterionFailure.of(fault.problem(evidence, words, _help(evidence), expected, actual))


def _help(evidence: ClusterIpEvidence | NodePortEvidence) -> str:
    section = "11.8.3.1" if isinstance(evidence, ClusterIpEvidence) else "11.8.3.2"
    name = evidence.service["metadata"]["name"] if evidence.service else ""
    return _(
        "`kubectl describe service {name}` and `kubectl get endpointslices` show where the Service leads "
        "({section}).",
        section=section,
        name=name,
    )


def _node(pod: Object) -> str:
    return str(pod["spec"].get("nodeName"))


def _leads_out(evidence: NodePortEvidence, service: Object, pod: Object) -> ServiceFault | None:
    return leads_nowhere(service, pod, NODEPORT_FILE, evidence.direct, "nodePort", NODE_PORT)
