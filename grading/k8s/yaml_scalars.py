"""Values of YAML scalars as kubectl reads them: the resolution of go-yaml v2, then Go's JSON."""

from __future__ import annotations

import base64
import math
import re
import struct
from decimal import Decimal
from typing import Final

from grading.text.i18n import _

Scalar = str | int | float | bool | None

_CORE: Final = "tag:yaml.org,2002:"
_RESOLVED: Final = ("null", "bool", "int", "float", "timestamp")
"""The tags that go-yaml checks; the value of any other is text."""
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{spelt(word): True for word in ("y", "yes", "true", "on") for spelt in (str, str.title, str.upper)},
    **{spelt(word): False for word in ("n", "no", "false", "off") for spelt in (str, str.title, str.upper)},
}
_ENDLESS: Final = {
    **{f"{sign}.{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER: Final = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{1,20}(Z|[-+][0-9:]{1,6})?)?")
_SINGLE_END: Final = 2.0**128
"""The first number that is too large for 32 bits."""
_LONGEST_NUMBER: Final = 400
"""Characters; the largest number of 64 bits has 309 digits before its point."""


class UnreadableScalar(ValueError):
    """A scalar that kubectl rejects, or that has no value in JSON."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_scalar(text: str, tag: str | None, *, plain: bool) -> Scalar:
    """Return the value of a scalar (go-yaml v2: resolve.go).

    Args:
        text: its content, without quotes.
        tag: the tag that is written before it, in full; None if there is none.
        plain: whether its value follows from its text: no quotes, no block, no tag.

    Raises:
        UnreadableScalar: the tag does not fit the text, or JSON has no such value.
    """
    return _number(_typed(text, tag, plain=plain), text)


def read_key(text: str, tag: str | None, *, plain: bool) -> str:
    """Return the name that a scalar is as a key.

    The arguments are those of `read_scalar`.

    Raises:
        UnreadableScalar: kubectl does not accept it as a name.
    """
    key = _typed(text, tag, plain=plain)
    if key is None or (isinstance(key, int) and key >= 2**63):
        raise UnreadableScalar(_("a key must be text, not a list or null"))
    if isinstance(key, bool):
        return str(key).lower()
    return _single(key) if isinstance(key, float) else str(key)


def _typed(text: str, tag: str | None, *, plain: bool) -> Scalar:
    """Return the value of a scalar as go-yaml has it.

    Raises:
        UnreadableScalar: the tag does not fit the text.
    """
    if tag is None or tag == "!":
        return _resolved(text) if plain else text
    name = tag.removeprefix(_CORE)
    if name == "binary":
        return _decoded(text)
    if name not in _RESOLVED or (name == "timestamp" and _DATE.fullmatch(text)):
        return text
    value = _resolved(text)
    fits = {
        "null": value is None,
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not fits.get(name):
        raise UnreadableScalar(
            _("the value {text:.60} cannot be read as {tag:.60}", tag=f"!!{name}", text=text)
        )
    return value


def _single(key: float) -> str:
    """Write a number as Go does with 32 bits, in as few digits as are exact."""
    if not math.isfinite(key) or abs(key) >= _SINGLE_END:
        return ".nan" if math.isnan(key) else ".inf" if key > 0 else "-.inf"
    (value,) = struct.unpack("f", struct.pack("f", key))
    written = (f"{value:.{digits}e}" for digits in range(9))
    shortest = next(text for text in written if struct.unpack("f", struct.pack("f", float(text)))[0] == value)
    mantissa, _e, exponent = shortest.partition("e")
    if not -4 <= int(exponent) < 6:
        return shortest
    return f"{value:.{max(0, len(mantissa.lstrip('-').replace('.', '')) - 1 - int(exponent))}f}"


def _decoded(text: str) -> str:
    """Return the text of a value in Base64.

    Bytes that are no text become U+FFFD, as in Go's JSON.

    Raises:
        UnreadableScalar: it is not in Base64.
    """
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise UnreadableScalar(_("the value is not valid base64")) from None


def is_merge_key(text: str, tag: str | None, *, plain: bool) -> bool:
    """Return whether a key is the merge key ``<<``."""
    return text == "<<" and (plain or tag == f"{_CORE}merge")


def _resolved(text: str) -> Scalar:
    """Return what an untagged plain scalar is in go-yaml v2 (resolve.go).

    Raises:
        UnreadableScalar: it is a number of too many digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _ENDLESS:
        return _ENDLESS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    whole = _INTEGER.fullmatch(digits)
    if not whole and not _FLOAT.fullmatch(digits):
        return text
    if len(digits) > _LONGEST_NUMBER:
        raise UnreadableScalar(_("the number is too large"))
    if whole:
        number = _integer(whole[2]) * (-1 if whole[1] == "-" else 1)
        if -(2**63) <= number < 2**63 or (number < 2**64 and not whole[1]):
            return number
        if not _FLOAT.fullmatch(digits):
            return text
    value = float(digits)
    return value if math.isfinite(value) else text


def _integer(digits: str) -> int:
    if digits[:2].lower() in {"0x", "0b", "0o"}:
        return int(digits, 0)
    return int(digits, 8 if digits[0] == "0" else 10)


def _number(value: Scalar, text: str) -> Scalar:
    """Return a number as Go's JSON writes it: without a point if it has no fraction.

    Raises:
        UnreadableScalar: JSON has neither infinity nor NaN.
    """
    if isinstance(value, int) and value >= 2**63:
        value = float(value)  # kubectl has whole numbers of 64 bits with a sign.
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise UnreadableScalar(
            _(
                "{text} is not a valid number in JSON. If it is text, put it in quotes",
                text=text,
            )
        )
    # From 1e21 on Go writes an exponent, with which no field for whole numbers can be read.
    return int(Decimal(repr(value))) if value.is_integer() and abs(value) < 1e21 else value
