"""The checks of the engine, which ``exercise.yaml`` names with their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grading.errors import RubricError
from grading.evidence.base import Evidence
from grading.exercise.declared import check_admitted, check_declared
from grading.exercise.model import ExerciseSpec


def engine_check(check: dict[str, Any], exercise: ExerciseSpec) -> Callable[[Evidence], str | None]:
    """Return a check of the engine.

    Args:
        check: its name and argument, as ``{declared: FILE}``.
        exercise: the section that it stands in.

    Raises:
        RubricError: there is no such check, or its argument is none for it.
    """
    if set(check) != {"declared"} or check["declared"] not in exercise.files:
        raise RubricError(f"section {exercise.section}: {check} is no check of the engine")
    name = check["declared"]
    file = exercise.files[name]

    def declared(evidence: Evidence) -> str:
        remark = check_declared(evidence, name, file)
        check_admitted(evidence, name, file)
        return remark

    return declared
