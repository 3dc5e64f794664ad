"""What every scenario records, as plain data that can be stored, read back and judged without a cluster."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from grading.errors import CriterionFailure, InfrastructureError, Location, Unplayable

T = TypeVar("T")
Object = dict[str, Any]


class Trouble(BaseModel):
    """Why a scenario stopped early, where the submission is the cause."""

    rationale: str
    help: str = ""
    expected: str = ""
    actual: str = ""
    file: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, failure: CriterionFailure) -> Trouble:
        """Record a failure."""
        place = failure.location
        return cls(
            rationale=failure.rationale,
            help=failure.help,
            expected=failure.expected,
            actual=failure.actual,
            file=place.file if place else None,
            line=place.line if place else None,
        )

    def exception(self) -> Unplayable:
        """Return the failure again, to be raised by a check."""
        return Unplayable(
            self.rationale,
            help=self.help,
            expected=self.expected,
            actual=self.actual,
            location=Location(self.file, self.line) if self.file else None,
        )


class HttpAnswer(BaseModel):
    """The answer to one HTTP request: `status` is 0 and `error` says why where there was none."""

    url: str
    status: int = 0
    body: str = ""
    error: str = ""

    @property
    def is_nginx(self) -> bool:
        """True where the page that nginx serves by default came back."""
        return self.status == 200 and "Welcome to nginx" in self.body

    def __str__(self) -> str:
        return f"HTTP {self.status}" if self.status else self.error


class Evidence(BaseModel):
    """The base of every scenario's evidence.

    Attributes:
        admissions: by file, what the API server said to it; empty text where it was accepted.
        trouble: why the scenario stopped early, where the submission is the cause.
        parts: by name, why a part of it stopped early for the same reason, while the rest was played.
        error: why it stopped early, where it is not.
        notes: what was done and seen, in order, for a reader.
    """

    scenario: str
    namespace: str = ""
    started: datetime
    duration_s: float = 0.0
    admissions: dict[str, str] = {}
    trouble: Trouble | None = None
    parts: dict[str, Trouble] = {}
    error: str = ""
    notes: list[str] = Field(default_factory=list)

    def need(self, value: T | None, part: str = "") -> T:
        """Return a piece of evidence.

        Args:
            value: the evidence, None where it was not recorded.
            part: the part of the scenario that records it, where it has parts.

        Raises:
            Unplayable: the scenario, or this part of it, stopped before it, because of the submission.
            InfrastructureError: it is missing for another reason.
        """
        if value is not None:
            return value
        trouble = self.parts.get(part) or self.trouble
        if trouble is not None:
            raise trouble.exception()
        raise InfrastructureError(self.error or f"the scenario {self.scenario} ended without this evidence")
