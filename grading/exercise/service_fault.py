"""A fault in the manifests that keeps a Service from answering."""

from __future__ import annotations

from dataclasses import dataclass

from grading.errors import Problem
from grading.evidence.base import Evidence


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
