"""A lecturer's rubric over the courses: ``--rubric``."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grading.cli import app
from grading.errors import RubricError
from grading.exercise.loader import choose_rubric, load_courses
from grading.exercise.overlay import overlaid
from grading.report.model import Detail
from tests.selfcheck.manifests import REFERENCE

OWN = """
version: spring
criteria:
  rolling.surge: {points: 6, detail: verdict}
  pods.running: {left_out: true}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "rubric.yaml"
    path.write_text(OWN, "utf-8")
    return path


@pytest.fixture
def _chosen(own: Path) -> Iterator[None]:
    choose_rubric(own)
    yield
    choose_rubric(None)


def test_points_and_detail_are_the_lecturers(own: Path) -> None:
    rubric = overlaid(load_courses(), own).rubric
    assert rubric.by_id["rolling.surge"].points == 6
    assert rubric.by_id["rolling.surge"].detail is Detail.VERDICT
    assert rubric.by_id["rolling.available"] == load_courses().rubric.by_id["rolling.available"]


def test_what_is_left_out_is_needed_by_nothing(own: Path) -> None:
    courses = overlaid(load_courses(), own)
    assert "pods.running" not in courses.criteria
    assert courses.rubric.by_id["pods.exec"].needs == ["pods.declared"]


def test_a_course_that_changes_says_so(own: Path) -> None:
    chapter, lab = overlaid(load_courses(), own).rubric.chapters
    assert chapter.points == 100 + 3 - 2
    assert (chapter.version, lab.version) == ("1.1+spring", "1.0")


def test_names_are_exact_if_the_lecturer_wants_it(own: Path) -> None:
    assert not any(file.exact for file in overlaid(load_courses(), own).files.values())
    own.write_text("version: strict\nexact_names: true\n", "utf-8")
    courses = overlaid(load_courses(), own)
    assert all(file.exact for file in courses.files.values())
    assert {chapter.version for chapter in courses.rubric.chapters} == {"1.0+strict", "1.1+strict"}


def test_a_lecturer_may_ask_for_no_commands(own: Path) -> None:
    own.write_text("version: quiet\ncommands: false\n", "utf-8")
    chapter, lab = overlaid(load_courses(), own).rubric.chapters
    left_out = {item.id for item in chapter.left_out}
    assert left_out == {
        "clusters.created",
        "pods.imperative",
        "contexts.use",
        "contexts.set",
        "namespaces.imperative",
        "namespaces.context",
    }
    assert chapter.points == 100 - 12
    assert lab.points == 100


@pytest.mark.usefixtures("_chosen")
def test_the_check_without_a_cluster_takes_it(own: Path) -> None:
    folder = own.parent / "submission"
    folder.mkdir()
    shutil.copy(REFERENCE / "second-pod.yaml", folder / "second-pod.yml")
    shutil.copy(REFERENCE / "commands" / "11.5.sh", folder)
    own.write_text("version: strict\nexact_names: true\n", "utf-8")
    command = ["check", str(folder), "-m", "s11_5"]
    assert CliRunner().invoke(app, command).exit_code == 0
    strict = CliRunner().invoke(app, [*command, f"--rubric={own}"])
    assert strict.exit_code == 1
    assert "a file with nearly the same name: second-pod.yml" in strict.output
    none = CliRunner().invoke(app, [*command, f"--rubric={own.parent / 'none.yaml'}"])
    assert none.exit_code == 4


@pytest.mark.usefixtures("_chosen")
def test_it_counts_wherever_the_courses_are_loaded() -> None:
    assert load_courses().rubric.by_id["rolling.surge"].points == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: x\ncriteria: {a.none: {points: 1}}\n", "no course has the criterion a.none"),
        ("version: x\ncriteria: {pods.exec: {points: 0}}\n", "pods.exec.points"),
        ("version: x\ncriteria: {pods.exec: {weight: 2}}\n", "pods.exec.weight"),
        ("exact_names: true\n", "version"),
        ("version: x\nexact_names: often\n", "exact_names"),
        ("a: [", "rubric.yaml"),
    ],
)
def test_a_file_that_is_no_rubric(own: Path, text: str, words: str) -> None:
    own.write_text(text, "utf-8")
    with pytest.raises(RubricError, match=re.escape(words)) as caught:
        overlaid(load_courses(), own)
    assert str(own) in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="none"):
        overlaid(load_courses(), tmp_path / "none")
