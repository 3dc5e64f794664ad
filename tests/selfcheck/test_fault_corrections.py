"""Each fault is told what to write: applied to its files, the corrections give what the course has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from grading.errors import Correction
from grading.exercise.loader import load_courses
from grading.k8s.differences import differences
from grading.k8s.field_types import Path as FieldPath
from grading.report.corrected import corrected
from grading.report.model import CriterionResult, Report, Verdict
from tests.selfcheck.replayed import replay

COURSES: Final = load_courses()
COMMANDS: Final = {name for name, file in COURSES.files.items() if file.holds_commands}
LOSING: Final = {name: fault for name, fault in load_faults().items() if fault.fails}
FAULTS: Final = {name: fault for name, fault in LOSING.items() if not fault.files <= COMMANDS}
"""Those of manifests: a file of commands has no fields, and its help gives the command."""

_MISSING: Final = "the file is missing"
_UNREAD: Final = "the text is no YAML, so that it has no fields; the help names the place"
_ABSENT: Final = "an object is missing, not a field of one"
UNCORRECTED: Final = {
    "dep-missing": _MISSING,
    "introlab-missing": _MISSING,
    "pod-file-missing": _MISSING,
    "pv-missing": _MISSING,
    "pvc-missing": _MISSING,
    "rolling-missing": _MISSING,
    "svc-debian-missing": _MISSING,
    "dep-tab": _UNREAD,
    "introlab-tabs": _UNREAD,
    "nodeport-list-broken": _UNREAD,
    "pod-braces": _UNREAD,
    "pod-directive": _UNREAD,
    "pod-no-break-space": _UNREAD,
    "pod-tabs": _UNREAD,
    "rolling-aliases": _UNREAD,
    "rolling-tabs": _UNREAD,
    "svc-broken-rest": _UNREAD,
    "introlab-deployment-missing": _ABSENT,
    "introlab-no-separator": _ABSENT,
    "introlab-service-missing": _ABSENT,
    "introlab-two-deployments": _ABSENT,
    "introlab-third-document": "an object is too much, not a field of one",
    "pod-is-a-deployment": "the file holds another object, which no field makes the right one",
    "rolling-two-candidates": "two files may be the one of the course",
    "dep-settings-rejected": "a key of the student's own ConfigMap, which the course does not have",
}
"""Faults that lose a criterion without a correction, and why none is known. None may be added."""

LEFT: Final[dict[str, set[FieldPath]]] = {
    "introlab-external-name": {("spec", "externalName")},
    "rolling-cause-on-pods": {("spec", "template", "metadata", "annotations")},
    "introlab-nodeport-30080": {("spec", "ports", 0, "nodePort")},
    "introlab-not-ready-published": {("spec", "template", "spec", "initContainers")},
    "svc-debian-ends": {("spec", "containers", 0, "tty")},
    "svc-debian-lies": {("spec", "containers", 0, "command")},
    "svc-external-name": {("spec", "externalName")},
}
"""By fault, the fields that differ from the course's after it is corrected, by which nothing is lost then."""

RECORDED: Final = {
    "dynamic-block",
    "pod-labels-list",
    "pv-access-mode",
    "pv-no-class",
    "pv-reserved-elsewhere",
    "pv-too-small",
    "pvc-access-mode",
    "pvc-block",
    "pvc-other-class",
    "pvc-too-large",
    "svc-ports-number",
}
"""Faults whose recordings hold a help in the words of before, “Compare …”, that is not said any more."""


@lru_cache(maxsize=1)  # of the test that runs
def _judged(name: str, folder: Path) -> tuple[Report, ...]:
    fault = LOSING[name]
    build(fault, folder)
    recordings = dict.fromkeys(COURSES.playing(fault.files), name)
    reports = []
    for course in COURSES.courses:
        criteria = {c.id for e in course.exercises for c in e.spec.criteria} & fault.loses
        if criteria:
            report, _evidence = replay(folder, recordings, course.spec.marker, criteria)
            reports.append(report)
    return tuple(reports)


def failed(name: str, folder: Path) -> list[CriterionResult]:
    """Return the criteria that a fault fails, judged on its recordings."""
    reports = _judged(name, folder / name)
    return [item for report in reports for item in report.selected if item.verdict is Verdict.FAILED]


def by_file(name: str, folder: Path) -> dict[str, dict[Any, Correction]]:
    """Return the corrections of a fault, each field once."""
    found: dict[str, dict[Any, Correction]] = {}
    for result in failed(name, folder):
        for item in result.corrections:
            known = found.setdefault(item.location.file, {}).setdefault(item.place, item)
            assert known.value == item.value, f"{name}: two values for {item.place}"
    return found


def left(text: str, file: str) -> Iterator[FieldPath]:
    """Yield the fields in which the objects of a text differ from those of the reference's file."""
    wanted = list(yaml.safe_load_all((REFERENCE / file).read_text("utf-8")))
    made = list(yaml.safe_load_all(text))
    assert [item["kind"] for item in made] == [item["kind"] for item in wanted]
    for one, other in zip(made, wanted, strict=True):
        yield from (found.path for found in differences(one, other))


@pytest.mark.parametrize("name", FAULTS)
def test_what_to_write_is_known(name: str, tmp_path: Path) -> None:
    silent = [result.id for result in failed(name, tmp_path) if not result.corrections]
    assert bool(silent) == (name in UNCORRECTED), silent


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in UNCORRECTED])
def test_corrected_the_fields_are_those_of_the_course(name: str, tmp_path: Path) -> None:
    texts = {file: text for report in _judged(name, tmp_path / name) for file, text in report.sources.items()}
    found = by_file(name, tmp_path)
    assert found
    for file, corrections in found.items():
        text, unwritten = corrected(texts[file], corrections.values())
        assert not unwritten
        remaining = set(left(text, file))
        assert remaining == LEFT.get(name, set()) & remaining
        for item in corrections.values():
            field = item.location.field
            assert not [path for path in remaining if path[: len(field)] == field]
    assert name not in LEFT or remaining


@pytest.mark.parametrize("name", [name for name in LOSING if name not in RECORDED])
def test_nothing_is_to_be_compared(name: str, tmp_path: Path) -> None:
    assert not [result.help for result in failed(name, tmp_path) if "Compare " in result.help]


@pytest.mark.parametrize("name", [name for name in LOSING if name not in FAULTS])
def test_a_file_of_commands_is_told_the_command(name: str, tmp_path: Path) -> None:
    for result in failed(name, tmp_path):
        assert any(start in result.help for start in ("Write `k", "Save the commands")), result.help


def test_the_lists_name_faults() -> None:
    assert UNCORRECTED.keys() | LEFT.keys() <= FAULTS.keys()
    assert LOSING.keys() >= RECORDED


@pytest.mark.parametrize("name", sorted(COURSES.files.keys() - COMMANDS))
def test_every_manifest_of_the_courses_is_published(name: str) -> None:
    exercise = next(item for item in COURSES.exercises if name in item.files)
    file = exercise.files[name]
    assert {file.key(kind) for kind in file.kinds} <= exercise.published().keys()
