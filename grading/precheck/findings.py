"""A finding about the files of a submission, without a cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from grading.errors import CriterionFailure, Location, Problem


@dataclass(frozen=True)
class Finding:
    """One thing about one place of a submission.

    Attributes:
        problem: what is wrong; it has a location.
        criterion: the criterion that looks at it, if it is known.
        costs: whether it will cost points; else it is only told.
    """

    problem: Problem
    criterion: str = ""
    costs: bool = True

    @classmethod
    def at(
        cls, location: Location, rationale: str, help: str = "", *, criterion: str = "", costs: bool = True
    ) -> Self:
        """Return the finding for what is wrong at a place.

        Args:
            location: the file and line.
            rationale: what is wrong, for a student.
            help: what to do about it.
            criterion: the criterion that looks at it, if it is known.
            costs: whether it will cost points.
        """
        return cls(Problem(rationale, help, location=location), criterion, costs)

    @classmethod
    def of(cls, failure: CriterionFailure, file: str, criterion: str = "") -> Self:
        """Return the finding for a failed check on ``file``.

        Args:
            failure: of the check.
            file: its name in the course.
            criterion: the criterion that looks at it, if it is known.
        """
        problem = failure.problem
        return cls(problem if problem.location else replace(problem, location=Location(file)), criterion)

    @property
    def location(self) -> Location:
        """The file and line."""
        assert self.problem.location is not None  # noqa: S101 - `at` and `of` give it one
        return self.problem.location

    @property
    def order(self) -> tuple[str, int, bool]:
        """The key to sort by: the place, and what costs points first."""
        return self.location.file, self.location.line or 0, not self.costs
