"""Messages that keep the source of their text, so that it can be told again in another language.

A source is a message of the catalogue with its values, a number, several texts with a separator between
them, or one text for each language. Values are text, numbers, or messages again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from grading.text.languages import Language, catalogue, is_known, language

MAX_LENGTH: Final = 1_000_000
"""Characters of a message that is told again; a stored source could multiply its values."""


class Source(Protocol):
    """What a text is made from."""

    def tell(self) -> Message:
        """Return the text in the language spoken."""


class Message(str):
    """A text with its source.

    Attributes:
        source: what it is made from.
        lang: the language of the text; None if it is not known.
    """

    source: Source
    lang: Language | None

    def __new__(cls, text: str, source: Source, lang: Language | None) -> Message:
        """Return the message; `text` is plain."""
        made = super().__new__(cls, text)
        made.source = source
        made.lang = lang
        return made

    def __getnewargs__(self) -> tuple[str, Source, Language | None]:  # type: ignore[override]
        return str.__str__(self), self.source, self.lang

    def __str__(self) -> str:
        """Return the message itself, so that an exception's words keep their source."""
        return self

    def spoken(self) -> Message:
        """Return the message in the language spoken, or as it is if it cannot be.

        A source may come from a file that anybody wrote: a message that is not in the catalogue is no
        template, and what a template does not accept as a value is no value.
        """
        if self.lang is language() or (isinstance(self.source, Template) and not self.source.is_known):
            return self
        try:
            told = self.source.tell()
        except (LookupError, ValueError, TypeError, AttributeError):
            return self
        return told if len(told) <= MAX_LENGTH else self


Value = str | int | float
"""A value of a message: text, a `Message` or a number."""


@dataclass(frozen=True)
class Template:
    """A message of the catalogue: ``plural`` and ``n`` of one that counts."""

    message: str
    values: Mapping[str, Value]
    plural: str | None = None
    n: int = 0

    @property
    def is_known(self) -> bool:
        """True if the catalogue has it."""
        return is_known(self.message, self.plural)

    def tell(self) -> Message:
        """Return the message with its values."""
        known = catalogue(language())
        values = {name: _spoken(value) for name, value in self.values.items()}
        if self.plural is not None:
            text = known.ngettext(self.message, self.plural, self.n).format(n=self.n, **values)
        else:
            # gettext gives back the catalogue's header for a text that is empty.
            text = known.gettext(self.message) if self.message else ""
            text = text.format(**values) if values else text
        return Message(text, self, language())


@dataclass(frozen=True)
class Number:
    """A number with so many digits after its point."""

    number: float
    digits: int

    def tell(self) -> Message:
        """Return the number as the language writes it."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "0" * self.digits if self.digits else "")
        text = format_decimal(self.number, format=pattern, locale=language().value)
        return Message(text, self, language())


@dataclass(frozen=True)
class Joined:
    """Several texts, some of them messages, with a separator between them."""

    separator: str
    parts: tuple[str, ...]

    def tell(self) -> Message:
        """Return the texts, joined."""
        return Message(spoken(self.separator).join(map(spoken, self.parts)), self, language())


@dataclass(frozen=True)
class Texts:
    """One text for each of some languages."""

    texts: Mapping[Language, str]

    def tell(self) -> Message:
        """Return the text in the language spoken, or in the first that there is."""
        chosen = language() if language() in self.texts else next(iter(self.texts))
        return Message(self.texts[chosen], self, chosen)


def spoken(text: str) -> str:
    """Return a message in the language spoken, and any other text as it is."""
    return text.spoken() if isinstance(text, Message) else text


def changed(text: str, change: Callable[[str], str]) -> str:
    """Return a text with its characters changed; a message keeps its source."""
    return Message(change(text), text.source, text.lang) if isinstance(text, Message) else change(text)


def joined(separator: str, parts: Iterable[object]) -> str:
    """Return texts joined as by `str.join`, with the sources of messages among them.

    With an empty separator it puts pieces together.
    """
    texts = tuple(part if isinstance(part, str) else str(part) for part in parts)
    if not any(isinstance(text, Message) for text in (separator, *texts)):
        return separator.join(texts)
    return Joined(separator, texts).tell()


def in_languages(texts: Mapping[Language, str]) -> Message:
    """Return the message with a text for each language, such as a title."""
    return Texts(dict(texts)).tell()


def value_of(value: object) -> Value:
    """Return a value of a message as it is kept: what is no number is text."""
    if isinstance(value, str):
        return value if isinstance(value, Message) else str(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and math.isfinite(value) else str(value)  # type: ignore[arg-type, return-value]


def _spoken(value: Value) -> Value:
    return spoken(value) if isinstance(value, str) else value
