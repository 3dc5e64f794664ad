"""The manifests that the course has a student write, and the kind that each holds."""

from __future__ import annotations

from typing import Final, NamedTuple


class CourseFile(NamedTuple):
    """A manifest of the course."""

    name: str
    kind: str
    section: str


FILES: Final = (
    CourseFile("second-pod.yaml", "Pod", "11.5"),
    CourseFile("ns.yaml", "Namespace", "11.7"),
    CourseFile("ns-pod.yaml", "Pod", "11.7"),
    CourseFile("svc.yaml", "Service", "11.8"),
    CourseFile("svc-nginx.yaml", "Pod", "11.8"),
    CourseFile("svc-debian.yaml", "Pod", "11.8"),
    CourseFile("nodeport.yaml", "Service", "11.8"),
    CourseFile("dep.yaml", "Deployment", "11.9"),
    CourseFile("dep-rolling.yaml", "Deployment", "11.9"),
    CourseFile("temptest.yaml", "Pod", "11.10"),
    CourseFile("pod-with-volume.yaml", "Pod", "11.10"),
    CourseFile("manual-pv.yaml", "PersistentVolume", "11.10"),
    CourseFile("manual-pvc.yaml", "PersistentVolumeClaim", "11.10"),
    CourseFile("pod-with-pvc.yaml", "Pod", "11.10"),
    CourseFile("dynamic-pvc.yaml", "PersistentVolumeClaim", "11.10"),
    CourseFile("dynamic-pod.yaml", "Pod", "11.10"),
)

MARKERS: Final = {"chapter11": None} | {f"s{file.section.replace('.', '_')}": file.section for file in FILES}
"""What may be looked at: marker to section, None for all of them."""


def files_of(marker: str) -> tuple[CourseFile, ...]:
    """Return the files that a marker is about."""
    section = MARKERS[marker]
    return tuple(file for file in FILES if section in {None, file.section})
