"""The engine knows no course: nothing that a course fixes stands in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import grading
from grading.exercise.loader import load_courses

ROOT: Final = Path(grading.__file__).parent
SOURCES: Final = [
    path
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.j2")])
    if "course" not in path.relative_to(ROOT).parts
]
GENERAL: Final = {
    "apps/v1", "v1", "default", "TCP", "ClusterIP", "NodePort", "LoadBalancer", "RollingUpdate", "Retain",
    "ReadWriteOnce", "local-path", "10%", "None", "nginx", "nginx:latest",
}  # fmt: skip
"""Words of Kubernetes and k3s, which the course only uses, and the image of the suite's own Pods."""
SECTION: Final = re.compile(r"(?<![\w.])11\.[1-9]\d*(\.\d+)*(?![\w.]*\d)|introductory lab|introlab")


def values(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        for value in item.values():
            yield from values(value)
    elif isinstance(item, list):
        for value in item:
            yield from values(value)
    else:
        yield item


def literals() -> set[str]:
    """What the courses fix: files, names, images, causes, ports, folders, criteria, markers."""
    courses = load_courses()
    found = {*courses.files, *courses.criteria}
    for exercise in courses.exercises:
        found.add(exercise.spec.marker)
        for file in exercise.spec.files.values():
            found |= {*file.also, *file.images}
            for spec in file.objects.values():
                for fixed in (spec.fixed, *(variant.fixed for variant in spec.variants)):
                    for value in values(fixed):
                        if (isinstance(value, str) and len(value) > 3) or (
                            type(value) is int and value > 1000
                        ):
                            found.add(str(value))
    return found - GENERAL


def said(text: str, literal: str) -> list[str]:
    return re.findall(rf"(?<![\w.-]){re.escape(literal)}(?![\w-])", text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_literal_of_a_course(path: Path) -> None:
    text = path.read_text("utf-8")
    found = [literal for literal in sorted(literals()) if said(text, literal)]
    found += [match[0] for match in SECTION.finditer(text)]
    assert found == []
