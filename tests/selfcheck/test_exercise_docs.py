"""docs/exercises.md: its examples are a course that is loaded and played, and it tells of every key."""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from grading.errors import CriterionFailure
from grading.exercise import check_model, fixed, model, steps
from grading.exercise.course import Courses
from grading.exercise.loader import joined, load_course
from grading.processes import Output
from grading.submission.loader import load_submission
from grading.text.by_language import Words
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import Commands, StandIn, played

PAGE = REFERENCE.parent.parent / "docs" / "exercises.md"
TEXT = PAGE.read_text("utf-8")
MODELS: list[type[BaseModel]] = [
    model.CourseSpec,
    model.ExerciseSpec,
    model.FileSpec,
    model.ObjectSpec,
    model.Variant,
    model.ScenarioSpec,
    model.CriterionSpec,
    *(vars(steps)[name.capitalize()] for name in steps.STEPS),
    *(vars(check_model)[name] for name in ("Declared", "OwnAddress", "Answered", "Ran", "Empty", "Holds")),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The examples, each in the file that its first line names."""
    for name, text in re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    for package in ("hello", "hello/pods", "hello/scaling"):
        (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "hello"]:
        del sys.modules[name]


@pytest.fixture
def courses(folder: Path) -> Courses:
    return joined([load_course(folder / "hello", "hello")])


def test_every_example_is_loaded(folder: Path, courses: Courses) -> None:
    assert len(re.findall(r"^```\w", TEXT, re.MULTILINE)) == len(
        [p for p in folder.rglob("*.*") if p.stat().st_size]
    )
    assert list(courses.files) == ["web-pod.yaml", "web.yaml"]
    assert all(callable(courses.judge(criterion)) for criterion in courses.criteria)
    assert sum(criterion.points for criterion in courses.rubric.criteria) == 10


def test_steps_of_the_example_are_played(folder: Path, courses: Courses) -> None:
    submission = load_submission(folder, courses.files.values())
    commands = Commands()
    commands.listing = lambda: Output(0, "bin\netc\n", "")
    evidence = played("web", submission, StandIn(), commands, courses)
    for criterion, (_exercise, spec) in courses.criteria.items():
        if spec.scenario == "web":
            courses.judge(criterion)(evidence)


def test_python_of_the_example_judges(courses: Courses) -> None:
    scenario = courses.scenario("scaling")
    evidence: Any = scenario.evidence(scenario="scaling", started=datetime.now(UTC))
    evidence.scaled = {"status": {"readyReplicas": 4}}
    courses.judge("scaling.to-four")(evidence)
    evidence.scaled = {"status": {"readyReplicas": 2}}
    with pytest.raises(CriterionFailure, match="does not have 4 Pods"):
        courses.judge("scaling.to-four")(evidence)


@pytest.mark.parametrize("text", re.findall(r"`(\{\w+: [^`\n]*\})`", TEXT))
def test_every_short_example_is_read(text: str) -> None:
    found = yaml.safe_load(text)
    first = next(iter(found))
    if first in steps.STEPS:
        TypeAdapter(steps.Step).validate_python(found)
    elif first in check_model.CHECKS:
        TypeAdapter(check_model.Check).validate_python(found)
    elif first == "en":
        Words.model_validate(found)
    else:
        fixed.rules_of({"spec.field": found}, {})


def test_every_key_is_told() -> None:
    keys = {field.alias or name for found in MODELS for name, field in found.model_fields.items()}
    told = " ".join(re.findall(r"`([^`\n]+)`", TEXT))
    words = set(re.findall(r"[a-z_]+", told))
    assert keys | set(fixed._RULES) <= words
