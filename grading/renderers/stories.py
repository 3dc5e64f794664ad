"""The stories of the scenarios on which lost criteria rest, for the forms that are no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from grading.evidence.base import Evidence
from grading.evidence.steps import Step
from grading.report.evidence_files import name_of
from grading.report.student_view import StudentView
from grading.text.i18n import _
from grading.text.sanitize import one_line

NO_EVIDENCE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Story:
    """What one scenario did and saw."""

    title: str
    steps: tuple[Step, ...]


def lost_stories(view: StudentView, evidence: Mapping[str, Any]) -> dict[str, list[Story]]:
    """Return the stories of the lost criteria, by id.

    Each story once, with the first that rests on it.

    Args:
        view: what the student may see.
        evidence: what each scenario recorded, by its name, as `read_evidence` returns it. A scenario whose
            evidence is missing, or is no such recording, has no story here; the page says so.
    """
    found: dict[str, list[Story]] = {}
    told: set[str] = set()
    for result in view.lost:
        for path in [] if view.repeats(result) else result.evidence:
            story = _story(evidence.get(name_of(path))) if path in view.evidence - told else None
            if story:
                told.add(path)
                found.setdefault(result.id, []).append(story)
    return found


def _story(data: Any) -> Story | None:
    try:
        evidence = Evidence.model_validate(data)
    except ValidationError:
        return None
    steps = tuple(evidence.story())
    return Story(one_line(_(evidence.title) or evidence.scenario), steps) if steps else None
