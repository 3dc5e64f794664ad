"""The evidence of the scenarios of section 11.10."""

from __future__ import annotations

from grading.evidence.base import Evidence, HttpAnswer, Object


class EphemeralEvidence(Evidence):
    """Section 11.10.7.1: the log in a container's own filesystem."""

    first_pod: Object | None = None
    second_pod: Object | None = None
    nonce: str | None = None
    log_before: str | None = None
    log_after: str | None = None


class EmptyDirEvidence(Evidence):
    """Section 11.10: an emptyDir, its container restarted, then its Pod replaced.

    The files are /data/file.txt, which the container itself writes each time it starts, and one with a
    nonce beside it; empty text if a file is not there.
    """

    first_pod: Object | None = None
    restarted_pod: Object | None = None
    second_pod: Object | None = None
    nonce: str | None = None
    file_before: str | None = None
    file_restarted: str | None = None
    nonce_restarted: str | None = None
    nonce_after: str | None = None


class ClaimEvidence(Evidence):
    """Section 11.10.7.2: a volume made by hand, its claim and a Pod on it.

    Parts: `pod` is the Pod of the course.

    Attributes:
        released_volume: the volume once it was no longer Bound; None if `volume_gone`.
        written: what was on the volume when the claim was deleted.
        kept: what a Pod of the suite's own then read back from the volume.
    """

    volume: Object | None = None
    claim: Object | None = None
    nonce: str | None = None
    first_pod: Object | None = None
    second_pod: Object | None = None
    file_before: str | None = None
    file_after: str | None = None
    important_after: str | None = None
    released_volume: Object | None = None
    volume_gone: bool | None = None
    written: str | None = None
    kept: str | None = None


class DynamicEvidence(Evidence):
    """Section 11.10.7.3: a claim on the default class and a web server on it.

    Parts: `pod` is the web server.

    Attributes:
        unused_claim: the claim once Kubernetes had looked at it, before any Pod used it.
        unused_reasons: the reasons of the events about it by then.
        unused_volumes: the volumes that belonged to it by then.
        claim: the claim once the Pod was Ready, or could not become so.
        volume: its volume then.
        page_before, page_after: the answers to the port-forward, before and after the Pod was made again.
        file_after: the page on its volume then; None if it was not read.
        direct_before, direct_after: the answers of the Pod itself, if the port-forward stayed silent.
        volume_gone: whether the volume went after the claim was deleted; False if it stays.
    """

    unused_claim: Object | None = None
    unused_reasons: list[str] | None = None
    unused_volumes: list[Object] | None = None
    claim: Object | None = None
    volume: Object | None = None
    nonce: str | None = None
    first_pod: Object | None = None
    second_pod: Object | None = None
    page_before: HttpAnswer | None = None
    page_after: HttpAnswer | None = None
    file_after: str | None = None
    direct_before: HttpAnswer | None = None
    direct_after: HttpAnswer | None = None
    volume_gone: bool | None = None
