"""Points in words."""

from __future__ import annotations

from functools import lru_cache

from grading.platforms.grade_files.layout import shortest
from grading.text.i18n import Language, decimal, language


def points(value: float) -> str:
    """Return points as the language writes them, with two digits at most; the same as in the gradebook."""
    return _told(value, language())


@lru_cache  # a class has few different ones, and a thousand rows of them
def _told(value: float, _language: Language) -> str:
    text = shortest(value)
    return decimal(float(text), len(text.partition(".")[2]))
