"""The rubric: which criteria there are, what each is worth, and what it needs.

`rubric.yaml` beside this module is the data; totals come from here, never from the tests that ran.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grading.errors import RubricError
from grading.report.model import Detail
from grading.text.stored import Said

CHAPTER_POINTS = 100


class Criterion(BaseModel):
    """One thing that is graded.

    Attributes:
        id: the public name, a contract with reports and gradebooks.
        title: one line for a student.
        points: what it is worth, in whole points.
        files: the files of the submission that it is about.
        needs: criteria that must not be lost for this one to be testable.
        detail: what a student sees of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    title: Annotated[Said, Field(min_length=10)]
    points: Annotated[int, Field(ge=1)]
    files: list[str] = []
    needs: list[str] = []
    detail: Detail = Detail.FULL


class Section(BaseModel):
    """A section of the course, with the marker that selects its tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    section: str
    marker: str
    title: Said
    criteria: list[Criterion]


class Chapter(BaseModel):
    """A chapter of the course; its points add up to 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chapter: str
    title: Said
    sections: list[Section]

    @property
    def criteria(self) -> list[Criterion]:
        """All criteria of the chapter, in order."""
        return [criterion for section in self.sections for criterion in section.criteria]


class Rubric(BaseModel):
    """All chapters.

    Attributes:
        version: of the rubric, as a report names it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = ""
    chapters: list[Chapter]

    @property
    def criteria(self) -> list[Criterion]:
        """All criteria, in the order in which they are graded and reported."""
        return [criterion for chapter in self.chapters for criterion in chapter.criteria]

    @cached_property
    def by_id(self) -> dict[str, Criterion]:
        """The criteria by their id."""
        return {criterion.id: criterion for criterion in self.criteria}

    @cached_property
    def sections_by_id(self) -> dict[str, Section]:
        """The section of each criterion, by the criterion's id."""
        return {
            criterion.id: section
            for chapter in self.chapters
            for section in chapter.sections
            for criterion in section.criteria
        }

    @cached_property
    def chapters_by_id(self) -> dict[str, Chapter]:
        """The chapter of each criterion, by the criterion's id."""
        return {criterion.id: chapter for chapter in self.chapters for criterion in chapter.criteria}

    @property
    def files(self) -> list[str]:
        """Every file name that a submission may hold."""
        return sorted({name for criterion in self.criteria for name in criterion.files})

    @model_validator(mode="after")
    def _consistent(self) -> Rubric:
        seen: set[str] = set()
        for criterion, count in Counter(c.id for c in self.criteria).items():
            if count > 1:
                raise ValueError(f"{criterion} is there {count} times")
        for criterion_ in self.criteria:
            for need in criterion_.needs:
                if need not in seen:
                    raise ValueError(f"{criterion_.id} needs {need}, which does not stand before it")
            seen.add(criterion_.id)
        for chapter in self.chapters:
            total = sum(criterion.points for criterion in chapter.criteria)
            if total != CHAPTER_POINTS:
                raise ValueError(f"{chapter.chapter}: {total} points, not {CHAPTER_POINTS}")
        return self


def load_rubric(path: Path | None = None) -> Rubric:
    """Load and validate the rubric.

    Raises:
        RubricError: saying what is wrong in which file.
    """
    source = path or resources.files("grading.course").joinpath("rubric.yaml")
    try:
        return Rubric.model_validate(yaml.load(source.read_text("utf-8"), yaml.CSafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise RubricError(f"{source}: {error}") from error
