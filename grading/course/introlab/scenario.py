"""The introductory lab: two Pods behind a load balancer, a Pod that is lost, an agent that joins."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from grading import timeouts
from grading.cleanup import afterwards
from grading.cluster import docker_agent
from grading.course.introlab.course_values import FILE, PORT
from grading.course.introlab.evidence import AgentPart, LabEvidence, NodeState, is_page, shown_pod
from grading.course.introlab.failover import lose_pod
from grading.course.introlab.faults import FLASK, IMAGE, runs_course_program
from grading.course.introlab.sockets import count, join_pods
from grading.errors import Unplayable
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import PlotSettings, disagreements, per_pod, spread
from grading.k8s.pod_diagnosis import is_node_ready, is_ready
from grading.k8s.service_routing import opens_port, selects, service_port
from grading.runner import http_probes
from grading.runner.cluster_ports import free_port
from grading.runner.context import Context, Object
from grading.runner.load_balancer import with_address
from grading.runner.recorder import DeploymentRecorder, recording
from grading.runner.rollouts import wait_complete
from grading.runner.scenario import Scenario
from grading.runner.service_probe import direct_answer
from grading.text.i18n import _, marked

if TYPE_CHECKING:
    from grading.runner.socketio_clients import Tabs

TABS: Final = 20


def play(context: Context, evidence: LabEvidence) -> None:
    """Apply flask-app.yaml, connect, delete a Pod, let an agent join (steps 3 to 5)."""
    name = context.manifest(FILE, "Deployment").name
    # Before anything is deployed: without its Service the Deployment is not the lab.
    context.manifest(FILE, "Service")
    free_port(context, PORT, _("port {port} of the load balancer", port=PORT), _has_port)
    with recording(context.cluster, context.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        evidence.deployment = context.apply(FILE, "Deployment")
        service = context.apply(FILE, "Service")
        with context.attempt(evidence.running):
            _run(context, evidence, recorder, service)
        if evidence.running.pods and evidence.running.service:
            with context.attempt(evidence.page):
                _look(context, evidence, evidence.running.service, evidence.running.pods[0])
            if len(evidence.running.pods) > 1 and is_page(evidence.page.answer, evidence.running.names):
                with context.attempt(evidence.balance):
                    _connect(context, evidence, recorder)
    # Last, and whatever became of the Pods: it takes the machine's attention, and rests on none of them.
    with context.attempt(evidence.agent):
        _join(context, evidence.agent)


def _has_port(service: Object) -> bool:
    spec = service["spec"]
    return spec.get("type") == "LoadBalancer" and any(p["port"] == PORT for p in spec.get("ports") or [])


def _run(context: Context, evidence: LabEvidence, recorder: DeploymentRecorder, service: Object) -> None:
    running = evidence.running
    assert evidence.deployment is not None  # noqa: S101 - play() has applied it
    running.expected_nodes = list(context.host.nodes)
    running.nodes = [_node(item) for item in context.cluster.items("Node")]
    wait_complete(context, recorder, FILE, evidence.deployment, _("the Pods of the Deployment are Ready"))
    # The Deployment counts them, and the watch of the Pods may be behind.
    recorder.wait(lambda: all(map(is_ready, recorder.standing)), timeouts.POD_READY, _("the Pods are Ready"))
    running.pods = recorder.standing
    context.step(_("Wait for the Pods"), "\n".join(map(summary.pod_state, running.pods)) or _("none"))
    running.service = with_address(context, service)
    context.step(_("Look at the Service"), summary.service(running.service))


def _node(node: Object) -> Object:
    """Return what is kept of a node.

    Not its annotations, in which k3s writes how it was started.
    """
    metadata, status = node["metadata"], node["status"]
    return {
        "metadata": {"name": metadata["name"], "labels": metadata.get("labels") or {}},
        "status": {"conditions": status.get("conditions") or [], "nodeInfo": status.get("nodeInfo") or {}},
    }


def _look(context: Context, evidence: LabEvidence, service: Object, pod: Object) -> None:
    """Ask for the page on the host; if it does not come, ask a Pod itself."""
    page, url = evidence.page, context.host.url(PORT)

    def ask() -> HttpAnswer:
        return http_probes.from_host(url)

    def right(answer: HttpAnswer | None) -> bool:
        return is_page(answer, evidence.running.names)

    step = context.step(_("Open the page on the host"))
    page.answer = http_probes.until(right, ask, timeouts.FIRST_LOOK)
    # A Service of type ExternalName may have no ports at all.
    if not right(page.answer) and service["spec"].get("ports"):
        page.direct = direct_answer(context, service_port(service, "port", PORT), pod, right)
        if right(page.direct) and selects(service, pod) and opens_port(service, PORT):
            page.answer = context.until(right, ask)
    step.see(summary.answer(page.answer))
    if page.direct:
        context.step(_("Ask the Pod itself"), summary.answer(page.direct))


def _connect(context: Context, evidence: LabEvidence, recorder: DeploymentRecorder) -> None:
    # Here and not at the top, see the module.
    from grading.runner.socketio_clients import Tabs

    def shown(body: str) -> str:
        return shown_pod(body, [pod["metadata"]["name"] for pod in recorder.pods])

    with Tabs(context.host.url(PORT), recorder.arrival, context.cluster.cancelled, shown) as tabs:
        try:
            with _one_flooded(evidence):
                _balance(context, evidence, recorder, tabs)
            with context.attempt(evidence.failover), _one_flooded(evidence):
                lose_pod(context, evidence, recorder, tabs)
        finally:
            evidence.clients = list(tabs.samples)


@contextlib.contextmanager
def _one_flooded(evidence: LabEvidence) -> Iterator[None]:
    """Let a program answer for what it sends, unless it is the course's own.

    Raises:
        Unplayable: it sent more than is read.
        Flooded: the course's own did.
    """
    from grading.runner.socketio_bounds import Flooded

    try:
        yield
    except Flooded as error:
        if runs_course_program(evidence):
            raise
        raise Unplayable(
            _("the Pods keep sending messages to connected clients without end: {words}", words=error),
            help=_("Use the image of the course, {image} (step 3).", image=FLASK),
            expected=_("each Pod counts its own connections"),
            actual=str(error),
            location=evidence.at(FILE, *IMAGE),
        ) from error


def _balance(context: Context, evidence: LabEvidence, recorder: DeploymentRecorder, tabs: Tabs) -> None:
    """Open 20 connections, and 20 more if a Pod got none.

    kube-proxy chooses a Pod for each connection at random. One of two Pods gets none of 20 with a
    probability of 2 * (1/2)**20 = 1.9e-6: in a class's worth of gradings that comes to pass some day. Of 40
    it gets none with 2 * (1/2)**40 = 1.8e-12.
    """
    running = evidence.running
    assert running.pods and running.service  # noqa: S101, PT018 - play() has seen to it
    askers = join_pods(context, running.pods)
    _open(context, recorder, tabs, "connected", marked("connected"))
    empty = _pods_without(evidence, tabs)
    if empty:
        context.step(_("Find Pods without a connection"), ", ".join(empty))
        _open(context, recorder, tabs, "more", marked("more connected"))
    told = per_pod(tabs.connected)
    evidence.balance.sockets = count(context, running.service, running.pods, askers, told)
    evidence.balance.opened = tabs.opened
    service = context.manifest(FILE, "Service").name
    evidence.balance.slices = context.cluster.items(
        "EndpointSlice", context.namespace, labelSelector=f"kubernetes.io/service-name={service}"
    )


def _open(context: Context, recorder: DeploymentRecorder, tabs: Tabs, mark: str, label: str) -> None:
    from grading.runner.socketio_clients import NotSeen

    step = context.step(_("Open {n} connections", n=TABS))
    tabs.open(TABS)
    tabs.wait(
        lambda: len(tabs.connected) == tabs.opened,
        timeouts.TABS_CONNECTED,
        _("{number} connections that received the name of their Pod", number=tabs.opened),
    )
    with contextlib.suppress(NotSeen):  # that they do not agree is judged, not waited out
        tabs.wait(
            lambda: not disagreements(tabs.connected),
            timeouts.TABS_AGREE,
            _("every Pod reports the right number of connections"),
        )
    recorder.mark(mark, label)
    step.see(spread(tabs.connected))


def _pods_without(evidence: LabEvidence, tabs: Tabs) -> list[str]:
    clients = per_pod(tabs.connected)
    names = [pod["metadata"]["name"] for pod in evidence.running.pods or []]
    return [name for name in names if not clients[name]]


def _join(context: Context, agent: AgentPart) -> None:
    """Start an agent by ``docker run`` with the node-token, and remove it."""
    cluster, begun = context.host.cluster, time.monotonic()
    states: list[NodeState] = []
    step = context.step(_("Let another agent join by docker run"))

    def ready(node: Object | None) -> bool:
        if node is None:
            return False
        if not states or states[-1].ready != is_node_ready(node):
            states.append(NodeState(t=round(time.monotonic() - begun, 3), ready=is_node_ready(node)))
        return is_node_ready(node)

    def remove() -> None:
        for node in docker_agent.remove(cluster):
            context.cluster.delete("Node", None, node)

    with afterwards(remove):
        agent.node = docker_agent.join(cluster, f"kubegrade-agent-{secrets.token_hex(4)}")
        agent.states = states
        what = _("node {name} Ready", name=agent.node)
        context.cluster.wait_for("Node", None, agent.node, ready, timeouts.AGENT_READY, what)
        step.see(agent.node)


INTROLAB: Final = Scenario(
    "introlab",
    LabEvidence,
    play,
    title=marked("Load balancing and failover"),
    plot=PlotSettings(
        title=marked("A Pod is deleted while connections are open"),
        zero="delete",
        since=marked("seconds after the Pod was deleted"),
        end="reconnected",
    ),
)
