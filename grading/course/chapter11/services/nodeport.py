"""Section 11.8.3.2: a NodePort Service, reached from the host, on every node, and by a port-forward.

The only scenario with nodePort 30050.
"""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.services.asking import node_addresses, patience
from grading.course.chapter11.services.course_values import (
    NODE_PORT,
    NODEPORT_FILE,
    NODEPORT_NAME,
    PORT,
    SERVER_FILE,
)
from grading.course.chapter11.services.evidence import NodePortEvidence
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.k8s.service_routing import selects, service_port
from grading.runner import http_probes
from grading.runner.cluster_ports import free_port
from grading.runner.context import Context, Object
from grading.runner.own_names import own_name
from grading.runner.placement import pin
from grading.runner.scenario import Scenario
from grading.runner.service_probe import direct_answer
from grading.text.i18n import _, marked

_PLACED: Final = {"nodeSelector", "nodeName", "affinity"}


def play(context: Context, evidence: NodePortEvidence) -> None:
    """Apply nodeport.yaml and svc-nginx.yaml, as the course does, and ask (11.8.3.2).

    From the host, on every node, and through a port-forward.
    """
    free_port(context, NODE_PORT, f"nodePort {NODE_PORT}", _has_node_port)
    service = evidence.service = context.apply(NODEPORT_FILE, "Service")
    context.step(_("Look at the Service"), summary.service(service))
    local = service["spec"].get("externalTrafficPolicy") == "Local"
    edit = (lambda data: _to_server(context, data)) if local else None
    name = context.apply(SERVER_FILE, "Pod", edit)["metadata"]["name"]
    askers = askers_of(context)
    pod = evidence.pod = context.ready_pod(SERVER_FILE, name)
    port = service_port(service, "nodePort", NODE_PORT)
    evidence.direct = direct_answer(context, port, pod)
    context.step(_("Ask the Pod itself"), summary.answer(evidence.direct))
    limit = patience(service, pod, evidence.direct) if port.get("nodePort") == NODE_PORT else 0.0
    evidence.mapped = context.host.nodes[0]
    evidence.host = context.until_nginx(lambda: http_probes.from_host(context.host.url(NODE_PORT)), limit)
    context.step(_("Ask on the host"), summary.answer(evidence.host))
    home = pod["spec"].get("nodeName")
    # With externalTrafficPolicy: Local a node without the Pod stays silent, however often it is asked.
    evidence.nodes = {
        node: _ask_node(context, askers[node], address, 0.0 if local and node != home else limit)
        for node, address in node_addresses(context).items()
    }
    for node, answer in evidence.nodes.items():
        context.step(_("Ask port {port} of {node}", port=NODE_PORT, node=node), summary.answer(answer))
    if selects(service, pod):
        evidence.forward = _forwarded(context, patience(service, pod, evidence.direct))
        context.step(_("Ask through a port-forward"), summary.answer(evidence.forward))


def _to_server(context: Context, data: Object) -> None:
    """Send the Pod to the mapped node, unless it chooses its node itself.

    With ``externalTrafficPolicy: Local`` no other node answers, and chance would decide about the host.
    """
    if not _PLACED & data.get("spec", {}).keys():
        pin(data, context.host.nodes[0])


def _has_node_port(service: Object) -> bool:
    return any(port.get("nodePort") == NODE_PORT for port in service["spec"].get("ports") or [])


def askers_of(context: Context) -> dict[str, str]:
    """Start Pods of the suite's own.

    To a Pod on the node itself kube-proxy shows the Service whatever its ``externalTrafficPolicy``. On a
    cluster of one node there is no other.

    Returns:
        By the name of a node, a Pod on another node.
    """
    nodes, first = list(node_addresses(context)), context.probe
    found = context.cluster.get("Pod", context.namespace, first)
    home = found["spec"]["nodeName"] if found else ""
    other = next((node for node in nodes if node != home), None)
    if other is None:
        return dict.fromkeys(nodes, first)
    name = own_name("probe")
    # By name: a Pod of the submission may keep others away from its node (Kubernetes: Pod anti-affinity).
    context.start_own(http_probes.probe_pod(name, node=other))
    return {node: name if node == home else first for node in nodes}


def _ask_node(context: Context, asker: str, address: str, limit: float) -> HttpAnswer:
    return context.until_nginx(lambda: context.ask(f"http://{address}:{NODE_PORT}/", asker), limit)


def _forwarded(context: Context, limit: float) -> HttpAnswer:
    # The course forwards host port 30050; here that one is mapped to the cluster, so a free one is used.
    try:
        with context.kubectl.port_forward(context.namespace, f"svc/{NODEPORT_NAME}", PORT) as port:
            return context.until_nginx(lambda: http_probes.from_host(f"http://127.0.0.1:{port}/"), limit)
    except InfrastructureError as error:
        return HttpAnswer(url=f"svc/{NODEPORT_NAME}:{PORT}", error=str(error))


NODEPORT: Final = Scenario("nodeport", NodePortEvidence, play, title=marked("A NodePort Service"))
