"""What a look at the files alone finds."""

from __future__ import annotations

from dataclasses import dataclass

from grading.errors import CriterionFailure, Location


@dataclass(frozen=True)
class Finding:
    """One thing about one place of a submission.

    Attributes:
        location: the file and line.
        message: what is wrong, for a student.
        help: what to do about it.
        criterion: the criterion that looks at it, where it is known.
        costs: whether it will cost points; else it is only told.
    """

    location: Location
    message: str
    help: str = ""
    criterion: str = ""
    costs: bool = True

    @classmethod
    def of(cls, failure: CriterionFailure, file: str, criterion: str = "") -> Finding:
        """Return the finding for a failed check on ``file``."""
        return cls(failure.location or Location(file), failure.rationale, failure.help, criterion)

    @property
    def order(self) -> tuple[str, int, bool]:
        """Sorts by place, what costs points first."""
        return self.location.file, self.location.line or 0, not self.costs
