"""What each manifest of the course declares: the criteria ``*.declared``."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.course.declarations import (
    CLUSTERIP,
    DEPLOYMENT,
    FLASK_PORT,
    LAB_DEPLOYMENT,
    LAB_SERVICE,
    NAMESPACE,
    NODEPORT,
    POD,
    ROLLING,
    ROLLING_EDITED,
    ROLLING_FIRST,
    VOLUME,
    Declaration,
)
from grading.errors import CriterionFailure, InfrastructureError, Location, Unplayable
from grading.evidence.base import Evidence
from grading.exercise.rules import (
    Rule,
    check_manifest,
    lookup,
    mismatches,
    refuse,
)
from grading.k8s.storage_class import class_of
from grading.submission.loader import Submission
from grading.submission.manifest import Manifest
from grading.submission.multi_document import document_key
from grading.text.i18n import _


def check_declared(submission: Submission, declaration: Declaration, evidence: Evidence | None) -> None:
    """Check that a file declares what the course asks for, and that the API server accepts it.

    Args:
        submission: what is graded.
        declaration: what the file must declare.
        evidence: of the scenario that applied the file; None to look at the file alone.

    Raises:
        CriterionFailure: it does not.
        InfrastructureError: the file was never offered to the API server.
    """
    manifest = submission.manifest(declaration.file, declaration.kind)
    check_manifest(_resolved(submission, manifest), declaration.rules, declaration.course)
    check_admitted(manifest, declaration.file, evidence)


def _resolved(submission: Submission, manifest: Manifest) -> Manifest:
    """Return a manifest with what it says in another way where the rules look for it.

    A Service with the numbers for its targetPorts that are names of ports of svc-nginx.yaml, a volume with
    the class that it names in an annotation.
    """
    if manifest.data["kind"] == "PersistentVolume" and isinstance(manifest.data.get("spec"), dict):
        spec = {**manifest.data["spec"], "storageClassName": class_of(manifest.data) or None}
        return replace(manifest, data={**manifest.data, "spec": spec})
    if manifest.data["kind"] != "Service":
        return manifest
    try:
        pod = submission.manifest("svc-nginx.yaml", "Pod").data
    except Unplayable:
        return manifest
    data = copy.deepcopy(manifest.data)
    numbers = _named_ports(pod)
    for port in _items(lookup(data, ("spec", "ports"))):
        target = port.get("targetPort")
        if isinstance(target, str):
            port["targetPort"] = numbers.get(target) or target
    return replace(manifest, data=data)


def _named_ports(pod: dict[str, Any]) -> dict[str, int]:
    """Return the numbers of a Pod's ports by their names; of one name the first counts."""
    named = [
        port
        for container in _items(lookup(pod, ("spec", "containers")))
        for port in _items(container.get("ports"))
    ]
    return {
        str(port["name"]): int(port["containerPort"])
        for port in reversed(named)
        if "name" in port and "containerPort" in port
    }


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def check_rolling_declared(submission: Submission, evidence: Evidence | None) -> str:
    """Check ``dep-rolling.yaml`` as `check_declared` does; return what to tell a student all the same."""
    manifest = submission.manifest(ROLLING.file, ROLLING.kind)
    told = ""
    first = ROLLING_FIRST
    for edited in ROLLING_EDITED:
        if not _breaks(manifest, edited):
            first = edited
            told = _(
                "{file} is the file after its edits; the first version (nginx:1.24, "
                "change-cause “Initial release”) was to be handed in. It was graded from there.",
                file=manifest.file,
            )
    check_manifest(manifest, (*ROLLING.rules, *first), ROLLING.course)
    check_admitted(manifest, ROLLING.file, evidence)
    return told


def check_lab_declared(submission: Submission, evidence: Evidence | None) -> None:
    """Check ``flask-app.yaml`` as `check_declared` does: its two objects, and that there is no third."""
    file = LAB_DEPLOYMENT.file
    deployment, service = (submission.manifest(file, d.kind) for d in (LAB_DEPLOYMENT, LAB_SERVICE))
    leads = (*LAB_SERVICE.rules, _leads_to(deployment, FLASK_PORT))
    found = mismatches(deployment, LAB_DEPLOYMENT.rules) + mismatches(service, leads)
    refuse(found, deployment.file, _("Compare the file with the one in step 3 of the introductory lab."))
    surplus = submission.surplus(file)
    if surplus:
        raise CriterionFailure(
            _("{file} holds more than the Deployment and the Service", file=deployment.file),
            help=_("Take it out, or put it into a file of its own: it is not deployed."),
            expected=_("one Deployment and one Service"),
            actual=", ".join(map(str, surplus)),
            location=surplus[0],
        )
    check_admitted(deployment, file, evidence)
    check_admitted(service, document_key(file, LAB_SERVICE.kind), evidence)


def _leads_to(deployment: Manifest, number: int) -> Rule:
    """Ask for a targetPort of this number, or of a name that the Deployment's containers give to it."""
    path = ("spec", "ports", 0, "targetPort")
    ports = lookup(deployment.data, ("spec", "template", "spec", "containers", 0, "ports"))
    named = {port.get("name") for port in _items(ports) if port.get("containerPort") == number}

    def accepts(found: object) -> bool:
        if isinstance(found, str):
            return found in named
        return type(found) is int and found == number

    return Rule(path, str(number), accepts)


def _breaks(manifest: Manifest, rules: tuple[Rule, ...]) -> bool:
    try:
        check_manifest(manifest, rules, "")
    except CriterionFailure:
        return True
    return False


def check_admitted(manifest: Manifest, file: str, evidence: Evidence | None) -> None:
    """Check what the API server said to a file; without evidence nothing is asked."""
    if evidence is None:
        return
    answer = evidence.admissions.get(file)
    if answer is None:
        raise InfrastructureError(_("{file} was never offered to the API server", file=file))
    if answer:
        raise CriterionFailure(
            _("Kubernetes refuses {file}: {words}", file=manifest.file, words=answer[:600]),
            help=_("`kubectl apply --dry-run=server -f {file}` shows the same message.", file=file),
            expected=_("a manifest that Kubernetes accepts"),
            actual=answer[:600],
            location=Location(manifest.file, manifest.document.line()),
        )


@dataclass(frozen=True)
class Declared:
    """A criterion ``*.declared`` as it can be looked at without a cluster.

    Attributes:
        file: the file that it is about.
        look: checks it, and returns what to tell a student all the same.
    """

    file: str
    look: Callable[[Submission], str]


def _look(declaration: Declaration) -> Declared:
    def look(submission: Submission) -> str:
        check_declared(submission, declaration, None)
        return ""

    return Declared(declaration.file, look)


def _look_at_lab(submission: Submission) -> str:
    check_lab_declared(submission, None)
    return ""


DECLARED: Final = {
    "pods.declared": _look(POD),
    "namespaces.declared": _look(NAMESPACE),
    "services.clusterip.declared": _look(CLUSTERIP),
    "services.nodeport.declared": _look(NODEPORT),
    "deployments.declared": _look(DEPLOYMENT),
    "rolling.declared": Declared(ROLLING.file, lambda submission: check_rolling_declared(submission, None)),
    "storage.pv.declared": _look(VOLUME),
    "introlab.declared": Declared(LAB_DEPLOYMENT.file, _look_at_lab),
}
"""Every criterion ``*.declared`` of the rubric by its id, for ``kubegrade check``."""
