"""What the scenarios of section 11.5 record."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from grading.evidence.base import CommandOutput, Evidence, HttpAnswer, Object, Part

CONTAINER_GONE: Final = "container not found"
"""What kubectl says where a container ended between two looks at it."""


class RunningPart(Part):
    """Section 11.5.4.2: the Pod once it is Ready, asked for its page from another Pod."""

    pod: Object | None = None
    http: HttpAnswer | None = None


class PodEvidence(Evidence):
    """Section 11.5: a bare Pod.

    Attributes:
        listing: ``ls -al`` in its container.
        deleted_uid: the Pod's, once it is gone.
        appeared: the Pods that were made after it was deleted; those of the suite aside.
    """

    running: RunningPart = Field(default_factory=RunningPart)
    listing: CommandOutput | None = None
    deleted_uid: str | None = None
    appeared: list[Object] | None = None
