"""The scope of a report: all of its chapters, or a part that cannot be a grade of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from grading.report.model import Report


@dataclass(frozen=True)
class Scope:
    """How much of its chapters a report is about.

    Attributes:
        graded: how many criteria were to be graded.
        existing: how many its chapters have, those that a lecturer's rubric leaves out included.
        sections: the numbers of the sections that these criteria are of, as ``chapter`` and ``section``.
        partial: those of these sections of which a criterion is missing.
        chapters: how many chapters they are of.
        is_selection: whether criteria of the rubric were not selected, so that the score is no grade.
    """

    graded: int
    existing: int
    sections: tuple[tuple[str, str], ...]
    partial: frozenset[tuple[str, str]]
    chapters: int
    is_selection: bool

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return the scope of a whole report.

        Not of a student's view of it, which lacks what is hidden.
        """
        chosen = [(result.chapter, result.section) for result in report.selected]
        others = [(result.chapter, result.section) for result in report.criteria if not result.selected]
        missing = [*others, *((item.chapter, item.section) for item in report.left_out)]
        return cls(
            graded=len(chosen),
            existing=len(chosen) + len(missing),
            sections=tuple(dict.fromkeys(chosen)),
            partial=frozenset(missing) & frozenset(chosen),
            chapters=len({chapter for chapter, _section in chosen}),
            is_selection=bool(others),
        )

    @property
    def is_part(self) -> bool:
        """Whether a criterion of the chapters is missing."""
        return self.graded < self.existing
