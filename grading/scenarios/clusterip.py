"""Section 11.8.3.1: a ClusterIP Service between a client Pod and a web server that is replaced."""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import attrgetter
from typing import Final

from grading import clients, probes, timeouts
from grading.agents import NODE_LABEL
from grading.diagnosis import is_ready
from grading.errors import Cancelled, InfrastructureError
from grading.evidence.base import HttpAnswer, Part
from grading.evidence.services import ClusterIpEvidence
from grading.i18n import _
from grading.routing import endpoints, selects, service_port, target_port
from grading.scene import Object, Scene
from grading.stage import Scenario

SERVICE: Final = "nginx-svc"
PORT: Final = 8080
NODE_PORT: Final = 30050
FILE: Final = "svc.yaml"
SERVER_FILE: Final = "svc-nginx.yaml"
CLIENT_FILE: Final = "svc-debian.yaml"
_UNREADY: Final = "kubegrade-unready"


def play(scene: Scene, evidence: ClusterIpEvidence) -> None:
    """Apply Service, client and server; look at the endpoints; ask; make the server again; ask again."""
    evidence.service = scene.apply(FILE, "Service", _leave_node_port)
    client = _apply(scene, evidence.client, CLIENT_FILE)
    server = _apply(scene, evidence.server, SERVER_FILE)
    if server:
        if client:
            with evidence.client.attempt():
                _see_client_behind(scene, evidence, client)
        with evidence.server.attempt():
            _serve(scene, evidence, server)
    if client:
        with evidence.client.attempt():
            _ask_from_client(scene, evidence, client)
    evidence.host = _from_host(scene, evidence.service)
    if server and evidence.server.before and evidence.server.before.is_nginx:
        with evidence.server.attempt():
            _replace(scene, evidence, server)


def _leave_node_port(data: Object) -> None:
    """Let Kubernetes choose where svc.yaml asks for a nodePort: 30050 belongs to another exercise."""
    spec = data.get("spec", {})
    if spec.get("type") not in {"NodePort", "LoadBalancer"}:
        return
    for port in spec.get("ports", []):
        if port.get("nodePort") == NODE_PORT:
            del port["nodePort"]


def direct_answer(
    scene: Scene, port: Object, pod: Object, right: Callable[[HttpAnswer], bool] = attrgetter("is_nginx")
) -> HttpAnswer:
    """Ask a Pod itself for its page, on the port that a Service's port leads to, until it is right."""
    number = target_port(port, pod)
    if number is None:
        return HttpAnswer(
            url="", error=_("the Pod has no port of the name {target!s:.60}", target=port["targetPort"])
        )
    url = f"http://{pod['status']['podIP']}:{number}/"
    return probes.until(right, lambda: scene.ask(url))


def patience(service: Object, pod: Object, direct: HttpAnswer | None) -> float:
    """Return for how many seconds to ask a Service: once where it leads to nothing that answers."""
    leads = direct is not None and direct.is_nginx and selects(service, pod)
    return timeouts.HTTP_ANSWER if leads else 0.0


def _apply(scene: Scene, part: Part, file: str) -> str:
    name = ""
    with part.attempt():
        name = str(scene.apply(file, "Pod")["metadata"]["name"])
    return name  # noqa: RET504 - empty where the attempt came to nothing


def _see_client_behind(scene: Scene, evidence: ClusterIpEvidence, name: str) -> None:
    """Wait for the client where the Service selects it as well, and ask it for a page."""
    service, client = evidence.service, evidence.client
    assert service is not None  # noqa: S101 - play() has applied it
    if not selects(service, scene.submission.manifest(CLIENT_FILE, "Pod").data):
        return
    client.pod = scene.ready_pod(CLIENT_FILE, name)
    number = target_port(service_port(service, "port", PORT), client.pod)
    address = client.pod["status"]["podIP"]
    client.direct = scene.ask(f"http://{address}:{number or PORT}/")


def _serve(scene: Scene, evidence: ClusterIpEvidence, name: str) -> None:
    service, server = evidence.service, evidence.server
    assert service is not None  # noqa: S101 - play() has applied it
    labels = scene.submission.manifest(SERVER_FILE, "Pod").data["metadata"].get("labels") or {}
    scene.cluster.apply(_unready_pod({**labels, "app": "nginx"}), scene.namespace)
    server.pod = scene.ready_pod(SERVER_FILE, name)
    port = service_port(service, "port", PORT)
    server.direct = direct_answer(scene, port, server.pod)
    server.unready = scene.cluster.wait_for(
        "Pod", scene.namespace, _UNREADY, _runs_unready, timeouts.POD_READY, _("the suite's Pod running")
    )
    server.slices = _settled_slices(scene, service, server.pod, server.unready, evidence.client.pod)
    # So that nothing but the student's Pod is behind the Service from here on.
    scene.delete_pod(_UNREADY, grace=0)
    clients.wait_dns(scene)
    url = f"http://{service['metadata']['name']}:{port['port']}"
    server.before = probes.until_nginx(lambda: scene.ask(url), patience(service, server.pod, server.direct))
    scene.note(_("asked {url} from the suite's Pod: {answer}", url=url, answer=server.before))


def _unready_pod(labels: dict[str, str]) -> Object:
    pod = probes.probe_pod(_UNREADY)
    pod["metadata"]["labels"] |= labels
    pod["spec"]["containers"][0]["readinessProbe"] = {"exec": {"command": ["false"]}}
    return pod


def _runs_unready(pod: Object | None) -> bool:
    status = (pod or {}).get("status") or {}
    return bool(status.get("podIP")) and status.get("phase") == "Running" and not is_ready(pod)


def _settled_slices(scene: Scene, service: Object, *pods: Object | None) -> list[Object]:
    """Return the Service's EndpointSlices once they show the Pods, or as they are when time runs out."""
    addresses = {item["status"]["podIP"] for item in pods if item and selects(service, item)}

    def settled(slices: list[Object]) -> bool:
        return addresses <= endpoints(slices, ready=True) | endpoints(slices, ready=False)

    return _watch_slices(scene, service["metadata"]["name"], settled)


def _watch_slices(scene: Scene, service: str, done: Callable[[list[Object]], bool]) -> list[Object]:
    deadline = time.monotonic() + timeouts.ENDPOINTS
    selector = f"kubernetes.io/service-name={service}"
    path = scene.cluster.path("EndpointSlice", scene.namespace)
    while True:
        listing = scene.cluster.listing("EndpointSlice", scene.namespace, labelSelector=selector)
        slices: list[Object] = listing["items"]
        if done(slices) or time.monotonic() > deadline:
            return slices
        if scene.cluster.cancelled.is_set():
            raise Cancelled(_("the run was stopped"))
        version = listing["metadata"]["resourceVersion"]
        watch = scene.cluster.watch(path, version, labelSelector=selector, timeoutSeconds="5")
        next(watch.until_closed(), None)
        watch.stop()


def _ask_from_client(scene: Scene, evidence: ClusterIpEvidence, name: str) -> None:
    client, server = evidence.client, evidence.server
    assert evidence.service is not None  # noqa: S101 - play() has applied it
    client.pod = client.pod or scene.ready_pod(CLIENT_FILE, name)
    if server.pod is None:
        return
    client.means = clients.find_means(scene, name)
    right = evidence.service["metadata"]["name"] == SERVICE
    limit = patience(evidence.service, server.pod, server.direct) if right else 0.0
    client.answer = probes.until_nginx(lambda: clients.ask(scene, name, client.means, SERVICE, PORT), limit)
    scene.note(
        _(
            "asked http://{service}:{port} from {name} with {means}: {answer}",
            service=SERVICE,
            port=PORT,
            name=name,
            means=client.means,
            answer=client.answer,
        )
    )


def _from_host(scene: Scene, service: Object) -> list[HttpAnswer]:
    """Ask from the host at the Service's address, and at the ports that its type opens on the nodes.

    At no other: whoever answers there is another Service, such as a nodeport.yaml of type LoadBalancer.
    """
    balanced = service["spec"].get("type") == "LoadBalancer"
    ports = service["spec"].get("ports") or []
    addresses = [service["spec"].get("clusterIP", "None")]
    urls = [
        f"http://{address}:{port['port']}/" for address in addresses if address != "None" for port in ports
    ]
    numbers = [n for port in ports for n in (balanced and port["port"], port.get("nodePort")) if n]
    urls += [f"http://{node}:{number}/" for node in node_addresses(scene).values() for number in numbers]
    return [probes.from_host(url) for url in urls]


def node_addresses(scene: Scene) -> dict[str, str]:
    """Return the address of each node inside the cluster's network, by the node's name.

    Without the agent that the introductory lab lets join and leave.
    """
    return {
        node["metadata"]["name"]: address["address"]
        for node in scene.cluster.items("Node", labelSelector=f"!{NODE_LABEL}")
        for address in node["status"]["addresses"]
        if address["type"] == "InternalIP"
    }


def _replace(scene: Scene, evidence: ClusterIpEvidence, name: str) -> None:
    service, server = evidence.service, evidence.server
    assert service is not None  # noqa: S101 - play() has applied it
    # What is looked at is who answers afterwards, not how the Pod ends.
    scene.delete_pod(name, grace=1)
    scene.apply(SERVER_FILE, "Pod")
    again = scene.ready_pod(SERVER_FILE, name)
    if server.pod is None or again["status"]["podIP"] == server.pod["status"]["podIP"]:
        raise InfrastructureError(_("the new Pod {name} was given the address of the old one", name=name))
    server.again = again
    url = f"http://{service['metadata']['name']}:{service_port(service, 'port', PORT)['port']}"
    server.after = probes.until_nginx(lambda: scene.ask(url))
    scene.note(
        _("asked {url} after {name} was made again: {answer}", url=url, name=name, answer=server.after)
    )


CLUSTERIP: Final = Scenario("clusterip", ClusterIpEvidence, play)
