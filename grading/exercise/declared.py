"""The check ``declared``: what a file declares is what the course fixes, and the API server accepts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.exercise.fixed import Ports, rules_of
from grading.exercise.model import FileSpec, ObjectSpec
from grading.exercise.rules import Mismatch, mismatches, refuse
from grading.k8s.pod_template import pod_spec_of
from grading.submission.course_file import CourseFile
from grading.text import lookalikes
from grading.text.i18n import _


def check_declared(evidence: Evidence, name: str, file: FileSpec) -> str:
    """Check that a file declares what the course fixes in it.

    Args:
        evidence: of a scenario that plays the file, or of a look at the files alone.
        name: of the file in the course.
        file: what the course says of it.

    Returns:
        What to tell a student who hands it in in a later state; empty text if there is nothing.

    Raises:
        CriterionFailure: it differs from the course (`rules.DeclarationFailure`, naming every field), or
            holds more objects than the course's, or what kubectl does not read.
    """
    found: list[Mismatch] = []
    manifests = {kind: evidence.manifest(key) for kind, key in _keys(name, file).items()}
    remark = ""
    for kind, spec in file.objects.items():
        ports = served_ports(evidence, spec)
        text = evidence.texts.get(manifests[kind].file, "")
        wrong = mismatches(manifests[kind], rules_of(spec.fixed, ports), text)
        varying, said = _nearest_variant(manifests[kind], spec, ports, text)
        found += wrong + varying
        remark = remark or said
    first = next(iter(manifests.values()))
    refuse(found, first.file, file.course.spoken)
    if first.unread:
        raise CriterionFailure.of(first.unread)
    if first.surplus:
        raise _too_much(first, list(file.objects))
    return remark


def check_admitted(evidence: Evidence, name: str, file: FileSpec) -> None:
    """Check that the API server accepted every object of a file.

    Raises:
        CriterionFailure: it rejected one, with its error message.
        InfrastructureError: one was never offered to it.
    """
    for key in _keys(name, file).values():
        manifest, answer = evidence.manifest(key), evidence.admissions.get(key)
        if answer is None:
            raise InfrastructureError(_("{file} was never sent to the API server", file=key))
        if answer:
            failure = CriterionFailure(
                _("Kubernetes refuses {file}: {words}", file=manifest.file, words=answer[:600]),
                help=_("`kubectl apply --dry-run=server -f {file}` shows the same message.", file=name),
                expected=_("a manifest that Kubernetes accepts"),
                actual=answer[:600],
                location=manifest.at(),
            )
            place = lookalikes.mentioned(manifest.data, answer)
            if place is not None:
                failure.advise(
                    lookalikes.told(evidence.texts.get(manifest.file, ""), manifest.at(*place).line)
                )
            raise failure


def _keys(name: str, file: FileSpec) -> dict[str, str]:
    """Return by kind the names by which the objects of a file are known."""
    known = CourseFile(name, tuple(file.objects))
    return {kind: known.key(kind) for kind in known.kinds}


def _nearest_variant(
    manifest: RecordedManifest, spec: ObjectSpec, ports: Ports, text: str
) -> tuple[list[Mismatch], str]:
    """Return the mismatches with the first variant that fits, and its remark.

    With the first variant if none fits.
    """
    tried = [(mismatches(manifest, rules_of(item.fixed, ports), text), item.remark) for item in spec.variants]
    fitting = next(((found, remark) for found, remark in tried if not found), None)
    found, remark = fitting or (tried[0] if tried else ([], None))
    return found, remark.spoken if remark and not found else ""


def served_ports(evidence: Evidence, spec: ObjectSpec) -> Ports:
    """Return the ports of the Pods that a Service leads to, by name.

    Of one name the first counts.
    """
    pods = evidence.manifests.get(spec.serves)
    ports = list(_container_ports(pods.data)) if pods else []
    return {str(port["name"]): port["containerPort"] for port in reversed(ports)}


def _container_ports(pods: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for container in pod_spec_of(pods).get("containers") or []:
        yield from (p for p in container.get("ports") or [] if "name" in p and "containerPort" in p)


def _too_much(manifest: RecordedManifest, kinds: list[str]) -> CriterionFailure:
    wanted = ", ".join(kinds)
    return CriterionFailure(
        _(
            "{file} contains other objects than those of the course ({kinds})",
            file=manifest.file,
            kinds=wanted,
        ),
        help=_("Remove it, or move it to a file of its own: it is not applied."),
        expected=wanted,
        actual=", ".join(map(str, manifest.surplus_places)),
        location=manifest.surplus_places[0],
    )
