"""Claims and volumes of section 11.10 that were exported by ``kubectl get -o yaml`` while they were bound."""

from __future__ import annotations

from typing import Any

from grading.evidence.base import Evidence
from grading.k8s.binding import unbind
from grading.submission.preparation import Edit
from grading.text.i18n import _, joined

Object = dict[str, Any]


def as_written(evidence: Evidence, file: str) -> Edit:
    """Return an edit that leaves out what bound the object of a file in another cluster, with a remark.

    Args:
        evidence: of the scenario, for the remark.
        file: as the course names it.
    """

    def edit(data: Object) -> None:
        told = evidence.remarks.get(file, "")
        words = _("what Kubernetes wrote into it while it was bound is left out")
        if unbind(data) and words not in told:
            evidence.remarks[file] = joined("; ", filter(None, [told, words]))

    return edit
