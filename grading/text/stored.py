"""Messages as JSON: their text, and beside it the source that it is told from again.

A text without a source is a string. A message is ``{"text": ..., "source": ...}``, its source one of

- ``{"message": ..., "values": {...}}``, with ``"plural"`` and ``"n"`` if it counts;
- ``{"number": 1.5, "digits": 1}``;
- ``{"separator": ", ", "parts": [...]}``;
- ``{"texts": {"en": ..., "nl": ...}}``.

Values are numbers, strings or messages; a separator and parts are strings or messages. `SCHEMAS` says so in
JSON Schema. A stored file may have been changed by anybody: see `Message.spoken`.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from grading.text.languages import Language
from grading.text.messages import Joined, Message, Number, Source, Template, Texts, Value
from grading.text.sanitize import encodable

MAX_DEPTH: Final = 10
"""Messages within messages; the suite's own go four deep."""
MAX_DIGITS: Final = 9
MAX_NUMBER: Final = 10**15

SCHEMAS: Final[dict[str, Any]] = {
    "Said": {
        "title": "Said",
        "description": "A text, or a message with its source.",
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/Message"}],
    },
    "Message": {
        "title": "Message",
        "description": "A message: its text, and the source that it is told from in another language.",
        "type": "object",
        "properties": {"text": {"type": "string"}, "source": {"$ref": "#/$defs/Source"}},
        "required": ["text", "source"],
        "additionalProperties": False,
    },
    "Source": {
        "title": "Source",
        "description": "What a text is made from.",
        "anyOf": [
            {
                "description": "A message of the suite and its values; one that counts has a plural and n.",
                "type": "object",
                "properties": {
                    "message": {"type": "string"},
                    "plural": {"type": "string"},
                    "n": {"type": "integer"},
                    "values": {
                        "type": "object",
                        "additionalProperties": {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/Said"}]},
                    },
                },
                "required": ["message", "values"],
                "dependentRequired": {"plural": ["n"], "n": ["plural"]},
                "additionalProperties": False,
            },
            {
                "description": "A number, with so many digits after its point.",
                "type": "object",
                "properties": {
                    "number": {"type": "number"},
                    "digits": {"type": "integer", "minimum": 0, "maximum": MAX_DIGITS},
                },
                "required": ["number", "digits"],
                "additionalProperties": False,
            },
            {
                "description": "Texts with a separator between them.",
                "type": "object",
                "properties": {
                    "separator": {"$ref": "#/$defs/Said"},
                    "parts": {"type": "array", "items": {"$ref": "#/$defs/Said"}},
                },
                "required": ["separator", "parts"],
                "additionalProperties": False,
            },
            {
                "description": "One text for each of some languages.",
                "type": "object",
                "properties": {
                    "texts": {
                        "type": "object",
                        "properties": {lang.value: {"type": "string"} for lang in Language},
                        "minProperties": 1,
                        "additionalProperties": False,
                    }
                },
                "required": ["texts"],
                "additionalProperties": False,
            },
        ],
    },
}
"""JSON Schemas by name, for the ``$defs`` of a schema."""


def to_data(text: str) -> str | dict[str, Any]:
    """Return a text as plain data; of a message with its source."""
    source = source_of(text)
    return encodable(text) if source is None else {"text": encodable(text), "source": source}


def source_of(text: str) -> dict[str, Any] | None:
    """Return the source of a text as plain data, None if it has none."""
    if not isinstance(text, Message) or (isinstance(text.source, Template) and not text.source.is_known):
        return None
    return _data(text.source)


def _data(source: Source) -> dict[str, Any]:
    match source:
        case Template():
            counts = {} if source.plural is None else {"plural": source.plural, "n": source.n}
            values = {encodable(name): _value_data(value) for name, value in source.values.items()}
            return {"message": encodable(source.message), **counts, "values": values}
        case Number():
            return {"number": source.number, "digits": source.digits}
        case Joined():
            return {
                "separator": to_data(source.separator),
                "parts": [to_data(part) for part in source.parts],
            }
        case Texts():
            return {"texts": {lang.value: encodable(text) for lang, text in source.texts.items()}}
    raise TypeError(source)


def _value_data(value: Value) -> Any:
    return to_data(value) if isinstance(value, str) else value


def from_data(data: Any, depth: int = 0) -> str:
    """Return the text of plain data in the language spoken.

    Raises:
        ValueError: it is of another form, or messages are nested too deep.
    """
    if isinstance(data, str):
        return data
    if not isinstance(data, dict) or data.keys() != {"text", "source"}:
        raise ValueError("a text, or an object with text and source, is needed")
    return told(data["text"], data["source"], depth)


def told(text: Any, source: Any, depth: int = 0) -> str:
    """Return the message of a stored text and its source in the language spoken.

    Args:
        text: as it was stored.
        source: as it was stored.
        depth: messages that this one is within.

    Raises:
        ValueError: one of them is of another form, or messages are nested too deep.
    """
    if not isinstance(text, str):
        raise ValueError("the text of a message must be text")  # noqa: TRY004 - pydantic takes no TypeError
    return Message(text, _source(source, depth + 1), None).spoken()


def _source(data: Any, depth: int) -> Source:
    if depth > MAX_DEPTH:
        raise ValueError("messages are nested too deep")
    match data:
        case {"message": str(message), "values": dict(values), **counts}:
            kept = {name: _value(value, depth) for name, value in values.items() if isinstance(name, str)}
            match counts:
                case {"plural": str(plural), "n": int(n)} if len(counts) == 2:
                    return Template(message, kept, plural, n)
                case {} if not counts:
                    return Template(message, kept)
        case {"number": number, "digits": int(digits)} if len(data) == 2:
            if _is_number(number) and abs(number) < MAX_NUMBER and 0 <= digits <= MAX_DIGITS:
                return Number(number, digits)
        case {"separator": separator, "parts": list(parts)} if len(data) == 2:
            return Joined(from_data(separator, depth), tuple(from_data(part, depth) for part in parts))
        case {"texts": dict(texts)} if len(data) == 1:
            return Texts(_texts(texts))
    raise ValueError("the source of a message is of no known form")


def _value(data: Any, depth: int) -> Value:
    if _is_number(data):
        number: int | float = data
        return number
    return from_data(data, depth)


def _is_number(data: Any) -> bool:
    whole = isinstance(data, int) and not isinstance(data, bool)
    return whole or (isinstance(data, float) and math.isfinite(data))


def _texts(data: dict[Any, Any]) -> dict[Language, str]:
    if not data or not all(isinstance(text, str) for text in data.values()):
        raise ValueError("a text is needed for each language")
    return {Language(lang): text for lang, text in data.items()}


def _said(value: Any) -> str:
    if isinstance(value, dict) and value.keys() <= set(Language):
        return Texts(_texts(value)).tell()
    return from_data(value)


Said = Annotated[
    str,
    PlainValidator(_said),
    PlainSerializer(to_data, return_type=Any),
    WithJsonSchema({"type": ["string", "object"]}),
]
"""A text that keeps its source when it is stored, for fields of models.

A mapping of languages to texts, as one writes it in YAML, is a message too.
"""
