"""Read from a test which criterion it grades and which scenarios it takes evidence from."""

from __future__ import annotations

import pytest

from grading.exercise.loader import load_courses


def criterion_of(item: pytest.Item) -> str | None:
    """Return the id of the criterion that a test grades, None if it grades none."""
    return next((value for name, value in item.user_properties if name == "criterion"), None)  # type: ignore[return-value]


def scenarios_of(item: pytest.Item) -> list[str]:
    """Return the names of the scenarios whose evidence a test takes."""
    courses, criterion = load_courses(), criterion_of(item)
    return [courses.scenario_of(criterion)] if criterion in courses.criteria else []
