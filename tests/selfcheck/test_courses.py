"""Courses: the shipped ones are consistent, and an invalid one is refused with the place."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from grading.errors import RubricError
from grading.exercise.course import Courses
from grading.exercise.loader import joined, load_course, load_courses
from tests.selfcheck.courses import course_of, exercise_of

ROOT: Final = Path(__file__).resolve().parents[2]
Edit = Callable[[dict[str, Any]], object]


def small() -> dict[str, Any]:
    return exercise_of(
        [
            {"id": "a.one", "title": "The first criterion", "points": 60},
            {"id": "a.two", "title": "The second criterion", "points": 40, "needs": ["a.one"]},
        ]
    )


def criterion(data: dict[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = data["criteria"][index]
    return found


def write(folder: Path, exercise: object, course: object) -> None:
    (folder / "first").mkdir()
    (folder / "course.yaml").write_text(yaml.safe_dump(course), "utf-8")
    (folder / "first" / "exercise.yaml").write_text(yaml.safe_dump(exercise), "utf-8")


def load(folder: Path) -> Courses:
    return joined([load_course(folder, "nowhere")])


def test_shipped_courses_are_valid_and_each_is_worth_100() -> None:
    courses = load_courses()
    for chapter in courses.rubric.chapters:
        assert sum(criterion.points for criterion in chapter.criteria) == 100
    assert list(courses.rubric.by_id) == [criterion.id for criterion in courses.rubric.criteria]
    assert "dep-rolling.yaml" in courses.files


def test_sections_are_in_the_order_of_their_numbers() -> None:
    sections = [section.section for section in load_courses().rubric.chapters[0].sections]
    assert sections == ["11.4", "11.5", "11.6", "11.7", "11.8", "11.9", "11.10"]


def test_every_criterion_has_a_check_and_a_scenario() -> None:
    courses = load_courses()
    for criterion_ in courses.criteria:
        assert callable(courses.judge(criterion_))
        assert courses.scenario(courses.scenario_of(criterion_)).files


def written_checks() -> list[str]:
    """Return every public check in the folders of the courses, as ``package.module.check_name``."""
    return [
        ".".join([*path.relative_to(ROOT).with_suffix("").parts, node.name])
        for path in (ROOT / "grading/course").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
    ]


def test_every_check_is_named_by_one_criterion_and_every_name_is_a_check() -> None:
    named = [
        f"{exercise.package}.{check}"
        for exercise, spec in load_courses().criteria.values()
        for check in spec.checks
        if isinstance(check, str)
    ]
    assert sorted(named) == sorted(written_checks())


def test_images_are_those_of_the_files() -> None:
    assert load_courses().images == {
        "docker.io/library/nginx:latest",
        "docker.io/library/nginx:1.24",
        "docker.io/library/nginx:1.26",
        "docker.io/library/busybox:latest",
        "docker.io/library/debian:latest",
        "docker.io/arneduyver/loadbalancetester-flask:latest",
    }


def test_small_course_is_valid(tmp_path: Path) -> None:
    write(tmp_path, small(), course_of())
    courses = load(tmp_path)
    assert list(courses.files) == ["one.yaml"]
    assert courses.rubric.sections_by_id["a.two"].section == "1.1"
    assert courses.rubric.chapters_by_id["a.two"].chapter == "chapter1"
    assert [courses.markers(exercise) for exercise in courses.exercises] == [("chapter1", "s1_1")]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(lambda d: criterion(d, 0).update(points=59), "99 points, not 100", id="99 points"),
        pytest.param(lambda d: criterion(d, 1).update(points=0), "criteria.1.points", id="no points"),
        pytest.param(lambda d: criterion(d, 1).update(points=1.5), "criteria.1.points", id="half points"),
        pytest.param(lambda d: criterion(d, 1).pop("points"), "criteria.1.points", id="points missing"),
        pytest.param(
            lambda d: criterion(d, 1).update(id="a.one"), "several criteria have the id a.one", id="id twice"
        ),
        pytest.param(lambda d: criterion(d, 1).update(id="A one"), "criteria.1.id", id="id spelled wrong"),
        pytest.param(
            lambda d: criterion(d, 1).update(title="short"), "says too little", id="title too short"
        ),
        pytest.param(lambda d: criterion(d, 1).update(weight=1), "criteria.1.weight", id="unknown key"),
        pytest.param(
            lambda d: criterion(d, 1).update(needs=["a.none"]), "a.two needs a.none", id="unknown need"
        ),
        pytest.param(
            lambda d: criterion(d, 1).update(needs=["a.two"]), "a.two needs a.two", id="needs itself"
        ),
        pytest.param(
            lambda d: criterion(d, 0).update(needs=["a.two"]), "a.one needs a.two", id="needs later"
        ),
        pytest.param(
            lambda d: criterion(d, 1).update(scenario="other"), "no scenario other", id="unknown scenario"
        ),
        pytest.param(
            lambda d: d["scenarios"]["some"].update(files=["two.yaml"]), "plays two.yaml", id="unknown file"
        ),
        pytest.param(
            lambda d: d["scenarios"].update(more={"files": [], "play": "a.B"}), "used by no", id="unused"
        ),
        pytest.param(
            lambda d: d["files"]["one.yaml"].update(fixed={"a": {"equals": 1}}), "is no rule", id="no rule"
        ),
        pytest.param(
            lambda d: d["files"]["one.yaml"].update(fixed={"a[*].b": {"is": 1}}), "no plain value", id="any"
        ),
        pytest.param(lambda d: d["files"]["one.yaml"].update(fixed={"a b": 1}), "not a path", id="no path"),
        pytest.param(
            lambda d: d["files"]["one.yaml"].update(kind="CronJob"), "kind CronJob", id="unknown kind"
        ),
        pytest.param(lambda d: d.pop("title"), "title", id="no title"),
        pytest.param(lambda d: d.update(criteria=7), "criteria", id="a number"),
        pytest.param(lambda d: d.clear(), "section", id="nothing in it"),
    ],
)
def test_invalid_exercise_names_the_place(tmp_path: Path, edit: Edit, words: str) -> None:
    data = small()
    edit(data)
    write(tmp_path, data, course_of())
    with pytest.raises(RubricError, match=words):
        load(tmp_path)


@pytest.mark.parametrize("raw", [b"", b"[1]", b"a: [", b"\tx", b"caf\xe9: 1", b"a: \x00"])
@pytest.mark.parametrize("name", ["course.yaml", "first/exercise.yaml"])
def test_file_that_is_none_of_a_course(tmp_path: Path, name: str, raw: bytes) -> None:
    write(tmp_path, small(), course_of())
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(RubricError, match=name):
        load(tmp_path)


def test_no_course(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"course\.yaml"):
        load(tmp_path)
    (tmp_path / "course.yaml").write_text(yaml.safe_dump(course_of()), "utf-8")
    with pytest.raises(RubricError, match="no exercise"):
        load(tmp_path)


def test_two_sections_with_one_file(tmp_path: Path) -> None:
    write(tmp_path, small(), course_of())
    (tmp_path / "second").mkdir()
    second = exercise_of([], "1.2") | {"scenarios": {}}
    (tmp_path / "second" / "exercise.yaml").write_text(yaml.safe_dump(second), "utf-8")
    with pytest.raises(RubricError, match=r"several sections have a file or a scenario one\.yaml"):
        load(tmp_path)


@pytest.mark.parametrize("check", ["checks.none", {"declared": "two.yaml"}, {"other": "one.yaml"}, {}])
def test_a_check_that_there_is_not(tmp_path: Path, check: object) -> None:
    data = small()
    criterion(data, 0)["check"] = check
    write(tmp_path, data, course_of())
    with pytest.raises(RubricError, match=r"checks\.none|is no check|does not play two\.yaml"):
        load(tmp_path).judge("a.one")


def test_a_scenario_that_there_is_not(tmp_path: Path) -> None:
    write(tmp_path, small(), course_of())
    with pytest.raises(RubricError, match=r"scenario.SOME"):
        load(tmp_path).scenario("some")
