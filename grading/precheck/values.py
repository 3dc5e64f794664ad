"""What the course fixes in manifests that have no criterion ``*.declared`` of their own (11.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grading.exercise.rules import lookup
from grading.k8s.field_types import Path
from grading.k8s.image_reference import canonical
from grading.k8s.pod_diagnosis import COURSE_IMAGES
from grading.k8s.quantity import amount_of
from grading.precheck.consistency import items, mapping
from grading.precheck.findings import Finding
from grading.submission.manifest import Manifest
from grading.text.i18n import _

NAMES: Final = {
    "temptest.yaml": ("temp-data-pod", False),
    "pod-with-volume.yaml": ("pod-with-volume", False),
    "manual-pvc.yaml": ("manual-pvc", True),
    "pod-with-pvc.yaml": ("pvc-demo", True),
    "dynamic-pvc.yaml": ("dynamic-pvc", True),
    "dynamic-pod.yaml": ("dynamic-demo", True),
}
"""A file, the name of its object, and whether a criterion asks for that name."""

MOUNTS: Final = {
    "pod-with-volume.yaml": "/data",
    "pod-with-pvc.yaml": "/mydata",
    "dynamic-pod.yaml": "/usr/share/nginx/html",
}
"""A Pod and the folder that its volume is mounted at."""

DYNAMIC: Final = "dynamic-pvc.yaml"
DEFAULT_CLASS: Final = "local-path"
_CONTAINERS: Final[dict[str, Path]] = {
    "Pod": ("spec", "containers"),
    "Deployment": ("spec", "template", "spec", "containers"),
}


def check_values(name: str, manifest: Manifest) -> list[Finding]:
    """Return where a manifest has other values than the course.

    Args:
        name: the name that the course gives the file.
        manifest: what is in it.
    """
    found = [*_images(manifest)]
    if name in NAMES:
        found += _name(manifest, *NAMES[name])
    if name in MOUNTS:
        found += _mount_path(manifest, MOUNTS[name])
    if name == DYNAMIC:
        found += _dynamic(manifest)
    return found


def _name(manifest: Manifest, wanted: str, costs: bool) -> Iterator[Finding]:
    name = manifest.data["metadata"]["name"]
    if name != wanted:
        yield Finding.at(
            manifest.at("metadata", "name"),
            _("metadata.name is {name:.80}, in the course {wanted}", name=name, wanted=wanted),
            _("Write `name: {wanted}` (11.10).", wanted=wanted),
            costs=costs,
        )


def _images(manifest: Manifest) -> Iterator[Finding]:
    at = _CONTAINERS.get(manifest.data["kind"])
    for index, container in enumerate(items(lookup(manifest.data, at)) if at else []):
        image = mapping(container).get("image")
        if at and isinstance(image, str) and canonical(image) not in COURSE_IMAGES:
            yield Finding.at(
                manifest.at(*at, index, "image"),
                _("the image {image:.80} is none of the course's", image=image),
                _("A name with a typing error cannot be pulled."),
                costs=False,
            )


def _mount_path(manifest: Manifest, wanted: str) -> Iterator[Finding]:
    at: Path = ("spec", "containers", 0, "volumeMounts")
    paths = [str(mapping(mount).get("mountPath")) for mount in items(lookup(manifest.data, at))]
    if paths and wanted not in {path.rstrip("/") for path in paths}:
        yield Finding.at(
            manifest.at(*at, 0, "mountPath"),
            _(
                "a volume is mounted at {paths:.120}, in the course at {wanted}",
                paths=", ".join(paths),
                wanted=wanted,
            ),
            _("Write `mountPath: {wanted}` (11.10).", wanted=wanted),
        )


def _dynamic(claim: Manifest) -> Iterator[Finding]:
    at: Path = ("spec", "storageClassName")
    name = mapping(claim.data.get("spec")).get("storageClassName")
    if name not in (None, DEFAULT_CLASS):
        yield Finding.at(
            claim.at(*at),
            _(
                "class {name} makes no volumes; the default class is {default}",
                name=str(name)[:60] or _("(empty)"),
                default=DEFAULT_CLASS,
            ),
            _("Leave storageClassName out (11.10.7.3)."),
        )
    at = ("spec", "resources", "requests", "storage")
    if amount_of(lookup(claim.data, at)) not in {None, amount_of("2Gi")}:
        yield Finding.at(
            claim.at(*at),
            _("the claim asks for {wanted}, in the course for 2Gi", wanted=lookup(claim.data, at)),
            _("Write `storage: 2Gi` (11.10.7.3)."),
        )
    at = ("spec", "accessModes")
    modes = items(lookup(claim.data, at))
    if modes and modes != ["ReadWriteOnce"]:
        yield Finding.at(
            claim.at(*at),
            _(
                "the class {default} does not give {modes:.80}",
                default=DEFAULT_CLASS,
                modes=", ".join(map(str, modes)),
            ),
            _("Write ReadWriteOnce (11.10.7.3)."),
        )
