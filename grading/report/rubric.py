"""The rubric: which criteria there are, what each is worth, and what it needs.

It is made from the courses; totals come from here, never from the tests that ran.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grading.errors import Mistakes
from grading.report.model import Detail, LeftOut
from grading.text.by_language import Words


class Criterion(BaseModel):
    """One thing that is graded.

    Attributes:
        id: the public name, a contract with reports and gradebooks.
        title: one line for a student.
        points: what it is worth, in whole points.
        needs: criteria that must not be lost for this one to be testable.
        detail: what a student sees of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    title: Words
    points: Annotated[int, Field(ge=1)]
    needs: list[str] = []
    detail: Detail = Detail.FULL


class Section(BaseModel):
    """A section of the course, with the marker that selects its tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    section: str
    marker: str
    title: Words
    criteria: list[Criterion]


class Chapter(BaseModel):
    """A course; the points of its criteria add up to its own.

    Attributes:
        left_out: what a lecturer's rubric leaves out of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    chapter: str
    title: Words
    version: str
    points: int
    sections: list[Section]
    left_out: list[LeftOut] = []

    @property
    def criteria(self) -> list[Criterion]:
        """All criteria of the chapter, in order."""
        return [criterion for section in self.sections for criterion in section.criteria]


class Rubric(BaseModel):
    """All chapters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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

    @model_validator(mode="after")
    def _consistent(self) -> Rubric:
        Mistakes.check(self._mistakes())
        return self

    def _mistakes(self) -> Iterator[str]:
        seen: set[str] = set()
        for name, count in Counter(criterion.id for criterion in self.criteria).items():
            if count > 1:
                yield f"several criteria have the id {name}"
        for criterion in self.criteria:
            for need in criterion.needs:
                if need not in seen:
                    yield f"{criterion.id} needs {need}, which does not stand before it"
            seen.add(criterion.id)
        for chapter in self.chapters:
            total = sum(criterion.points for criterion in chapter.criteria)
            if total != chapter.points:
                yield f"{chapter.chapter}: {total} points, not {chapter.points}"
