"""What the scenarios of section 11.8 record."""

from __future__ import annotations

from grading.evidence.base import Evidence, HttpAnswer, Object


class NodePortEvidence(Evidence):
    """Section 11.8.3.2: a NodePort Service in front of the Pod of svc-nginx.yaml."""

    service: Object | None = None
    pod: Object | None = None
    host: HttpAnswer | None = None
