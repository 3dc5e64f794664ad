"""Courses that are given with ``--course``: loaded from their folder, in the place of the installed ones."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.courses.check import check_course
from fixtures.courses.new import write_exercise
from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading import api
from grading.errors import RubricError
from grading.exercise.loader import choose_courses, joined, load_course, load_courses
from grading.precheck import check_folder
from grading.pytest_startup import grades
from grading.reference import references
from tests.selfcheck.given import EXAMPLES, follow_page


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
    with pytest.raises(RubricError, match="this folder is inside the submission"):
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


def new_course(folder: Path) -> Path:
    write_exercise(folder / "hello")
    return folder / "hello"


@pytest.fixture(autouse=True)
def _installed_again() -> Iterator[None]:
    yield
    choose_courses(())


def test_a_new_exercise_has_no_mistake_and_four_files(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    assert sum(path.is_file() for path in course.rglob("*")) == 4
    assert check_course(course) == []
    write_exercise(course / "second")
    assert check_course(course) == []
    assert load_courses().courses[0].spec.points == 4


def test_the_page_leads_to_a_course_without_a_mistake(tmp_path: Path) -> None:
    assert check_course(follow_page(tmp_path)) == []
    assert list(load_courses().criteria) == ["hello.declared", "hello.answers", "hello.hostname"]
    assert {"hello-other-hostname"} == {
        name for name, fault in load_faults().items() if fault.fails == ["hello.hostname"]
    }


PROJECTED = """\
    - name: all
      projected: {sources: [{configMap: {name: shop-config}}, {secret: {name: shop-secret}}]}
"""


@pytest.mark.parametrize("allows", [True, False])
def test_an_exercise_allows_a_field(tmp_path: Path, *, allows: bool) -> None:
    course = tmp_path / "settings"
    shutil.copytree(EXAMPLES[0], course)
    if allows:
        path = course / "exercise.yaml"
        path.write_text("allows: [Volume.projected]\n" + path.read_text("utf-8"), "utf-8")
    pod = course / "reference" / "shop-pod.yaml"
    mounts = pod.read_text("utf-8").replace(
        "  volumes:", "        - {name: all, mountPath: /all}\n  volumes:"
    )
    pod.write_text(mounts + PROJECTED, "utf-8")
    told = [mistake.words.partition(" is not applied: ")[2] for mistake in check_course(course)]
    assert told == ([] if allows else ["spec.volumes[2].projected is not allowed"])


def test_an_exercise_allows_no_field_that_no_course_can_open(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    path = course / "exercise.yaml"
    path.write_text("allows: [PodSpec.hostNetwork]\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(RubricError, match=r"allows: PodSpec\.hostNetwork cannot be allowed"):
        load_course(course)
    assert [str(item).partition(": ")[0] for item in check_course(course)] == [f"{path}:1"]


@pytest.mark.parametrize("name", ["Hello", "9lives", "a-b"])
def test_a_name_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="lower-case letters"):
        write_exercise(tmp_path / name)


def test_a_new_exercise_overwrites_nothing(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    with pytest.raises(RubricError, match="already exists"):
        write_exercise(course)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_examples_have_no_mistake(folder: Path) -> None:
    assert check_course(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [
        ("course.yaml", "points: 2", "points: 3", "course.yaml:5", "2 points, not 3"),
        ("course.yaml", "api: 1", "api: 2", "course.yaml:1", "knows version 1 of the form"),
        ("exercise.yaml", "points: 1", "pionts: 1", "exercise.yaml:", "Extra inputs"),
        ("exercise.yaml", "answered: page", "answered: pg", "exercise.yaml:31", "records no pg"),
        ("exercise.yaml", "wait: pod", "wait: pot", "exercise.yaml:18", "by no earlier step"),
        (
            "exercise.yaml",
            "apply: hello-pod.yaml",
            "apply: x.yaml",
            "exercise.yaml:17",
            "x.yaml is not among",
        ),
        ("exercise.yaml", ", nl: De Pod hello}", "}", "exercise.yaml:3", "only in English"),
        ("exercise.yaml", "image: {image: nginx}", "image: {}", "exercise.yaml:", "{}"),
        ("exercise.yaml", "{answered: page}", "checks.none", "exercise.yaml:31", "No module named"),
        ("exercise.yaml", "title: {en: The", "title: {en The: :", "exercise.yaml:3", "did not find"),
        (
            "exercise.yaml",
            "hello.answers",
            "hello.declared",
            "exercise.yaml:22",
            "several criteria have the id",
        ),
        (
            "exercise.yaml",
            "id: hello.answers",
            "needs: [no.such]\n    id: a.b",
            "exercise.yaml:27",
            "no.such",
        ),
        ("exercise.yaml", "kind: Pod", "kind: CronJob", "exercise.yaml:", "kind CronJob: there are"),
        ("faults.yaml", "op: replace", "op: [", "faults.yaml:4", "did not find"),
        ("faults.yaml", "id: hello-silent", "id: hello-other-name", "faults.yaml:2", "appears twice"),
        (
            "faults.yaml",
            "hello-pod.yaml#",
            "no.yaml#",
            "faults.yaml:2",
            "the reference does not contain no.yaml",
        ),
        (
            "faults.yaml",
            "hello.answers",
            "hello.no-such",
            "faults.yaml:9",
            "the criterion hello.no-such does not exist",
        ),
        (
            "faults.yaml",
            "fails: [hello.answers]",
            "fails: []",
            "exercise.yaml:27",
            "no fault makes this criterion fail",
        ),
        ("faults.yaml", "#Pod/metadata/name", "#Job/metadata/name", "faults.yaml:2", "the file holds Pod"),
        ("reference/hello-pod.yaml", "image: nginx", "image: ngin", "reference/hello-pod.yaml:8", "ngin"),
        (
            "reference/hello-pod.yaml",
            "spec:",
            "spec:\n  hostNetwork: true",
            "reference/hello-pod.yaml:6",
            "spec.hostNetwork is not allowed",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, place: str, words: str
) -> None:
    course = new_course(tmp_path)
    path = course / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    told = [str(mistake).removeprefix(f"{course}/") for mistake in check_course(course)]
    assert [line for line in told if line.startswith(place) and words in line], told


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    for file, old, new in (
        ("course.yaml", "marker: hello", "marker: Hello"),
        ("exercise.yaml", "wait: pod", "wait: pot"),
        ("exercise.yaml", "answered: page", "answered: pg"),
        ("exercise.yaml", "declared: hello-pod", "declared: other"),
        ("faults.yaml", "title: ", "titel: "),
    ):
        text = (course / file).read_text("utf-8")
        (course / file).write_text(text.replace(old, new, 1), "utf-8")
    places = [str(mistake).removeprefix(f"{course}/").partition(": ")[0] for mistake in check_course(course)]
    lines = {"course.yaml": [3], "exercise.yaml": [18, 26, 31], "faults.yaml": [2, 3]}
    assert places == [f"{file}:{line}" for file, found in lines.items() for line in found]


@pytest.mark.parametrize(
    ("module", "line", "words"),
    [
        ("def check(:\n", 1, "invalid syntax"),
        ("\nimport no_such\n", 2, "No module named"),
        ("\n\nCHECK = NO_SUCH\n", 3, "name 'NO_SUCH' is not defined"),
    ],
)
def test_python_that_cannot_be_imported(tmp_path: Path, module: str, line: int, words: str) -> None:
    course = new_course(tmp_path)
    path = course / "exercise.yaml"
    path.write_text(path.read_text("utf-8").replace("{answered: page}", "checks.CHECK"), "utf-8")
    (course / "checks.py").write_text(module, "utf-8")
    told = [str(mistake) for mistake in check_course(course)]
    assert len(told) == 1
    assert told[0].startswith(f"{course}/checks.py:{line}: ")
    assert words in told[0]


def test_a_check_that_is_no_function(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    path = course / "exercise.yaml"
    path.write_text(path.read_text("utf-8").replace("{answered: page}", "checks.CHECK"), "utf-8")
    (course / "checks.py").write_text("CHECK = 3\n", "utf-8")
    assert [str(mistake) for mistake in check_course(course)] == [
        f"{path}:31: checks.CHECK is not a function"
    ]


def test_a_reference_that_is_missing_and_an_import_of_the_engine(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    (course / "reference" / "hello-pod.yaml").unlink()
    (course / "checks.py").write_text("\nfrom grading.runner import context\n", "utf-8")
    told = "\n".join(map(str, check_course(course)))
    assert "this folder contains no file of the course" in told
    assert f"{course}/checks.py:2: import from grading.api only" in told


def test_the_interface_is_documented_whole() -> None:
    page = (EXAMPLES[0].parents[1] / "docs" / "exercises.md").read_text("utf-8")
    part = page.partition("### The interface of a course")[2].partition("### Commands")[0]
    members = {name for name in vars(api.Context) if not name.startswith("_")}
    names = set(re.findall(r"`(\w+)[(`]", part))
    assert {*api.__all__, *members} <= names
