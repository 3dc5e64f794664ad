"""The languages that messages are in, which of them is spoken, and their catalogues.

The catalogue is ``locale/nl/LC_MESSAGES/kubegrade.po``, read as it is.
"""

from __future__ import annotations

import functools
import gettext
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

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
    """Return the language by gettext's variables in the environment.

    English by default.
    """
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for word in environment.get(name, "").split(":"):
            code = re.split("[._@-]", word)[0].lower()
            if code in set(Language):
                return Language(code)
            if code in {"c", "posix"}:
                return Language.EN
    return Language.EN


@functools.cache
def catalogue(chosen: Language) -> gettext.NullTranslations:
    """Return the translations into a language; messages are in English."""
    if chosen is Language.EN:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _read(chosen))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def is_known(message: str, plural: str | None = None) -> bool:
    """Return whether a message, or one that counts, is in the catalogue."""
    return (message if plural is None else (message, plural)) in _messages()


@functools.cache
def _messages() -> frozenset[str | tuple[str, ...]]:
    ids = (message.id for message in _read(Language.NL) if message.id)  # that of the header is empty
    return frozenset(known if isinstance(known, str) else tuple(known) for known in ids)


@functools.cache
def _read(chosen: Language) -> Catalog:
    # It takes some 50 ms, and leaves nothing compiled to fall out of date.
    from babel.messages.pofile import read_po

    source = resources.files("grading").joinpath(f"locale/{chosen.value}/LC_MESSAGES/{DOMAIN}.po")
    with source.open("rb") as stream:
        return read_po(stream, locale=chosen.value)
