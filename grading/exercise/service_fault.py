"""A fault in the manifests that keeps a Service from answering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grading.errors import Problem
from grading.evidence.base import Evidence
from grading.k8s.service_routing import leads_elsewhere
from grading.text.i18n import _


@dataclass(frozen=True)
class ServiceFault:
    """Why a Service cannot answer, and the field of which file says so.

    Attributes:
        reason: for a student.
        file: the manifest, as the course names it.
        path: the field in it.
    """

    reason: str
    file: str
    path: tuple[str | int, ...] = ()

    def problem(self, evidence: Evidence, rationale: str, help: str, expected: str, actual: str) -> Problem:
        """Return the problem that it causes, located at its field.

        Args:
            evidence: of the scenario that applied the file.
            rationale: what is wrong, with the reason.
            help: what to do about it.
            expected: what the course asks for.
            actual: what was found.
        """
        return Problem(rationale, help, expected, actual, evidence.at(self.file, *self.path))


def pointing_elsewhere(service: dict[str, Any], file: str) -> ServiceFault | None:
    """Return the fault of a Service that is a name for another host; None if it is not.

    Source: Kubernetes: Service, type ExternalName.

    Args:
        service: as the API server has it.
        file: its manifest.
    """
    if not leads_elsewhere(service):
        return None
    words = _("a Service of type ExternalName points to another host and ignores its selector")
    return ServiceFault(words, file, ("spec", "type"))
