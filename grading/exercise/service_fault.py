"""What in the manifests keeps a Service from answering."""

from __future__ import annotations

from dataclasses import dataclass


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
