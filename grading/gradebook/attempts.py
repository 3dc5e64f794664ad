"""Choose the attempt of a student that counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grading.exercise.class_policy import AttemptPolicy, LatePolicy
from grading.gradebook.lateness import late_by
from grading.gradebook.model import AttemptRecord


def counting(
    attempts: Sequence[AttemptRecord], policy: AttemptPolicy, deadline: datetime | None, late: LatePolicy
) -> int | None:
    """Return the number of the attempt that counts; None if there is none.

    Args:
        attempts: the oldest first.
        policy: the rubric's.
        deadline: with a zone; None if none is known.
        late: for its grace, which is in time.
    """
    if not attempts:
        return None
    if policy is AttemptPolicy.FIRST:
        return attempts[0].number
    if policy is AttemptPolicy.LATEST_IN_TIME:
        in_time = [attempt for attempt in attempts if not _is_late(attempt, deadline, late)]
        # If all are late, the first is the least late.
        return in_time[-1].number if in_time else attempts[0].number
    return attempts[-1].number


def _is_late(attempt: AttemptRecord, deadline: datetime | None, policy: LatePolicy) -> bool:
    after = late_by(attempt, deadline, policy)
    return bool(attempt.is_late) if after is None else bool(after)
