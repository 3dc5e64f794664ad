"""The languages that messages are in: Dutch and English, by GNU gettext.

A message is written in English where it is said, as ``_("the file {name} is missing", name=name)``. The
template is what is translated; values are put in afterwards, so that nothing from a submission is ever
taken for a template. The catalogue is ``locale/nl/LC_MESSAGES/kubegrade.po``, read as it is.
"""

from __future__ import annotations

import functools
import gettext
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from importlib import resources
from typing import Final

DOMAIN: Final = "kubegrade"


class Language(StrEnum):
    """A language that messages can be in."""

    EN = "en"
    NL = "nl"


class _Chosen:
    """The language of this process; scenarios in threads of their own speak it too."""

    language = Language.EN


def language() -> Language:
    """Return the language that messages are in."""
    return _Chosen.language


def use(chosen: Language) -> None:
    """Let messages be in this language from here on."""
    _Chosen.language = chosen


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Let messages be in this language while the body runs."""
    before = language()
    use(chosen)
    try:
        yield
    finally:
        use(before)


def from_environment(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that the environment asks for, by gettext's variables; English otherwise."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for word in environment.get(name, "").split(":"):
            code = re.split("[._@-]", word)[0].lower()
            if code in set(Language):
                return Language(code)
            if code in {"c", "posix"}:
                return Language.EN
    return Language.EN


def _(message: str, /, **values: object) -> str:
    """Return a message in the language chosen, with the values put in."""
    # gettext gives back the catalogue's header for a text that is empty.
    text = _catalogue(language()).gettext(message) if message else ""
    return text.format(**values) if values else text


def n_(singular: str, plural: str, number: int, /, **values: object) -> str:
    """Return a message that counts something: ``{n}`` is the number."""
    text = _catalogue(language()).ngettext(singular, plural, number)
    return text.format(n=number, **values)


def marked(message: str) -> str:
    """Return a message as it is, for a constant that is translated by `_` where it is shown."""
    return message


def decimal(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=language().value)


def moment(value: datetime) -> str:
    """Return a date and time as the language writes it, with its time zone."""
    from babel.dates import format_datetime

    words = format_datetime(value, "d MMMM y HH:mm", tzinfo=value.tzinfo, locale=language().value)
    return f"{words} {value:%Z}"


@functools.cache
def _catalogue(chosen: Language) -> gettext.NullTranslations:
    if chosen is Language.EN:
        return gettext.NullTranslations()
    # Reading the catalogue's source takes some 50 ms, and leaves nothing compiled to fall out of date.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = resources.files("grading").joinpath(f"locale/{chosen.value}/LC_MESSAGES/{DOMAIN}.po")
    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=chosen.value))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
