"""What a lecturer's rubric says about a whole class: what lateness costs, and which attempt counts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class LatePolicy(BaseModel):
    """What lateness costs.

    Attributes:
        penalty_per_day: percent of the maximum, for each day or part of a day.
        grace_minutes: after the deadline that cost nothing; days are counted from their end.
        cut_off_days: after the deadline; of what is handed in later, nothing is left. None if there is no
            cut-off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    penalty_per_day: Annotated[float, Field(ge=0, le=100)] = 0.0
    grace_minutes: Annotated[int, Field(ge=0)] = 0
    cut_off_days: Annotated[float, Field(gt=0)] | None = None

    @property
    def is_free(self) -> bool:
        """Whether lateness costs nothing."""
        return not self.penalty_per_day and self.cut_off_days is None


class AttemptPolicy(StrEnum):
    """Which of several attempts counts: the last, the first, or the last in time."""

    LATEST = "latest"
    FIRST = "first"
    LATEST_IN_TIME = "latest-in-time"
