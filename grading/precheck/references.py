"""ConfigMaps and Secrets that a Pod needs and that no file declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from grading.precheck.findings import Finding
from grading.submission.companions import uses
from grading.submission.manifest import Manifest
from grading.text.i18n import _

_EVERYWHERE: Final = frozenset({("ConfigMap", "kube-root-ca.crt")})
"""What Kubernetes puts into each namespace (Kubernetes: RootCAConfigMap)."""


def check_references(manifest: Manifest, companions: Iterable[Manifest]) -> Iterator[Finding]:
    """Find what a manifest refers to and what stands in no file, so that its Pods do not start.

    Args:
        manifest: of a submission.
        companions: the ConfigMaps and Secrets of the submission that it refers to.
    """
    there = {(item.data["kind"], item.data["metadata"]["name"]) for item in companions} | _EVERYWHERE
    for use in uses(manifest.data):
        if not use.is_optional and (use.kind, use.name) not in there:
            yield Finding.at(
                manifest.at(*use.path),
                _(
                    "the {kind} {name:.60} that is used here stands in no file of this namespace",
                    kind=use.kind,
                    name=use.name,
                ),
                _("Without it no container starts: put its manifest into the folder, or correct the name."),
            )
