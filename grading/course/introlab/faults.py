"""Find what in flask-app.yaml keeps the page of the introductory lab from the host."""

from __future__ import annotations

from typing import Any, Final

from grading.course.introlab.course_values import FILE, PORT
from grading.course.introlab.evidence import LabEvidence, holds_word, is_page, labelled_name
from grading.evidence.base import HttpAnswer
from grading.exercise.rules import MISSING, lookup
from grading.exercise.service_fault import ServiceFault, pointing_elsewhere
from grading.k8s.field_types import Path, dotted
from grading.k8s.image_reference import canonical
from grading.k8s.service_routing import opens_port, selects, service_port, target_port
from grading.text.i18n import _

Object = dict[str, Any]

SERVICE_FILE: Final = f"{FILE}#Service"
FLASK_PORT: Final = 5000
FLASK: Final = "arneduyver/loadbalancetester-flask:latest"

_PORTS: Final = ("spec", "ports", 0)
CONTAINER: Final = ("spec", "template", "spec", "containers", 0)
IMAGE: Final = (*CONTAINER, "image")
READINESS_PROBE: Final = (*CONTAINER, "readinessProbe")
_HOSTNAME: Final[Path] = ("spec", "template", "spec", "hostname")
_NAMING: Final = {"POD_NAME", "HOSTNAME"}
"""The variables that the course's program takes the name of its Pod from."""


def leads_nowhere(evidence: LabEvidence) -> ServiceFault | None:
    """Return the fault in the manifests that keeps the page from the host, if any.

    Source: step 3 of the lab.
    """
    service = evidence.need(evidence.running.service)
    pod = evidence.need(evidence.running.pods)[0]
    spec, direct = service["spec"], evidence.page.direct
    if not selects(service, pod):
        return selects_not(service, pod)
    if not opens_port(service, PORT):
        ports = ", ".join(str(port["port"]) for port in spec.get("ports") or [])
        if spec.get("type") != "LoadBalancer":
            words = _("a Service of type {kind} does not open port {port}", kind=spec.get("type"), port=PORT)
            return ServiceFault(words, SERVICE_FILE, ("spec", "type"))
        words = _("the Service listens on port {ports}, not {port}", ports=ports, port=PORT)
        return ServiceFault(words, SERVICE_FILE, (*_PORTS, "port"))
    port = service_port(service, "port", PORT)
    if port.get("protocol", "TCP") != "TCP":
        words = _("the protocol is {protocol}, not TCP", protocol=port["protocol"])
        return ServiceFault(words, SERVICE_FILE, (*_PORTS, "protocol"))
    number = target_port(port, pod)
    if number is None:
        words = _("targetPort {name} is not the name of a port of the Pods", name=port["targetPort"])
        return ServiceFault(words, SERVICE_FILE, (*_PORTS, "targetPort"))
    if direct is not None and direct.was_refused and number != FLASK_PORT:
        words = _("nothing listens on port {port} of the Pods", port=number)
        return ServiceFault(words, SERVICE_FILE, (*_PORTS, "targetPort"))
    # What the course's own program does is nobody's fault.
    if direct is not None and not runs_course_program(evidence):
        if direct.was_refused:
            return ServiceFault(_("nothing listens on port {port} of the Pods", port=number), FILE, IMAGE)
        if direct.status and not is_page(direct, evidence.running.names):
            words = _(
                "the Pods answer with another page on port {port}: {answer}", port=number, answer=direct
            )
            return ServiceFault(words, FILE, IMAGE)
    if spec.get("loadBalancerSourceRanges"):
        words = _("loadBalancerSourceRanges does not allow the address of the host")
        return ServiceFault(words, SERVICE_FILE, ("spec", "loadBalancerSourceRanges"))
    return None


def selects_not(service: Object, pod: Object) -> ServiceFault:
    """Return the fault of a selector that does not match a Pod of the Deployment.

    Source: step 3 of the lab.
    """
    if elsewhere := pointing_elsewhere(service, SERVICE_FILE):
        return elsewhere
    selector, labels = service["spec"].get("selector") or {}, pod["metadata"].get("labels") or {}
    words = _(
        "the selector {selector} does not match {name}, whose labels are {labels}",
        selector=_pairs(selector),
        name=pod["metadata"]["name"],
        labels=_pairs(labels),
    )
    return ServiceFault(words, SERVICE_FILE, ("spec", "selector"))


def _pairs(labels: Object) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "-"


def runs_course_program(evidence: LabEvidence) -> bool:
    """Return whether the Pods run the program of the course as it is (step 3)."""
    deployment = evidence.need(evidence.deployment)
    replaced = any(lookup(deployment, (*CONTAINER, key)) is not MISSING for key in ("command", "args"))
    return canonical(str(lookup(deployment, IMAGE))) == canonical(FLASK) and not replaced


def renamed(evidence: LabEvidence, answer: HttpAnswer) -> ServiceFault | None:
    """Return the fault that gives Pods the name that a page shows.

    It is not the one that Kubernetes gave them.

    Args:
        evidence: of the lab.
        answer: the page.
    """
    deployment = evidence.need(evidence.deployment)
    variables = lookup(deployment, (*CONTAINER, "env"))
    given: dict[Path, object] = {
        (*CONTAINER, "env", index): variable.get("value")
        for index, variable in enumerate(variables if isinstance(variables, list) else [])
        if variable["name"] in _NAMING
    }
    if (hostname := lookup(deployment, _HOSTNAME)) is not MISSING:
        given[_HOSTNAME] = hostname
    is_labelled = bool(labelled_name(answer.body))
    shown = [
        place for place, name in given.items() if is_labelled or (name and holds_word(answer.body, str(name)))
    ]
    if not shown:
        return None
    return ServiceFault(_("{field} gives the Pods another name", field=dotted(shown[0])), FILE, shown[0])
