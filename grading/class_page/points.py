"""Points in words."""

from __future__ import annotations

from functools import lru_cache

from grading.text.i18n import Language, decimal, language


def points(value: float) -> str:
    """Return points as the language writes them, with two digits at most."""
    return _told(value, language())


@lru_cache  # a class has few different ones, and a thousand rows of them
def _told(value: float, _language: Language) -> str:
    digits = next(digits for digits in (0, 1, 2) if digits == 2 or round(value, digits) == round(value, 2))
    return decimal(value, digits)
