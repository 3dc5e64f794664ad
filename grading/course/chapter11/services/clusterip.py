"""Section 11.8.3.1: a ClusterIP Service between a client Pod and a web server that is replaced."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from grading import timeouts
from grading.course.chapter11.services.asking import node_addresses, patience
from grading.course.chapter11.services.course_values import (
    CLIENT_FILE,
    CLUSTERIP_FILE,
    CLUSTERIP_NAME,
    PACKAGES,
    PORT,
    SELECTOR,
    SERVER_FILE,
)
from grading.course.chapter11.services.evidence import ClientPart, ClusterIpEvidence
from grading.errors import Cancelled, InfrastructureError, Unplayable
from grading.evidence import summary
from grading.evidence.base import HttpAnswer, Part
from grading.k8s.pod_diagnosis import is_ready
from grading.k8s.service_routing import endpoints, leads_elsewhere, selects, service_port, target_port
from grading.runner import client_pod, http_probes
from grading.runner.context import Context, Object
from grading.runner.own_names import own_name
from grading.runner.scenario import Scenario
from grading.runner.service_probe import direct_answer
from grading.text.i18n import _, marked


def play(context: Context, evidence: ClusterIpEvidence) -> None:
    """Apply Service, client and server; look, ask, and replace the server (11.8.3.1).

    After that the Service is asked again.
    """
    evidence.service = context.apply(CLUSTERIP_FILE, "Service")
    context.step(_("Look at the Service"), summary.service(evidence.service))
    client = _apply(context, evidence.client, CLIENT_FILE)
    asker = ""
    if client:
        # Now, so that it has started by the time that it is needed.
        with context.attempt(evidence.client):
            asker = client_pod.join(context, client)
    server = _apply(context, evidence.server, SERVER_FILE)
    if server:
        if client:
            with context.attempt(evidence.client):
                _see_client_behind(context, evidence, client)
        with context.attempt(evidence.server):
            _serve(context, evidence, server)
    if asker:
        with context.attempt(evidence.client):
            _ask_from_client(context, evidence, client, asker)
    evidence.host = _from_host(context, evidence.service)
    if server and evidence.server.before and evidence.server.before.is_nginx:
        with context.attempt(evidence.server):
            _replace(context, evidence, server)


def _apply(context: Context, part: Part, file: str) -> str:
    name = ""
    with context.attempt(part):
        name = str(context.apply(file, "Pod")["metadata"]["name"])
    return name  # noqa: RET504 - empty where the attempt came to nothing


def _see_client_behind(context: Context, evidence: ClusterIpEvidence, name: str) -> None:
    """Wait for the client if the Service selects it as well, and ask it for a page."""
    service, client = evidence.service, evidence.client
    assert service is not None  # noqa: S101 - play() has applied it
    if not selects(service, context.manifest(CLIENT_FILE, "Pod").data):
        return
    pod = wait_client(context, client, name)
    number = target_port(service_port(service, "port", PORT), pod)
    address = pod["status"]["podIP"]
    client.direct = context.ask(f"http://{address}:{number or PORT}/")


def _serve(context: Context, evidence: ClusterIpEvidence, name: str) -> None:
    service, server = evidence.service, evidence.server
    assert service is not None  # noqa: S101 - play() has applied it
    labels = context.manifest(SERVER_FILE, "Pod").data["metadata"].get("labels") or {}
    unready = own_name("unready")
    context.create_own(_unready_pod(unready, {**labels, **SELECTOR}))
    server.pod = context.ready_pod(SERVER_FILE, name)
    port = service_port(service, "port", PORT)
    server.direct = direct_answer(context, port, server.pod)
    context.step(_("Ask the Pod itself"), summary.answer(server.direct))
    server.unready = context.cluster.wait_for(
        "Pod", context.namespace, unready, _runs_unready, timeouts.POD_READY, _("kubegrade's Pod is running")
    )
    if server.unready:
        context.step(_("Start a Pod beside it that is never Ready"), summary.pod_state(server.unready))
    server.slices = _settled_slices(context, service, server.pod, server.unready, evidence.client.pod)
    context.step(_("Look at the endpoints"), summary.names(sorted(endpoints(server.slices, ready=True))))
    # So that nothing but the student's Pod is behind the Service from here on.
    context.delete_pod(unready, grace=0)
    client_pod.wait_dns(context)
    url = f"http://{service['metadata']['name']}:{port['port']}"
    # The probe may reach what the submission's Pods may not: it asks no host that a submission names.
    server.before = (
        HttpAnswer(url=url, error=_("not asked: the Service leads to another host"))
        if leads_elsewhere(service)
        else context.until_nginx(lambda: context.ask(url), patience(service, server.pod, server.direct))
    )
    context.step(_("Ask the Service by its name"), summary.answer(server.before))


def _unready_pod(name: str, labels: dict[str, str]) -> Object:
    pod = http_probes.probe_pod(name)
    pod["metadata"]["labels"] |= labels
    pod["spec"]["containers"][0]["readinessProbe"] = {"exec": {"command": ["false"]}}
    return pod


def _runs_unready(pod: Object | None) -> bool:
    status = (pod or {}).get("status") or {}
    return bool(status.get("podIP")) and status.get("phase") == "Running" and not is_ready(pod)


def _settled_slices(context: Context, service: Object, *pods: Object | None) -> list[Object]:
    """Return the Service's EndpointSlices once they show the Pods.

    If that does not happen in time, they are returned as they are.
    """
    behind = [item for item in pods if item and selects(service, item)]
    ready = {item["status"]["podIP"] for item in behind if is_ready(item)}
    others = {item["status"]["podIP"] for item in behind if not is_ready(item)}

    def settled(slices: list[Object]) -> bool:
        shown = endpoints(slices, ready=True)
        return ready <= shown and others <= shown | endpoints(slices, ready=False)

    return _watch_slices(context, service["metadata"]["name"], settled)


def _watch_slices(context: Context, service: str, done: Callable[[list[Object]], bool]) -> list[Object]:
    deadline = time.monotonic() + timeouts.ENDPOINTS
    selector = f"kubernetes.io/service-name={service}"
    path = context.cluster.path("EndpointSlice", context.namespace)
    while True:
        listing = context.cluster.listing("EndpointSlice", context.namespace, labelSelector=selector)
        slices: list[Object] = listing["items"]
        if done(slices) or time.monotonic() > deadline:
            return slices
        if context.cluster.cancelled.is_set():
            raise Cancelled(_("the run was stopped"))
        version = listing["metadata"]["resourceVersion"]
        watch = context.cluster.watch(path, version, labelSelector=selector, timeoutSeconds="5")
        next(watch.until_closed(), None)
        watch.stop()


def wait_client(context: Context, client: ClientPart, name: str) -> Object:
    """Wait until the client runs, or ends because what it fetches cannot be reached.

    Source: section 11.8.3.1 of the course.

    Args:
        context: where it runs.
        client: is told why it ended then.
        name: of its Pod.

    Returns:
        The Pod.

    Raises:
        Unplayable: it does not run for another reason.
    """
    try:
        client.pod = client.pod or context.ready_pod(CLIENT_FILE, name)
    except Unplayable as failure:
        found = context.cluster.get("Pod", context.namespace, name)
        if found is None or not client_pod.fetches(found) or _has_packages(context):
            raise
        client.pod, client.offline = found, failure.problem.rationale
    return client.pod


def _has_packages(context: Context) -> bool:
    """Return whether packages can be fetched.

    A filter or a portal on the way answers too, with something else.
    """
    return context.ask(PACKAGES).status == HTTPStatus.OK


def _ask_from_client(context: Context, evidence: ClusterIpEvidence, name: str, asker: str) -> None:
    client, server = evidence.client, evidence.server
    assert evidence.service is not None  # noqa: S101 - play() has applied it
    wait_client(context, client, name)
    if server.pod is None:
        return
    client_pod.wait_joined(context, name, asker)
    right = evidence.service["metadata"]["name"] == CLUSTERIP_NAME
    limit = patience(evidence.service, server.pod, server.direct) if right else 0.0
    url = f"http://{CLUSTERIP_NAME}:{PORT}"
    client.answer = context.until_nginx(lambda: context.ask(url, name, asker), limit)
    context.step(
        _("Ask {url} from the network of Pod {name}", url=url, name=name), summary.answer(client.answer)
    )


def _from_host(context: Context, service: Object) -> list[HttpAnswer]:
    """Ask from the host at the Service's address and at the node ports of its type.

    At no other: whoever answers there is another Service, such as a nodeport.yaml of type LoadBalancer.

    Returns:
        The answers.
    """
    balanced = service["spec"].get("type") == "LoadBalancer"
    ports = service["spec"].get("ports") or []
    addresses = [service["spec"].get("clusterIP", "None")]
    urls = [
        f"http://{address}:{port['port']}/" for address in addresses if address != "None" for port in ports
    ]
    numbers = [n for port in ports for n in (balanced and port["port"], port.get("nodePort")) if n]
    urls += [f"http://{node}:{number}/" for node in node_addresses(context).values() for number in numbers]
    answers = [http_probes.from_host(url) for url in urls]
    for answer in answers:
        context.step(_("Ask from the host"), summary.answer(answer))
    return answers


def _replace(context: Context, evidence: ClusterIpEvidence, name: str) -> None:
    service, server = evidence.service, evidence.server
    assert service is not None  # noqa: S101 - play() has applied it
    # What is looked at is who answers afterwards, not how the Pod ends.
    context.delete_pod(name, grace=1)
    context.apply(SERVER_FILE, "Pod")
    again = context.ready_pod(SERVER_FILE, name)
    if server.pod is None or again["status"]["podIP"] == server.pod["status"]["podIP"]:
        raise InfrastructureError(_("the new Pod {name} has the same IP address as the old one", name=name))
    server.again = again
    url = f"http://{service['metadata']['name']}:{service_port(service, 'port', PORT)['port']}"
    server.after = context.until_nginx(lambda: context.ask(url))
    context.step(_("Ask the Service again"), summary.answer(server.after))


CLUSTERIP: Final = Scenario(
    "clusterip", ClusterIpEvidence, play, title=marked("A ClusterIP Service between two Pods")
)
