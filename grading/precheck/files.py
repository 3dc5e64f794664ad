"""The manifests that the course has a student write, and the kind that each holds."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from grading.submission.multi_document import document_key

CHAPTER: Final = "chapter11"
LAB: Final = "introlab"


class CourseFile(NamedTuple):
    """An object that the course has a student write into a file."""

    name: str
    kind: str
    section: str

    @property
    def key(self) -> str:
        """By what name the object is known; that of the file, but for the second object of a file."""
        return document_key(self.name, self.kind)

    @property
    def chapter(self) -> str:
        """The marker of its chapter."""
        return LAB if self.section == LAB else CHAPTER

    @property
    def markers(self) -> tuple[str, ...]:
        """The markers that it can be looked at by."""
        return (LAB,) if self.section == LAB else (CHAPTER, f"s{self.section.replace('.', '_')}")


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
    CourseFile("flask-app.yaml", "Deployment", "introlab"),
    CourseFile("flask-app.yaml", "Service", "introlab"),
)

MARKERS: Final = tuple(dict.fromkeys(marker for file in FILES for marker in file.markers))
"""What may be looked at."""


def files_of(marker: str) -> tuple[CourseFile, ...]:
    """Return the files that a marker is about."""
    return tuple(file for file in FILES if marker in file.markers)


def files_in(names: Container[str]) -> tuple[CourseFile, ...]:
    """Return the files of every chapter that one of these names is of."""
    begun = {file.chapter for file in FILES if file.name in names}
    return tuple(file for file in FILES if file.chapter in begun)
