"""What the scenarios of section 11.5 record."""

from __future__ import annotations

from grading.evidence.base import Evidence, HttpAnswer, Object


class PodEvidence(Evidence):
    """Section 11.5: a bare Pod."""

    pod: Object | None = None
    http: HttpAnswer | None = None
