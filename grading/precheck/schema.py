"""Compare a manifest with the types of Kubernetes 1.31, as the API server does with strict validation."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from grading.k8s.field_types import Deviation, Path, allowed_values, decode, dotted, fields_of, version_of
from grading.precheck.findings import Finding
from grading.submission.manifest import Manifest
from grading.text import lookalikes
from grading.text.i18n import _, joined

_LONGEST_WORD: Final = 64
"""Characters of a word that another is suggested for; no name of Kubernetes is as long."""


def check_schema(manifest: Manifest) -> list[Finding]:
    """Return the first fields that are unknown, missing, or of another type.

    Source: Kubernetes: API Concepts, Field validation.
    """
    kind, version = manifest.data["kind"], manifest.data.get("apiVersion")
    wanted = version_of(kind)
    if version != wanted:
        return [
            Finding.at(
                manifest.at("apiVersion"),
                _(
                    "apiVersion is {version!s:.60}; a {kind} has {wanted}",
                    version=version,
                    kind=kind,
                    wanted=wanted,
                ),
                _("Write `apiVersion: {wanted}`.", wanted=wanted),
            )
        ]
    # From what was written, not from what was decoded: that holds no null.
    found = decode(manifest.document.data, kind)[1]
    odd = lookalikes.cause(manifest.document.data, lambda _data: False)
    return [_explained(manifest, deviation, odd) for deviation in found]


def _explained(manifest: Manifest, deviation: Deviation, odd: Path | None) -> Finding:
    """Return a deviation as a finding.

    An invisible character in a name is told as the cause.

    Args:
        manifest: that deviates.
        deviation: how it does.
        odd: the first name in it with such a character.
    """
    finding = _finding(manifest, deviation)
    if odd is None or odd[: len(deviation.path)] != deviation.path:
        return finding
    character = lookalikes.told(manifest.document.text, manifest.document.line(*odd))
    advice = joined(" ", filter(None, [character, finding.problem.help]))
    return replace(finding, problem=replace(finding.problem, help=advice))


def _finding(manifest: Manifest, deviation: Deviation) -> Finding:
    place, field = manifest.at(*deviation.path), dotted(deviation.path)
    match deviation.what:
        case "missing":
            *above, name = deviation.path
            return Finding.at(
                place,
                _("{field} is missing", field=field),
                _("Kubernetes needs `{field}:` below {parent}.", field=name, parent=dotted(above))
                if above
                else _("Kubernetes needs `{field}:` at the top level.", field=name),
            )
        case "unknown":
            name = str(deviation.path[-1])
            words = _("unknown field {field}", field=field)
            return Finding.at(place, words, _suggestion(name, deviation.kind))
        case "value":
            allowed = allowed_values(deviation.kind)
            close = _close(deviation.value, allowed)
            return Finding.at(
                place,
                _(
                    "{field} is {found!r:.60}, which is not a value that Kubernetes knows",
                    field=field,
                    found=deviation.value,
                ),
                _("Write `{close}`.", close=close)
                if close
                else _("Write one of {allowed}.", allowed=", ".join(allowed)),
            )
    return Finding.at(place, deviation.words, deviation.hint)


def _suggestion(field: str, name: str) -> str:
    """Return what to do about a field that a type does not have."""
    fields = fields_of(name)
    close = _close(field, fields)
    if close:
        return (
            _("Write `{close}`: upper and lower case matter in Kubernetes.", close=close)
            if (close.lower() == field.lower())
            else _("Did you mean `{close}`?", close=close)
        )
    for parent, kind in fields.items():
        if kind.startswith(("@", "[]@")) and field in fields_of(kind.lstrip("[]@")):
            if kind.startswith("[]"):
                return _("It belongs to an item of `{parent}`: indent it there.", parent=parent)
            return _("It belongs to `{parent}`: indent it there.", parent=parent)
    return _("Compare the indentation with the course, or remove the field.")


def _close(word: str, known: Iterable[str]) -> str | None:
    if len(word) > _LONGEST_WORD:
        return None
    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.8)
    return lowered[found[0]] if found else None
