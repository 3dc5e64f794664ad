"""Values that the course does not fix, and that are unlike all of the course's own."""

from __future__ import annotations

from collections.abc import Container

from grading.exercise.rules import lookup
from grading.k8s.image_reference import canonical
from grading.k8s.pod_template import POD_SPECS
from grading.precheck.consistency import items, mapping
from grading.precheck.findings import Finding
from grading.submission.manifest import Manifest
from grading.text.i18n import _


def check_images(manifest: Manifest, known: Container[str]) -> list[Finding]:
    """Return the images of a manifest that no course uses.

    Args:
        manifest: of a submission.
        known: the courses' images, each in full.
    """
    spec = POD_SPECS.get(manifest.data["kind"])
    at = (*spec, "containers") if spec else None
    found = []
    for index, container in enumerate(items(lookup(manifest.data, at)) if at else []):
        image = mapping(container).get("image")
        if at and isinstance(image, str) and canonical(image) not in known:
            found.append(
                Finding.at(
                    manifest.at(*at, index, "image"),
                    _("the image {image:.80} is not used in the course", image=image),
                    _("Check the name for typing errors: an image that does not exist cannot be pulled."),
                    costs=False,
                )
            )
    return found
