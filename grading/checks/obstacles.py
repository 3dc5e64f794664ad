"""What in the manifests keeps a Service from answering: the reason, and the field that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from grading.evidence.base import HttpAnswer
from grading.i18n import _
from grading.routing import selects, service_port, target_port

Object = dict[str, Any]

PORT: Final = 8080
NODE_PORT: Final = 30050

_SPEC: Final = ("spec",)
_PORTS: Final = ("spec", "ports", 0)


@dataclass(frozen=True)
class Obstacle:
    """Why a Service cannot answer, and the field of which file says so."""

    reason: str
    file: str
    path: tuple[str | int, ...] = ()


def selects_nothing(service: Object, pod: Object, file: str) -> Obstacle:
    """The selector matches no Pod: the label is wrong on one side or the other."""
    if service["spec"].get("type") == "ExternalName":
        words = _("type ExternalName leads to another host, and its selector counts for nothing")
        return Obstacle(words, file, (*_SPEC, "type"))
    selector, labels = service["spec"].get("selector") or {}, pod["metadata"].get("labels") or {}
    name = pod["metadata"]["name"]
    reason = _(
        "the selector {selector} matches no Pod; the labels of {name}: {labels}",
        selector=_pairs(selector),
        name=name,
        labels=_pairs(labels),
    )
    if selector == {"app": "nginx"}:
        return Obstacle(reason, "svc-nginx.yaml", ("metadata", "labels"))
    return Obstacle(reason, file, (*_SPEC, "selector"))


def leads_nowhere(
    service: Object, pod: Object, file: str, direct: HttpAnswer | None, key: str, wanted: int
) -> Obstacle | None:
    """Return what keeps a port of the Service from leading to the page of the Pod."""
    if not selects(service, pod):
        return selects_nothing(service, pod, file)
    port = service_port(service, key, wanted)
    if port.get("protocol", "TCP") != "TCP":
        return Obstacle(
            _("the protocol is {protocol}, not TCP", protocol=port["protocol"]), file, (*_PORTS, "protocol")
        )
    if service["spec"].get("clusterIP") == "None":
        return Obstacle(_("clusterIP: None gives the Service no address"), file, (*_SPEC, "clusterIP"))
    number = target_port(port, pod)
    if number is None:
        words = _("targetPort {target} is no name of a port of the Pod", target=port["targetPort"])
        return Obstacle(words, file, (*_PORTS, "targetPort"))
    if direct is not None and direct.was_refused:
        where = (
            (file, (*_PORTS, "targetPort")) if number != 80 else ("svc-nginx.yaml", (*_SPEC, "containers"))
        )
        return Obstacle(_("nothing listens on port {number} of the Pod", number=number), *where)
    if direct is not None and direct.status and not direct.is_nginx:
        words = _(
            "the Pod itself answers with another page on port {number}: {page}", number=number, page=direct
        )
        return Obstacle(words, "svc-nginx.yaml", (*_SPEC, "containers"))
    return None


def named_otherwise(service: Object, name: str, file: str) -> Obstacle | None:
    """Return an obstacle where the Service has another name than the course gives it."""
    found = service["metadata"]["name"]
    return (
        None
        if found == name
        else Obstacle(_("the Service is named {found}", found=found), file, ("metadata", "name"))
    )


def other_port(service: Object, file: str) -> Obstacle | None:
    """Return an obstacle where the Service does not listen on the port of the course."""
    ports = [port["port"] for port in service["spec"].get("ports") or []]
    if not ports:
        return Obstacle(_("the Service has no ports"), file, _SPEC)
    words = _("the Service listens on port {ports}, not {port}", ports=", ".join(map(str, ports)), port=PORT)
    return None if PORT in ports else Obstacle(words, file, (*_PORTS, "port"))


def no_node_port(service: Object) -> Obstacle | None:
    """Return an obstacle where the Service does not open nodePort 30050."""
    kind = service["spec"].get("type")
    ports = [port.get("nodePort") for port in service["spec"].get("ports") or []]
    if NODE_PORT in ports:
        return None
    opened = ", ".join(str(port) for port in ports if port)
    words = _("the Service has type {kind} and no nodePort", kind=kind)
    if opened:
        words = _("the Service has type {kind} and nodePort {opened}", kind=kind, opened=opened)
    return Obstacle(words, "nodeport.yaml", (*_PORTS, "nodePort") if opened else (*_SPEC, "type"))


def only_local(service: Object) -> Obstacle | None:
    """Return an obstacle where nodes without the Pod do not answer."""
    if service["spec"].get("externalTrafficPolicy") != "Local":
        return None
    words = _("with externalTrafficPolicy: Local only the node of the Pod answers")
    return Obstacle(words, "nodeport.yaml", (*_SPEC, "externalTrafficPolicy"))


def only_nearby(service: Object) -> Obstacle | None:
    """Return an obstacle where Pods on other nodes than the server's are not served."""
    if service["spec"].get("internalTrafficPolicy") != "Local":
        return None
    words = _("with internalTrafficPolicy: Local only Pods on the node of the server are served")
    return Obstacle(words, "svc.yaml", (*_SPEC, "internalTrafficPolicy"))


def also_selected(service: Object, client: Object, direct: HttpAnswer | None) -> Obstacle | None:
    """Return an obstacle where the Service sends requests to the client Pod too, which serves no page."""
    if not selects(service, client) or direct is None or not (direct.was_refused or direct.status):
        return None
    if direct.is_nginx:
        return None
    words = _(
        "the Service selects {name} too, by its labels {labels}, and that Pod serves no page",
        name=client["metadata"]["name"],
        labels=_pairs(client["metadata"]["labels"]),
    )
    return Obstacle(words, "svc-debian.yaml", ("metadata", "labels"))


def keeps_away(service: Object, client: Object) -> Obstacle | None:
    """Return what keeps the client Pod from a Service that others can reach."""
    if nearby := only_nearby(service):
        return nearby
    policy = client["spec"].get("dnsPolicy")
    if policy != "ClusterFirst":
        words = _("with dnsPolicy: {policy} the client does not ask the cluster's DNS", policy=policy)
        return Obstacle(words, "svc-debian.yaml", (*_SPEC, "dnsPolicy"))
    return None


def _pairs(labels: Object) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or _("none")
