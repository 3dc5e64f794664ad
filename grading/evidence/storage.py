"""What the scenarios of section 11.10 record."""

from __future__ import annotations

from grading.evidence.base import Evidence, HttpAnswer, Object


class ClaimEvidence(Evidence):
    """Section 11.10.7.2: a volume made by hand, its claim and a Pod on it."""

    volume: Object | None = None
    claim: Object | None = None
    nonce: str | None = None
    first_pod: Object | None = None
    second_pod: Object | None = None
    file_before: str | None = None
    file_after: str | None = None
    important_after: str | None = None


class DynamicEvidence(Evidence):
    """Section 11.10.7.3: a claim on the default class and a web server on it."""

    claim: Object | None = None
    nonce: str | None = None
    first_pod: Object | None = None
    second_pod: Object | None = None
    page_before: HttpAnswer | None = None
    page_after: HttpAnswer | None = None
