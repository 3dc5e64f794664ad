"""Courses that are given with ``--course``: loaded from their folder, in the place of the installed ones."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading import api
from grading.errors import RubricError
from grading.exercise.loader import choose_courses, joined, load_course, load_courses
from grading.precheck import check_folder
from grading.pytest_startup import grades
from grading.reference import references
from tests.selfcheck.given import EXAMPLES


@pytest.fixture
def given() -> Iterator[None]:
    choose_courses(EXAMPLES)
    yield
    choose_courses(())


@pytest.mark.usefixtures("given")
def test_they_take_the_place_of_the_installed_ones() -> None:
    courses = load_courses()
    assert [course.spec.marker for course in courses.courses] == ["settings", "sums"]
    assert courses.default_marker == "settings or sums"
    assert references(courses) == [folder / "reference" for folder in EXAMPLES]
    for criterion, (_exercise, spec) in courses.criteria.items():
        assert callable(courses.judge(criterion))
        assert courses.scenario(spec.scenario).title


@pytest.mark.usefixtures("given")
def test_every_criterion_is_lost_by_a_fault_that_fits_the_reference(tmp_path: Path) -> None:
    faults = load_faults()
    assert {name for fault in faults.values() for name in fault.fails} == set(load_courses().criteria)
    for name, fault in faults.items():
        build(fault, tmp_path / name)


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_nothing_is_found_in_the_reference(folder: Path) -> None:
    assert check_folder(folder / "reference") == []


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_their_python_imports_the_interface_alone(folder: Path) -> None:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "grading":
                assert node.module == "grading.api"
                assert {name.name for name in node.names} <= set(api.__all__)


def test_a_course_within_the_submission_is_refused(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES[0], tmp_path / "lab" / "course")
    (tmp_path / "link").symlink_to(tmp_path / "lab")
    with pytest.raises(RubricError, match="this folder lies in the submission"):
        choose_courses([tmp_path / "link" / "course"], tmp_path / "lab")
    choose_courses([tmp_path / "lab" / "course"], tmp_path / "lab" / "course" / "reference")
    choose_courses(())


def test_its_modules_are_those_of_the_folder_that_was_loaded_last(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES[1], tmp_path / "sums")
    path = tmp_path / "sums" / "scenario.py"
    path.write_text(path.read_text("utf-8").replace('RESULT = "55"', 'RESULT = "56"'), "utf-8")
    for folder, result in ((EXAMPLES[1], "55"), (tmp_path / "sums", "56")):
        courses = joined([load_course(folder)])
        courses.judge("sums.result")
        module = __import__("kubegrade_course_sums.scenario", fromlist=["RESULT"])
        assert result == module.RESULT


@pytest.mark.parametrize("words", [["--course", "x"], ["--course=x"]])
def test_a_run_of_a_given_course_is_a_graded_run(words: list[str]) -> None:
    assert grades(words)
