"""Compare a manifest with the types of Kubernetes 1.31, as the API server does with strict validation."""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from grading.checks.fields import Path, dotted
from grading.i18n import _, marked
from grading.manifest import Manifest
from grading.precheck.findings import Finding

VERSION: Final = "1.31"
_QUANTITY: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
"""Kubernetes: Quantity."""

_WORDS: Final = {
    "string": marked("text"),
    "integer": marked("a whole number"),
    "number": marked("a number"),
    "boolean": marked("true or false"),
    "quantity": marked("an amount such as 1Gi"),
    "int-or-string": marked("a number or text"),
}


def check_schema(manifest: Manifest) -> list[Finding]:
    """Return every field that Kubernetes does not know, that is missing, or of another type."""
    known = _schema()["kinds"].get(manifest.data.get("kind"))
    if known is None:
        return []
    version = manifest.data.get("apiVersion")
    if version != known["apiVersion"]:
        kind, wanted = manifest.data["kind"], known["apiVersion"]
        return [
            Finding(
                manifest.at("apiVersion"),
                _("apiVersion is missing; a {kind} has {wanted}", kind=kind, wanted=wanted)
                if version is None
                else _(
                    "apiVersion is {version!s:.60}; a {kind} has {wanted}",
                    version=version,
                    kind=kind,
                    wanted=wanted,
                ),
                _("Write `apiVersion: {wanted}`.", wanted=wanted),
            )
        ]
    return list(_object(manifest, manifest.data, known["type"], ()))


@functools.cache
def _schema() -> dict[str, Any]:
    file = resources.files("grading.precheck").joinpath(f"kubernetes-{VERSION}.json")
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


def _object(manifest: Manifest, data: Any, name: str, at: Path) -> Iterator[Finding]:
    if not isinstance(data, dict):
        yield _wrong(manifest, at, _("fields below it"), data)
        return
    definition = _schema()["types"][name]
    for field in definition["required"]:
        if data.get(field) is None:
            yield Finding(
                manifest.at(*at),
                _("{field} is missing", field=dotted((*at, field))),
                _("Kubernetes needs `{field}:` below {parent}.", field=field, parent=dotted(at))
                if at
                else _("Kubernetes needs `{field}:` at the top level.", field=field),
            )
    for field, value in data.items():
        here = (*at, field)
        if field not in definition["fields"]:
            yield Finding(
                manifest.at(*here),
                _("unknown field {field}", field=dotted(here)),
                _suggestion(field, definition["fields"]),
            )
        elif value is not None:
            yield from _value(manifest, value, definition["fields"][field], here)
            yield from _allowed(manifest, value, f"{name}.{field}", here)


def _value(manifest: Manifest, value: Any, kind: str, at: Path) -> Iterator[Finding]:
    if kind.startswith("@"):
        yield from _object(manifest, value, kind[1:], at)
    elif kind.startswith("[]"):
        if not isinstance(value, list):
            yield _wrong(manifest, at, _("a list, each item with a hyphen"), value)
            return
        for index, item in enumerate(value):
            yield from _value(manifest, item, kind[2:], (*at, index))
    elif kind.startswith("{}"):
        if not isinstance(value, dict):
            yield _wrong(manifest, at, _("names and values below it"), value)
            return
        for key, item in value.items():
            yield from _value(manifest, item, kind[2:], (*at, key))
    elif not _fits(value, kind):
        yield _wrong(manifest, at, _(_WORDS[kind]), value, kind)


def _fits(value: Any, kind: str) -> bool:
    number = isinstance(value, int) and not isinstance(value, bool)
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return number
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return number or isinstance(value, float)
        case "int-or-string":
            return number or isinstance(value, str)
        case "quantity":
            return _QUANTITY.fullmatch(str(value)) is not None
    return True


def _allowed(manifest: Manifest, value: Any, field: str, at: Path) -> Iterator[Finding]:
    allowed = _schema()["values"].get(field)
    if not allowed:
        return
    for found in value if isinstance(value, list) else [value]:
        if isinstance(found, str) and found not in allowed:
            close = _close(found, allowed)
            yield Finding(
                manifest.at(*at),
                _("{field} is {found!r:.60}, which Kubernetes does not know", field=dotted(at), found=found),
                _("Write `{close}`.", close=close)
                if close
                else _("One of {allowed}.", allowed=", ".join(allowed)),
            )


def _wrong(manifest: Manifest, at: Path, wanted: str, value: Any, kind: str = "") -> Finding:
    shown = _("nothing") if value is None else json.dumps(value, ensure_ascii=False, default=str)[:80]
    hint = _("Put it in quotes.") if kind == "string" and isinstance(value, int | float) else ""
    if isinstance(value, str) and kind in {"integer", "boolean"}:
        hint = _("Write it without quotes.")
    return Finding(
        manifest.at(*at),
        _("{field} must be {wanted}, and is {shown}", field=dotted(at), wanted=wanted, shown=shown),
        hint,
    )


def _suggestion(field: str, fields: dict[str, str]) -> str:
    close = _close(field, fields)
    if close:
        return (
            _("Write `{close}`: Kubernetes tells capitals from small letters.", close=close)
            if (close.lower() == field.lower())
            else _("Did you mean `{close}`?", close=close)
        )
    types = _schema()["types"]
    for parent, kind in fields.items():
        inner = types.get(kind.lstrip("[]{}@"))
        if inner and field in inner["fields"] and kind.startswith(("@", "[]@")):
            if kind.startswith("[]"):
                return _("It belongs to an item of `{parent}`: indent it there.", parent=parent)
            return _("It belongs to `{parent}`: indent it there.", parent=parent)
    return _("Compare the indentation with the course, or take it out.")


def _close(word: str, known: Any) -> str | None:
    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.8)
    return lowered[found[0]] if found else None
