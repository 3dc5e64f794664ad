"""Quantities of Kubernetes, such as 500m and 1Gi."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

_QUANTITY: Final = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?"
)
"""Kubernetes: Quantity. No text can be matched in two ways, so that a long one takes no long time."""
_LONGEST: Final = 40
"""Characters of a Quantity that is read as a number."""
_FACTORS: Final[dict[str, Decimal]] = {
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate(("n", "u", "m", "", *"kMGTPE"), -3)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}


def is_quantity(value: Any) -> bool:
    """Return whether Kubernetes reads a value as a Quantity (Kubernetes: Quantity)."""
    text = _text(value)
    return text is not None and _QUANTITY.fullmatch(text) is not None


def amount_of(value: Any) -> Decimal | None:
    """Return a Quantity as a number, None if it is none or absurdly long.

    Source: Kubernetes: Quantity.
    """
    text = _text(value)
    found = _QUANTITY.fullmatch(text) if text is not None and len(text) <= _LONGEST else None
    if found is None:
        return None
    number, suffix = found[1], found[2] or ""
    return Decimal(number) * _FACTORS[suffix] if suffix in _FACTORS else Decimal(f"{number}{suffix}")


def same_amount(one: Any, other: Any) -> bool:
    """Return whether two Quantities are the same amount, as 1Gi and 1024Mi are.

    Source: Kubernetes: Quantity.
    """
    return amount_of(one) is not None and amount_of(one) == amount_of(other)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
