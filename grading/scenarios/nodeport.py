"""Section 11.8.3.2: a NodePort Service, reached from the host, on every node, and by a port-forward.

The only scenario with nodePort 30050.
"""

from __future__ import annotations

from typing import Final

from grading import probes
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.evidence.services import NodePortEvidence
from grading.i18n import _
from grading.routing import selects, service_port
from grading.scenarios.claim import pin
from grading.scenarios.clusterip import NODE_PORT, direct_answer, node_addresses, patience
from grading.scenarios.ports import free_port
from grading.scene import Object, Scene
from grading.stage import Scenario

SERVICE: Final = "nginx-srv2"
PORT: Final = 8080
FILE: Final = "nodeport.yaml"
SERVER_FILE: Final = "svc-nginx.yaml"
_PLACED: Final = {"nodeSelector", "nodeName", "affinity"}


def play(scene: Scene, evidence: NodePortEvidence) -> None:
    """Apply nodeport.yaml and then svc-nginx.yaml, as the course does, and ask in three ways."""
    free_port(scene, f"nodePort {NODE_PORT}", _has_node_port)
    service = evidence.service = scene.apply(FILE, "Service")
    local = service["spec"].get("externalTrafficPolicy") == "Local"
    edit = (lambda data: _to_server(scene, data)) if local else None
    name = scene.apply(SERVER_FILE, "Pod", edit)["metadata"]["name"]
    pod = evidence.pod = scene.ready_pod(SERVER_FILE, name)
    port = service_port(service, "nodePort", NODE_PORT)
    evidence.direct = direct_answer(scene, port, pod)
    limit = patience(service, pod, evidence.direct) if port.get("nodePort") == NODE_PORT else 0.0
    evidence.host = probes.until_nginx(lambda: probes.from_host(scene.host.node_port_url), limit)
    scene.note(_("asked {url} on the host: {answer}", url=scene.host.node_port_url, answer=evidence.host))
    # With externalTrafficPolicy: Local a node without the Pod stays silent, however often it is asked.
    evidence.nodes = {
        node: _ask_node(scene, address, 0.0 if local else limit)
        for node, address in node_addresses(scene).items()
    }
    scene.note(_("asked port {port} of {nodes}", port=NODE_PORT, nodes=", ".join(evidence.nodes)))
    if selects(service, pod):
        evidence.forward = _forwarded(scene)
        scene.note(
            _(
                "asked through a port-forward to svc/{service}: {answer}",
                service=SERVICE,
                answer=evidence.forward,
            )
        )


def _to_server(scene: Scene, data: Object) -> None:
    """Send the Pod to the node that the course's mapping leads to, unless it says itself where it goes.

    With ``externalTrafficPolicy: Local`` no other node answers, and chance would decide about the host.
    """
    if not _PLACED & data.get("spec", {}).keys():
        pin(data, scene.host.nodes[0])


def _has_node_port(service: Object) -> bool:
    return any(port.get("nodePort") == NODE_PORT for port in service["spec"].get("ports") or [])


def _ask_node(scene: Scene, address: str, limit: float) -> HttpAnswer:
    return probes.until_nginx(lambda: scene.ask(f"http://{address}:{NODE_PORT}/"), limit)


def _forwarded(scene: Scene) -> HttpAnswer:
    # The course forwards host port 30050; here that one is mapped to the cluster, so a free one is used.
    try:
        with scene.kubectl.port_forward(scene.namespace, f"svc/{SERVICE}", PORT) as port:
            return probes.until_nginx(lambda: probes.from_host(f"http://127.0.0.1:{port}/"), 0.0)
    except InfrastructureError as error:
        return HttpAnswer(url=f"svc/{SERVICE}:{PORT}", error=str(error))


NODEPORT: Final = Scenario("nodeport", NodePortEvidence, play)
