"""ConfigMaps and Secrets that a Pod needs and that no file declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from grading.errors import Unplayable
from grading.precheck.findings import Finding
from grading.submission.companions import usable, uses
from grading.submission.course_objects import Placed
from grading.submission.manifest import Manifest
from grading.text.i18n import _

_EVERYWHERE: Final = frozenset({("ConfigMap", "kube-root-ca.crt")})
"""What Kubernetes puts into each namespace (Kubernetes: RootCAConfigMap)."""


def check_references(
    manifest: Manifest, companions: Iterable[Placed], of_course: Iterable[Placed]
) -> Iterator[Finding]:
    """Yield references to objects that no file declares, or that cannot be used.

    Its Pods do not start.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        manifest: of a submission.
        companions: the ConfigMaps and Secrets of the submission that it refers to.
        of_course: the objects of the course, which an exercise may apply itself.
    """
    there = _EVERYWHERE | {item.id for item in of_course}
    for item in companions:
        there |= {item.id}
        try:
            usable(item, manifest)
        except Unplayable as failure:
            yield Finding.of(failure, item.path)
    for use in uses(manifest.data):
        if not use.is_optional and (use.kind, use.name) not in there:
            yield Finding.at(
                manifest.at(*use.path),
                _(
                    "the {kind} {name:.60} is used here, but no file declares it in this namespace",
                    kind=use.kind,
                    name=use.name,
                ),
                _(
                    "The containers cannot start without it: add its manifest to the folder, or correct the "
                    "name."
                ),
            )
