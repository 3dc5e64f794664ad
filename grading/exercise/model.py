"""What ``course.yaml`` and ``exercise.yaml`` hold: see docs/exercises.md for each key."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grading.report.model import Detail
from grading.text.by_language import Words

API: Final = 1
"""The version of the form of these files."""

SHORTEST_TITLE: Final = 10
"""Characters: a title is a line for a student, such as "Both Pods are Ready"."""

Marker = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CourseSpec(_Model):
    """``course.yaml``.

    Attributes:
        api: the version of the form that its files have.
        version: of the course's criteria and points; every report names it.
        marker: selects its tests.
        points: what all of its criteria are worth together.
    """

    api: Literal[1]
    version: Annotated[str, Field(min_length=1)]
    marker: Marker
    title: Words
    points: Annotated[int, Field(ge=1)]


class ObjectSpec(_Model):
    """An object that a file declares.

    Attributes:
        fixed: what the course fixes: a rule by the path of its field.
        variants: further rules, of which the file must keep one set.
        serves: for a Service, the file of the Pods that it leads to.
        client: for a Service, the file of the Pod that asks it.
        claim: for a Pod, the file of the claim that it uses.
        volume: for a claim, the file of the volume that it is bound to.
        into: for a Pod, the file of the namespace that it runs in.
    """

    fixed: dict[str, Any] = {}
    variants: list[Variant] = []
    serves: str = ""
    client: str = ""
    claim: str = ""
    volume: str = ""
    into: str = ""


class Variant(_Model):
    """One of several states of a file that are right.

    Attributes:
        fixed: what it fixes.
        remark: what to tell a student who hands the file in in this state.
    """

    fixed: dict[str, Any]
    remark: Words | None = None


class FileSpec(_Model):
    """A file that a student hands in, with its objects by kind.

    Attributes:
        course: the section of the course that shows it, for messages.
        also: further names that the course gives it.
        images: the images that it uses, besides those among its fixed values.
    """

    objects: dict[str, ObjectSpec]
    course: Words
    also: list[str] = []
    images: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _one_object(cls, value: Any) -> Any:
        """Take a file of one object without the level ``objects``."""
        if not isinstance(value, dict) or "kind" not in value:
            return value
        of_file = {key: value[key] for key in ("course", "also", "images") if key in value}
        of_object = {key: item for key, item in value.items() if key not in {*of_file, "kind"}}
        return {**of_file, "objects": {value["kind"]: of_object}}


class ScenarioSpec(_Model):
    """A scenario.

    Attributes:
        files: those that it plays.
        play: the `Scenario` of a module in the folder, as ``module.NAME``.
    """

    files: list[str]
    play: str


Check = str | dict[str, Any]
"""A function of a module in the folder, as ``module.function``, or a check of the engine and its argument."""


class CriterionSpec(_Model):
    """A criterion.

    Attributes:
        scenario: the scenario whose evidence it judges.
        check: what judges it; of several the first that fails counts.
        needs: criteria that must not be lost for this one to be testable.
        detail: what a student sees of it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    points: Annotated[int, Field(ge=1)]
    title: Words
    scenario: Name
    check: Check | list[Check]
    needs: list[str] = []
    detail: Detail = Detail.FULL

    @model_validator(mode="after")
    def _tells(self) -> CriterionSpec:
        if len(self.title.en) < SHORTEST_TITLE:
            raise ValueError(f"{self.id}: title: {self.title.en} says too little")
        return self


class ExerciseSpec(_Model):
    """``exercise.yaml``: a section of the course."""

    section: str
    marker: Marker
    title: Words
    files: dict[str, FileSpec] = {}
    scenarios: dict[Name, ScenarioSpec] = {}
    criteria: list[CriterionSpec] = []

    @model_validator(mode="after")
    def _consistent(self) -> ExerciseSpec:
        for name, scenario in self.scenarios.items():
            for file in scenario.files:
                if file not in self.files:
                    raise ValueError(f"the scenario {name} plays {file}, which is not among the files")
        for criterion in self.criteria:
            if criterion.scenario not in self.scenarios:
                raise ValueError(f"{criterion.id}: there is no scenario {criterion.scenario}")
        used = {criterion.scenario for criterion in self.criteria}
        for name in self.scenarios:
            if name not in used:
                raise ValueError(f"the scenario {name} is used by no criterion")
        return self
