"""Messages in Dutch and English, by GNU gettext.

A message is written in English where it is said, as ``_("the file {name} is missing", name=name)``. The
template is what is translated; values are put in afterwards, so that nothing from a submission is ever
taken for a template. What is returned is a `Message`: a text that keeps template and values.
"""

from __future__ import annotations

from datetime import datetime

from grading.text.languages import Language, from_environment, language, speaking, use
from grading.text.messages import Message, Number, Template, in_languages, joined, spoken, value_of

__all__ = [
    "Language",
    "Message",
    "_",
    "decimal",
    "from_environment",
    "in_languages",
    "joined",
    "language",
    "marked",
    "moment",
    "n_",
    "speaking",
    "spoken",
    "use",
]


def _(message: str, /, **values: object) -> Message:
    """Return a message in the language spoken, with the values put in.

    A text that is a `Message` already, such as a title in several languages, is told again.
    """
    if isinstance(message, Message):
        return message.spoken()
    return Template(message, {name: value_of(value) for name, value in values.items()}).tell()


def n_(singular: str, plural: str, number: int, /, **values: object) -> Message:
    """Return a message that counts something: ``{n}`` is the number."""
    kept = {name: value_of(value) for name, value in values.items()}
    return Template(singular, kept, plural, number).tell()


def marked(message: str) -> str:
    """Return a message as it is, for a constant that `_` translates later."""
    return message


def decimal(value: float, digits: int = 0) -> Message:
    """Return a number as the language writes it, with so many digits."""
    return Number(value, digits).tell()


def moment(value: datetime) -> str:
    """Return a date and time as the language writes it, with its time zone."""
    from babel.dates import format_datetime

    words = format_datetime(value, "d MMMM y HH:mm", tzinfo=value.tzinfo, locale=language().value)
    return f"{words} {value:%Z}"
