"""The introductory lab: two Pods behind a load balancer, a Pod that is lost, an agent that joins."""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import TYPE_CHECKING, Final

from grading import agents, probes, timeouts
from grading.diagnosis import is_node_ready, is_ready
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.evidence.introlab import AgentPart, LabEvidence, NodeState, shown_pod
from grading.i18n import _
from grading.recorder import DeploymentRecorder, recording
from grading.rollouts import wait_complete
from grading.routing import opens_port, selects, service_port
from grading.scenarios.clusterip import direct_answer
from grading.scenarios.deployment import wait_replaced
from grading.scenarios.ports import free_port
from grading.scenarios.rolling import standing
from grading.scene import Object, Scene
from grading.stage import Scenario
from grading.timeline import disagreements, per_pod, spread

if TYPE_CHECKING:
    from grading.tabs import Tabs

FILE: Final = "flask-app.yaml"
PORT: Final = 30080
TABS: Final = 20
FIRST_LOOK: Final = 5.0
"""Seconds in which the page usually is there; after that it is looked at why not, before any more waiting."""


def play(scene: Scene, evidence: LabEvidence) -> None:
    """Apply flask-app.yaml, look at the page, connect 20 times, delete a Pod, and let an agent join."""
    name = scene.submission.manifest(FILE, "Deployment").data["metadata"]["name"]
    # Before anything is deployed: without its Service the Deployment is not the lab.
    scene.submission.manifest(FILE, "Service")
    free_port(scene, _("port {port} of the load balancer", port=PORT), _has_port)
    with recording(scene.cluster, scene.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        evidence.deployment = scene.apply(FILE, "Deployment")
        service = scene.apply(FILE, "Service")
        with evidence.running.attempt():
            _run(scene, evidence, recorder, service)
        if evidence.running.pods and evidence.running.service:
            with evidence.page.attempt():
                _look(scene, evidence, evidence.running.service, evidence.running.pods[0])
            if len(evidence.running.pods) > 1 and is_page(evidence.page.answer):
                with evidence.balance.attempt():
                    _connect(scene, evidence, recorder)
    # Last, and whatever became of the Pods: it takes the machine's attention, and rests on none of them.
    with evidence.agent.attempt():
        _join(scene, evidence.agent)


def is_page(answer: HttpAnswer | None) -> bool:
    """Return whether an answer is the page of the lab, which shows the name of a Pod."""
    return answer is not None and answer.status == 200 and bool(shown_pod(answer.body))


def _has_port(service: Object) -> bool:
    spec = service["spec"]
    return spec.get("type") == "LoadBalancer" and any(p["port"] == PORT for p in spec.get("ports") or [])


def _run(scene: Scene, evidence: LabEvidence, recorder: DeploymentRecorder, service: Object) -> None:
    running = evidence.running
    assert evidence.deployment is not None  # noqa: S101 - play() has applied it
    running.expected_nodes = list(scene.host.nodes)
    running.nodes = [_node(item) for item in scene.cluster.items("Node")]
    wait_complete(scene, recorder, FILE, evidence.deployment, _("the Pods of the Deployment ready"))
    # The Deployment counts them, and the watch of the Pods may be behind.
    recorder.wait(lambda: all(map(is_ready, standing(recorder))), timeouts.POD_READY, _("the Pods Ready"))
    running.pods = standing(recorder)
    running.service = _with_address(scene, service)


def _node(node: Object) -> Object:
    """Return what is kept of a node: not its annotations, in which k3s writes how it was started."""
    metadata, status = node["metadata"], node["status"]
    return {
        "metadata": {"name": metadata["name"], "labels": metadata.get("labels") or {}},
        "status": {"conditions": status.get("conditions") or [], "nodeInfo": status.get("nodeInfo") or {}},
    }


def _with_address(scene: Scene, service: Object) -> Object:
    """Wait for the Service's external address, where there is one to wait for."""
    spec, name = service["spec"], service["metadata"]["name"]
    if spec.get("type") != "LoadBalancer" or spec.get("loadBalancerClass"):
        return service

    def done(found: Object | None) -> bool:
        return found is not None and bool(found["status"].get("loadBalancer", {}).get("ingress"))

    what = _("an external address of the Service {name}", name=name)
    found = scene.cluster.wait_for("Service", scene.namespace, name, done, timeouts.EXTERNAL_ADDRESS, what)
    assert found is not None  # noqa: S101 - done() is false for None
    return found


def _look(scene: Scene, evidence: LabEvidence, service: Object, pod: Object) -> None:
    """Ask for the page on the host; where it is not there, ask a Pod itself."""
    page, url = evidence.page, scene.host.load_balancer_url

    def ask() -> HttpAnswer:
        return probes.from_host(url)

    page.answer = probes.until(is_page, ask, FIRST_LOOK)
    if not is_page(page.answer):
        page.direct = direct_answer(scene, service_port(service, "port", PORT), pod, is_page)
        if is_page(page.direct) and selects(service, pod) and opens_port(service, PORT):
            page.answer = probes.until(is_page, ask)
    scene.note(_("asked {url} on the host: {answer}", url=url, answer=page.answer))


def _connect(scene: Scene, evidence: LabEvidence, recorder: DeploymentRecorder) -> None:
    # Here and not at the top, see the module.
    from grading.tabs import Tabs

    with Tabs(scene.host.load_balancer_url, recorder.now, scene.cluster.cancelled) as tabs:
        try:
            _balance(scene, evidence, recorder, tabs)
            with evidence.failover.attempt():
                _lose_pod(scene, evidence, recorder, tabs)
        finally:
            evidence.clients = list(tabs.samples)


def _balance(scene: Scene, evidence: LabEvidence, recorder: DeploymentRecorder, tabs: Tabs) -> None:
    """Open 20 connections, and 20 more where a Pod got none.

    kube-proxy chooses a Pod for each connection at random. One of two Pods gets none of 20 with a
    probability of 2 * (1/2)**20 = 1.9e-6: in a class's worth of gradings that comes to pass some day. Of 40
    it gets none with 2 * (1/2)**40 = 1.8e-12.
    """
    _open(recorder, tabs, "connected")
    empty = _pods_without(evidence, tabs)
    if empty:
        scene.note(
            _(
                "{pods} got none of {number} connections; as many more are opened",
                pods=", ".join(empty),
                number=tabs.opened,
            )
        )
        _open(recorder, tabs, "more")
    evidence.balance.opened = tabs.opened
    service = scene.submission.manifest(FILE, "Service").data["metadata"]["name"]
    evidence.balance.slices = scene.cluster.items(
        "EndpointSlice", scene.namespace, labelSelector=f"kubernetes.io/service-name={service}"
    )
    scene.note(_("connections: {counts}", counts=spread(tabs.connected)))


def _open(recorder: DeploymentRecorder, tabs: Tabs, mark: str) -> None:
    from grading.tabs import NotSeen

    tabs.open(TABS)
    tabs.wait(
        lambda: len(tabs.connected) == tabs.opened,
        timeouts.TABS_CONNECTED,
        _("{number} connections that know their Pod", number=tabs.opened),
    )
    with contextlib.suppress(NotSeen):  # that they do not agree is judged, not waited out
        tabs.wait(lambda: not disagreements(tabs.connected), timeouts.TABS_AGREE, _("counts that agree"))
    recorder.mark(mark)


def _pods_without(evidence: LabEvidence, tabs: Tabs) -> list[str]:
    clients = per_pod(tabs.connected)
    names = [pod["metadata"]["name"] for pod in evidence.running.pods or []]
    return [name for name in names if not clients[name]]


def _lose_pod(scene: Scene, evidence: LabEvidence, recorder: DeploymentRecorder, tabs: Tabs) -> None:
    """Delete the Pod with the most connections while they are open and the page is asked for."""
    assert evidence.timeline is not None  # noqa: S101 - play() has set it
    uids = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in standing(recorder)}
    victim = next((name for name, _ in per_pod(tabs.connected).most_common() if name in uids), None)
    if victim is None:
        raise InfrastructureError(
            _("no connection names one of the Pods {pods}", pods=", ".join(sorted(uids)))
        )

    with probes.asking_from_host(scene.host.load_balancer_url, recorder.now) as requests:

        def all_back() -> bool:
            connected = tabs.connected
            standing_again = len(connected) == tabs.opened and victim not in per_pod(connected)
            return standing_again and bool(requests) and requests[-1].ok

        try:
            recorder.mark("delete")
            scene.cluster.delete("Pod", scene.namespace, victim, grace=timeouts.LAB_GRACE)
            evidence.failover.deleted = victim
            wait_replaced(scene, recorder, FILE, uids[victim])
            recorder.mark("replaced")
            evidence.failover.pods = standing(recorder)
            tabs.wait(
                all_back, timeouts.RECONNECT, _("all connections again after {name} was deleted", name=victim)
            )
            recorder.mark("reconnected")
        finally:
            evidence.timeline.http = list(requests)
    scene.note(_("deleted Pod {name}", name=victim))
    scene.note(_("connections: {counts}", counts=spread(tabs.connected)))


def _join(scene: Scene, agent: AgentPart) -> None:
    """Start an agent by ``docker run`` with the server's node-token, and take it away again."""
    cluster, begun = scene.host.cluster, time.monotonic()
    states: list[NodeState] = []

    def ready(node: Object | None) -> bool:
        if node is None:
            return False
        if not states or states[-1].ready != is_node_ready(node):
            states.append(NodeState(t=round(time.monotonic() - begun, 3), ready=is_node_ready(node)))
        return is_node_ready(node)

    try:
        agent.node = agents.join(cluster, f"kubegrade-agent-{secrets.token_hex(4)}")
        agent.states = states
        what = _("node {name} Ready", name=agent.node)
        scene.cluster.wait_for("Node", None, agent.node, ready, timeouts.AGENT_READY, what)
        scene.note(_("an agent joined as the node {name}", name=agent.node))
    finally:
        for node in agents.remove(cluster):
            scene.cluster.delete("Node", None, node)


INTROLAB: Final = Scenario("introlab", LabEvidence, play)
