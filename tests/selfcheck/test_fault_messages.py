"""The message of each fault names what was changed: the field, or the student's own value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.model import Fault, Operation
from grading.exercise.loader import load_courses
from grading.report.model import CriterionResult
from grading.report.repairs import Repair, repairs_of
from grading.report.student_view import for_student
from tests.selfcheck.replayed import replay

FAULTS: Final = {name: fault for name, fault in load_faults().items() if fault.patch and fault.fails}
COURSES: Final = load_courses()

SILENT: Final = {
    "introlab-third-document": "the message names the line of what is too much; its kind is not recorded",
}
"""Faults whose messages name neither, and why none can."""


def names(operation: Operation) -> Iterator[str]:
    """Yield what a message may name of a change: the nearest key of the field, and the values written."""
    keys = [part.replace("~1", "/").replace("~0", "~") for part in operation.pointer.split("/")[1:]]
    yield from [key for key in keys if not key.isdigit() and key != "-"][-1:] or ["kind"]
    yield from scalars(operation.value)


def scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def of_removed(fault: Fault) -> Iterator[str]:
    """Yield the keys within what a fault removes from the reference."""
    for operation in fault.patch:
        if operation.op == "remove" and operation.pointer:
            for document in yaml.safe_load_all((REFERENCE / operation.file).read_text("utf-8")):
                if document["kind"] == operation.kind:
                    yield from scalars(_at(document, operation.pointer))


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document.get(key, {})
    return document


def is_named(fault: Fault, result: CriterionResult) -> bool:
    """Return whether the message of a criterion names something that a fault changed."""
    text = "\n".join((result.rationale, result.help, result.expected, result.actual))
    words = {name for operation in fault.patch for name in names(operation)} | {*of_removed(fault)}
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) for word in words if word.strip())


def to_mend(name: str, folder: Path) -> list[Repair]:
    """Return what a fault leaves to mend, judged on its recordings."""
    fault = FAULTS[name]
    build(fault, folder)
    recordings = dict.fromkeys(COURSES.playing(fault.files), name)
    found: list[Repair] = []
    for course in COURSES.courses:
        criteria = {c.id for e in course.exercises for c in e.spec.criteria} & fault.loses
        if criteria:
            report, _evidence = replay(folder, recordings, course.spec.marker, criteria)
            found += repairs_of(for_student(report))
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_the_message_names_what_was_changed(name: str, tmp_path: Path) -> None:
    found = to_mend(name, tmp_path / name)
    assert found
    silent = [item for item in found if not any(is_named(FAULTS[name], result) for result in item.lost)]
    told = [(item.first.id, item.first.rationale, item.first.help, item.first.actual) for item in silent]
    assert bool(told) == (name in SILENT), told


def test_the_silent_ones_are_faults() -> None:
    assert SILENT.keys() <= FAULTS.keys()
