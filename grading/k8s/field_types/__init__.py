"""Types of the fields of Kubernetes 1.31: read an object by them, and tell what deviates.

The rules are those of the API server's decoder (Kubernetes: API Concepts, Field validation): a field of
another JSON type is rejected; unknown fields and everything else is judged later. Null stands for nothing:
before ``kubectl apply`` creates an object it takes out every field and every value of a map that is null.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Literal

from grading.k8s.field_types.schema_from_openapi import BEYOND_DOCUMENT
from grading.k8s.quantity import is_quantity
from grading.k8s.yaml_scalars import UnreadableScalar, read_scalar
from grading.text.i18n import _, marked

VERSION: Final = "1.31"
MOST: Final = 25
"""Deviations of an object that are kept; nobody corrects more of them at a time."""

Path = tuple[str | int, ...]

_PLACE: Final = re.compile(r"[A-Za-z]\w*(?:\.\w+|\[\d+\])*(?=: )")
_PART: Final = re.compile(r"([A-Za-z]\w*)|\[(\d+)\]")

_WORDS: Final = {
    "string": marked("text"),
    "int32": marked("a whole number"),
    "int64": marked("a whole number"),
    "boolean": marked("true or false"),
    "bytes": marked("text in base64"),
    "quantity": marked("an amount such as 1Gi"),
    "int-or-string": marked("a number or text"),
    "[": marked("a list, each item with a hyphen"),
    "{": marked("names and values below it"),
    "@": marked("fields below it"),
}
_ZERO: Final[dict[str, Any]] = {
    "string": "",
    "int32": 0,
    "int64": 0,
    "boolean": False,
    "bytes": "",
    "quantity": "0",
    "int-or-string": 0,
}
"""What null stands for as an item of a list, in Go."""


@dataclass(frozen=True)
class Deviation:
    """A place at which an object is not as its type says.

    Attributes:
        path: the field; of a missing one, the place where it should be.
        what: `type` is a JSON type that the API server cannot decode; `null` is an item that is decoded
            as nothing; `amount` is text that is no Quantity; `value` is none of those allowed.
        kind: the type of the field, or for an unknown field the type that does not have it.
        value: what the field holds.
    """

    path: Path
    what: Literal["type", "null", "amount", "unknown", "missing", "value"]
    kind: str
    value: Any = None

    @property
    def wanted(self) -> str:
        """The type of the field, as text."""
        if (
            isinstance(self.value, int)
            and self.kind in {"int32", "int64", "int-or-string"}
            and not isinstance(self.value, bool)
        ):
            return _("a whole number of at most {bits} bits", bits=64 if self.kind == "int64" else 32)
        return _(_WORDS[self.kind if self.kind in _WORDS else self.kind[0]])

    @property
    def shown(self) -> str:
        """What the field holds, as JSON of at most 80 characters; nothing that may be a password."""
        if self.kind == "bytes":
            return _("something else")
        return _("nothing") if self.value is None else json.dumps(self.value, ensure_ascii=False)[:80]

    @property
    def words(self) -> str:
        """What is wrong with the type of a field."""
        return _(
            "{field} must be {wanted}, and is {shown}",
            field=dotted(self.path),
            wanted=self.wanted,
            shown=self.shown,
        )

    @property
    def hint(self) -> str:
        """What to write instead, if a scalar is only written the wrong way."""
        if self.kind == "string" and isinstance(self.value, int | float):
            return _("Put it in quotes.")
        if isinstance(self.value, str) and self.kind in {"int32", "int64", "boolean"} and self._unquoted_fits:
            return _("Write it without quotes.")
        if self.kind == "bytes":
            return _(
                "Write the output of `printf %s TEXT | base64`; in a Secret you can also write plain text, "
                "below stringData."
            )
        return ""

    @property
    def is_told_by_kubectl(self) -> bool:
        """True if kubectl rejects it, as it does in a list, and not only the API server.

        It takes any scalar for text, and any number for a whole one (k8s.io/kube-openapi,
        package validation).
        """
        if self.what == "missing":
            return self.path[-1] not in BEYOND_DOCUMENT.get(self.kind, [])
        if self.what == "type" and self.kind in {"string", "bytes", "quantity", "int-or-string"}:
            return isinstance(self.value, dict | list)
        if self.what == "type" and self.kind in {"int32", "int64"}:
            return isinstance(self.value, bool) or not isinstance(self.value, int | float)
        return self.what in {"type", "null", "unknown"}

    @property
    def _unquoted_fits(self) -> bool:
        try:
            unquoted = read_scalar(self.value, None, plain=True)
        except UnreadableScalar:
            return False
        return type(unquoted) is (bool if self.kind == "boolean" else int)


def dotted(path: Iterable[str | int]) -> str:
    """Write a path as kubectl does: ``spec.containers[0].image``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part or "/" in part:
            text += f"['{part}']"
        else:
            text += f".{part}" if text else part
    return text


def place_in(message: str) -> Path:
    """Return the field that the API server's message begins with, if any."""
    found = _PLACE.match(message)
    parts = _PART.findall(found[0]) if found else []
    return tuple(int(number) if number else name for name, number in parts)


def known_kinds() -> frozenset[str]:
    """Return the kinds whose fields are known."""
    return frozenset(_schema()["kinds"])


def known_types() -> frozenset[str]:
    """Return the types whose fields are known."""
    return frozenset(_schema()["types"])


def version_of(kind: str) -> str:
    """Return the apiVersion of a kind of the course."""
    return str(_schema()["kinds"][kind]["apiVersion"])


def fields_of(name: str) -> dict[str, str]:
    """Return the fields of a type and their types.

    Such as ``@Container`` or ``[]string``.
    """
    found: dict[str, str] = _schema()["types"][name]["fields"]
    return found


def allowed_values(field: str) -> list[str]:
    """Return the values that a field may have, none if any.

    The field is written as in ``ServiceSpec.type``.
    """
    found: list[str] = _schema()["values"].get(field, [])
    return found


def decode(data: dict[str, Any], kind: str) -> tuple[dict[str, Any], list[Deviation]]:
    """Return an object as the API server decodes it, and its first deviations.

    Fields and values of null are left out; null in a list becomes the zero of its type. Unknown fields stay
    as they are.

    Source: Kubernetes: API Concepts, Field validation.

    Args:
        data: the object.
        kind: its kind, one of the course.
    """
    decoder = _Decoder()
    return decoder.object(data, _schema()["kinds"][kind]["type"], ()), decoder.found


@functools.cache
def _schema() -> dict[str, Any]:
    file = resources.files("grading.k8s.field_types").joinpath(f"kubernetes-{VERSION}.json")
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


class _Decoder:
    """Walks through an object, and keeps its first deviations of each sort."""

    def __init__(self) -> None:
        self.found: list[Deviation] = []
        self._counts: dict[str, int] = {}

    def object(self, data: dict[str, Any], name: str, at: Path) -> dict[str, Any]:
        """Decode an object of a type."""
        definition = _schema()["types"][name]
        for field in definition["required"]:
            if data.get(field) is None:
                self._tell(Deviation((*at, field), "missing", name))
        made = {}
        for field, value in data.items():
            if value is None:
                continue
            here = (*at, field)
            kind = definition["fields"].get(field)
            if kind is None:
                self._tell(Deviation(here, "unknown", name, value))
                made[field] = value
            else:
                made[field] = self._value(value, kind, here)
                self._check_allowed(value, f"{name}.{field}", here)
        return made

    def _value(self, value: Any, kind: str, at: Path) -> Any:
        if kind == "any":
            return value
        if kind[0] == "@":
            if isinstance(value, dict):
                return self.object(value, kind[1:], at)
        elif kind[0] == "[":
            if isinstance(value, list):
                return [self._item(item, kind[2:], (*at, index)) for index, item in enumerate(value)]
        elif kind[0] == "{":
            if isinstance(value, dict):
                inner, written = kind[2:], {key: item for key, item in value.items() if item is not None}
                return {key: self._value(item, inner, (*at, key)) for key, item in written.items()}
        elif _is_of(value, kind):
            if kind == "quantity" and not is_quantity(value):
                self._tell(Deviation(at, "amount", kind, value))
            return value
        self._tell(Deviation(at, "type", kind, value))
        return value

    def _item(self, value: Any, kind: str, at: Path) -> Any:
        """Decode an item of a list."""
        if value is not None or kind == "any":
            return self._value(value, kind, at)
        if kind[0] == "@":
            return self.object({}, kind[1:], at)
        if kind != "string":
            self._tell(Deviation(at, "null", kind))
        return _ZERO[kind] if kind in _ZERO else [] if kind[0] == "[" else {}

    def _check_allowed(self, value: Any, field: str, at: Path) -> None:
        allowed = allowed_values(field)
        if allowed:
            for found in value if isinstance(value, list) else [value]:
                if isinstance(found, str) and found not in allowed:
                    self._tell(Deviation(at, "value", field, found))

    def _tell(self, deviation: Deviation) -> None:
        count = self._counts[deviation.what] = self._counts.get(deviation.what, 0) + 1
        if count <= MOST:
            self.found.append(deviation)


def _is_of(value: Any, kind: str) -> bool:
    """Return whether the value of a scalar field can be decoded.

    Raises:
        AssertionError: the type is none of the schema.
    """
    number = isinstance(value, int) and not isinstance(value, bool)
    match kind:
        case "string":
            return isinstance(value, str)
        case "bytes":
            return isinstance(value, str) and _is_base64(value)
        case "boolean":
            return isinstance(value, bool)
        case "int32":
            return number and -(2**31) <= value < 2**31
        case "int64":
            return number and -(2**63) <= value < 2**63
        case "int-or-string":
            return isinstance(value, str) or _is_of(value, "int32")
        case "quantity":
            return number or isinstance(value, float | str)
    raise AssertionError(kind)


def _is_base64(text: str) -> bool:
    """Return whether Go decodes text as base64 (Go: encoding/base64, StdEncoding): line ends do not count."""
    try:
        base64.b64decode(text.translate({10: None, 13: None}), validate=True)
    except ValueError:
        return False
    return True
