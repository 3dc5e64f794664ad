"""Find what keeps a Service from answering: the reason, and the field of the manifests."""

from __future__ import annotations

from typing import Any, Final

from grading.course.chapter11.services.course_values import (
    CLIENT_FILE,
    CLUSTERIP_FILE,
    CLUSTERIP_NAME,
    NODE_PORT,
    NODEPORT_FILE,
    PORT,
    SELECTOR,
    SERVER_FILE,
)
from grading.evidence.base import HttpAnswer
from grading.exercise.service_fault import ServiceFault, pointing_elsewhere
from grading.k8s.service_routing import selects, service_port, target_port
from grading.text.i18n import _

Object = dict[str, Any]

_SPEC: Final = ("spec",)
_PORTS: Final = ("spec", "ports", 0)


def selects_nothing(service: Object, pod: Object, file: str) -> ServiceFault:
    """Return the fault of a selector that matches no Pod: one of the labels is wrong.

    Source: section 11.8.3.1 of the course.
    """
    if elsewhere := pointing_elsewhere(service, file):
        return elsewhere
    selector, labels = service["spec"].get("selector") or {}, pod["metadata"].get("labels") or {}
    name = pod["metadata"]["name"]
    reason = _(
        "the selector {selector} matches no Pod; the labels of {name}: {labels}",
        selector=_pairs(selector),
        name=name,
        labels=_pairs(labels),
    )
    if selector == SELECTOR:
        return ServiceFault(reason, SERVER_FILE, ("metadata", "labels"))
    return ServiceFault(reason, file, (*_SPEC, "selector"))


def leads_nowhere(
    service: Object, pod: Object, file: str, direct: HttpAnswer | None, key: str, wanted: int
) -> ServiceFault | None:
    """Return what keeps a port of the Service from leading to the page of the Pod.

    Source: Kubernetes: Service, Defining a Service.

    Args:
        service: as the API server has it.
        pod: behind it.
        file: the manifest of the Service.
        direct: what the Pod itself answered; None if it was not asked.
        key: the field of the port, ``port`` or ``nodePort``.
        wanted: the number that the course gives it.
    """
    if not selects(service, pod):
        return selects_nothing(service, pod, file)
    port = service_port(service, key, wanted)
    if port.get("protocol", "TCP") != "TCP":
        return ServiceFault(
            _("the protocol is {protocol}, not TCP", protocol=port["protocol"]), file, (*_PORTS, "protocol")
        )
    if service["spec"].get("clusterIP") == "None":
        return ServiceFault(_("clusterIP: None gives the Service no address"), file, (*_SPEC, "clusterIP"))
    number = target_port(port, pod)
    if number is None:
        words = _("targetPort {target} is not the name of a port of the Pod", target=port["targetPort"])
        return ServiceFault(words, file, (*_PORTS, "targetPort"))
    if direct is not None and direct.was_refused:
        where = (file, (*_PORTS, "targetPort")) if number != 80 else (SERVER_FILE, (*_SPEC, "containers"))
        return ServiceFault(_("nothing listens on port {number} of the Pod", number=number), *where)
    if direct is not None and direct.status and not direct.is_nginx:
        words = _(
            "the Pod itself answers with another page on port {number}: {page}", number=number, page=direct
        )
        return ServiceFault(words, SERVER_FILE, (*_SPEC, "containers"))
    return None


def named_otherwise(service: Object, name: str, file: str) -> ServiceFault | None:
    """Return a fault if the Service has another name than the course gives it.

    Source: section 11.8.3.1 of the course.
    """
    found = service["metadata"]["name"]
    return (
        None
        if found == name
        else ServiceFault(_("the Service is named {found}", found=found), file, ("metadata", "name"))
    )


def other_port(service: Object, file: str) -> ServiceFault | None:
    """Return a fault if the Service does not listen on the port of the course.

    Source: section 11.8.3 of the course.
    """
    ports = [port["port"] for port in service["spec"].get("ports") or []]
    if not ports:
        return ServiceFault(_("the Service has no ports"), file, _SPEC)
    words = _("the Service listens on port {ports}, not {port}", ports=", ".join(map(str, ports)), port=PORT)
    return None if PORT in ports else ServiceFault(words, file, (*_PORTS, "port"))


def no_node_port(service: Object) -> ServiceFault | None:
    """Return a fault if the Service does not open nodePort 30050 (11.8.3.2)."""
    kind = service["spec"].get("type")
    ports = [port.get("nodePort") for port in service["spec"].get("ports") or []]
    if NODE_PORT in ports:
        return None
    opened = ", ".join(str(port) for port in ports if port)
    words = _("the Service has type {kind} and does not open a nodePort", kind=kind)
    if opened:
        words = _("the Service has type {kind} and nodePort {opened}", kind=kind, opened=opened)
    return ServiceFault(words, NODEPORT_FILE, (*_PORTS, "nodePort") if opened else (*_SPEC, "type"))


def only_local(service: Object) -> ServiceFault | None:
    """Return a fault if nodes without the Pod do not answer.

    Source: Kubernetes: Service, Traffic policies.
    """
    if service["spec"].get("externalTrafficPolicy") != "Local":
        return None
    words = _("with externalTrafficPolicy: Local only the node where the Pod runs answers")
    return ServiceFault(words, NODEPORT_FILE, (*_SPEC, "externalTrafficPolicy"))


def only_nearby(service: Object) -> ServiceFault | None:
    """Return a fault if Pods on other nodes than the server's are not served.

    Source: Kubernetes: Service Internal Traffic Policy.
    """
    if service["spec"].get("internalTrafficPolicy") != "Local":
        return None
    words = _(
        "with internalTrafficPolicy: Local the Service answers only Pods on the node where the nginx Pod runs"
    )
    return ServiceFault(words, CLUSTERIP_FILE, (*_SPEC, "internalTrafficPolicy"))


def left_to_chance(service: Object, client: Object) -> ServiceFault | None:
    """Return a fault if it depends on the scheduler whether a Pod is served.

    Args:
        service: as the API server has it.
        client: the manifest of the Pod that asks, which may say on which node it runs.
    """
    if client["spec"].keys() & {"affinity", "nodeName", "nodeSelector"}:
        return None
    return only_nearby(service)


def also_selected(service: Object, client: Object, direct: HttpAnswer | None) -> ServiceFault | None:
    """Return a fault if the Service selects the client Pod too (11.8.3.1).

    That one serves no page.

    Args:
        service: as the API server has it.
        client: the client Pod.
        direct: what the client Pod itself answered; None if it was not asked.
    """
    if not selects(service, client) or direct is None or not (direct.was_refused or direct.status):
        return None
    if direct.is_nginx:
        return None
    words = _(
        "the Service also selects {name}, because of its labels {labels}, and that Pod serves no page",
        name=client["metadata"]["name"],
        labels=_pairs(client["metadata"]["labels"]),
    )
    # Without one of them it is not selected any more.
    return ServiceFault(words, CLIENT_FILE, ("metadata", "labels", next(iter(service["spec"]["selector"]))))


def keeps_away(service: Object, client: Object) -> ServiceFault | None:
    """Return what keeps the client Pod from a Service that others can reach.

    Source: Kubernetes: DNS for Services and Pods.
    """
    return only_nearby(service) or _resolves_itself(client) or _asks_others(client)


def _asks_others(client: Object) -> ServiceFault | None:
    """Return what keeps the client from the cluster's DNS."""
    policy = client["spec"].get("dnsPolicy")
    if policy != "ClusterFirst":
        words = _("with dnsPolicy: {policy} the client Pod does not use the cluster's DNS", policy=policy)
        return ServiceFault(words, CLIENT_FILE, (*_SPEC, "dnsPolicy"))
    return None


def goes_elsewhere(service: Object, client: Object, answer: HttpAnswer) -> ServiceFault | None:
    """Return the fault that leads the client Pod to another page of nginx.

    Whoever has the Pod's network may give the name another address and serve a page there.

    Args:
        service: with its addresses in the cluster.
        client: the Pod.
        answer: that the suite's own program got in the Pod's network, by the Service's name.
    """
    if elsewhere := pointing_elsewhere(service, CLUSTERIP_FILE):
        return elsewhere
    addresses = {service["spec"].get("clusterIP"), *(service["spec"].get("clusterIPs") or [])} - {
        None,
        "None",
    }
    if not answer.is_nginx or not answer.address or not addresses or answer.address in addresses:
        return None
    if found := _resolves_itself(client) or _asks_others(client):
        return found
    words = _(
        "in the client Pod, {name} resolves to {address}, which is not the address of the Service",
        name=CLUSTERIP_NAME,
        address=answer.address,
    )
    spec = client["spec"]
    return ServiceFault(words, CLIENT_FILE, (*_SPEC, "dnsConfig" if "dnsConfig" in spec else "containers"))


def _resolves_itself(client: Object) -> ServiceFault | None:
    """Return the fault of a Service's name in the client's hosts file.

    That is read before any DNS.
    """
    spec, name = client["spec"], client["metadata"]["name"]
    for index, alias in enumerate(spec.get("hostAliases") or []):
        if CLUSTERIP_NAME in (alias.get("hostnames") or []):
            words = _(
                "hostAliases in the client Pod maps {name} to the address {address}",
                name=CLUSTERIP_NAME,
                address=alias["ip"],
            )
            return ServiceFault(words, CLIENT_FILE, (*_SPEC, "hostAliases", index))
    if spec.get("hostname", name) == CLUSTERIP_NAME:
        words = _(
            "the client Pod itself is named {name}, so inside it the name resolves to the client Pod",
            name=CLUSTERIP_NAME,
        )
        place = (*_SPEC, "hostname") if "hostname" in spec else ("metadata", "name")
        return ServiceFault(words, CLIENT_FILE, place)
    return None


def _pairs(labels: Object) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or _("none")
