"""The namespaces of the objects in the manifests of a submission."""

from __future__ import annotations

from collections.abc import Iterator

from grading.errors import Unplayable
from grading.precheck.findings import Finding
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import check_together, namespace_of
from grading.text.i18n import _


def elsewhere(pod: Manifest, namespace: Manifest) -> Iterator[Finding]:
    """Yield a Pod that goes to another namespace than the one created for it (Kubernetes: Namespaces)."""
    found, wanted = namespace_of(pod), namespace.data["metadata"]["name"]
    if found != wanted:
        yield Finding.at(
            pod.at("metadata", "namespace"),
            _(
                "the Pod goes to the namespace {found!s:.60}, but {file} creates the namespace {wanted}",
                found=found,
                file=namespace.file,
                wanted=wanted,
            ),
            _("Write `namespace: {wanted}` below metadata.", wanted=wanted),
        )


def apart(first: Manifest, other: Manifest) -> Iterator[Finding]:
    """Yield files that belong together and name different namespaces."""
    try:
        check_together(first, other)
    except Unplayable as failure:
        yield Finding.of(failure, other.file)
