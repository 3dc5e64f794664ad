"""Compare a manifest with what the course asks for, field by field, knowing the line of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.errors import Correction, CriterionFailure, Location, Problem
from grading.evidence.manifest import RecordedManifest
from grading.k8s.field_types import Path, dotted
from grading.text import lookalikes
from grading.text.i18n import _, joined

MISSING: Final = object()
MOST_TOLD: Final = 4
"""Fields of a file of which a help says what to write; the difference to the file shows more."""


@dataclass(frozen=True)
class Mismatch:
    """One field that differs.

    Attributes:
        character: what to do about a character that is not seen, if that is the cause.
        corrections: what to write instead, if the rule tells.
        advice: the same in words.
    """

    path: Path
    expected: str
    actual: str
    location: Location
    costs: bool = True
    character: str = ""
    corrections: tuple[Correction, ...] = ()
    advice: str = ""

    @property
    def words(self) -> str:
        """The field, what it is and what it should be."""
        return _(
            "{field} is {actual}, expected {expected}",
            field=dotted(self.path),
            actual=self.actual,
            expected=self.expected,
        )

    def problem(self, help: str) -> Problem:
        """Return it as a problem of its own, with what to do about it.

        Args:
            help: what to do if no correction is known.
        """
        advice = joined(" ", filter(None, [self.character, self.advice or help]))
        return Problem(
            self.words, advice, self.expected, self.actual, self.location, corrections=self.corrections
        )

    def __str__(self) -> str:
        return f"{self.words} ({self.location})"


class DeclarationFailure(CriterionFailure):
    """A manifest differs from the course, in all of ``mismatches``."""

    mismatches: tuple[Mismatch, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What one field must hold.

    Attributes:
        path: where the field is.
        expected: the value, as text.
        accepts: decides about the value, `MISSING` if there is none.
        read: reads the value from the object, if it may be said in another field too.
        costs: whether breaking it costs points.
        writes: what to write, by the path below the field, for the value that is there.
    """

    path: Path
    expected: str
    accepts: Callable[[Any], bool]
    read: Callable[[Any, Path], Any] | None = None
    costs: bool = True
    writes: Callable[[Any], Mapping[Path, Any]] | None = None

    def value(self, data: Any) -> Any:
        """Return the value of the field in an object, `MISSING` if there is none."""
        return (self.read or lookup)(data, self.path)


def mismatches(manifest: RecordedManifest, rules: Iterable[Rule], text: str = "") -> list[Mismatch]:
    """Return every rule that a manifest breaks.

    Args:
        manifest: what was declared.
        rules: what the course asks for.
        text: of the file, to name a character that is not seen.
    """
    found = []
    for rule in _placed(manifest.data, list(rules)):
        value = rule.value(manifest.data)
        if not rule.accepts(value):
            actual = _("missing") if value is MISSING else _show(value)
            place, character = manifest.at(*rule.path), _character(manifest, rule, text)
            below = rule.writes(value) if rule.writes else {}
            written = tuple(corrections(manifest, {(*rule.path, *path): v for path, v in below.items()}))
            advice = joined(" ", [told(manifest, correction) for correction in written])
            found.append(
                Mismatch(rule.path, rule.expected, actual, place, rule.costs, character, written, advice)
            )
    return found


def corrections(manifest: RecordedManifest, values: Mapping[Path, Any]) -> Iterable[Correction]:
    """Yield what to write in a manifest, as far as it is not written there.

    Args:
        manifest: what was declared.
        values: as they should be, by their paths; None for a field that is to be taken out.
    """
    for path, value in values.items():
        found = lookup(manifest.data, path)
        if (None if found is MISSING else found) != value:
            yield Correction(manifest.at(*path), value)


def told(manifest: RecordedManifest, correction: Correction) -> str:
    """Return what to write in a manifest, in words, with its line and the value that is there."""
    field, line = correction.location.field, correction.location.line
    found = lookup(manifest.data, field)
    if correction.value is None:
        return _("Take `{field}` out (line {line}).", field=dotted(field), line=line or "?")
    value = correction.value if isinstance(correction.value, str) else json.dumps(correction.value)
    depth = next(d for d in range(len(field), -1, -1) if lookup(manifest.data, field[:d]) is not MISSING)
    parent = dotted(field[:depth])
    written = f"{dotted(field[depth:] or field[-1:])}: {value}"
    above = lookup(manifest.data, field[:depth])
    other = (
        next((key for key in above if str(key).lower() == str(field[-1]).lower()), None)
        if (depth == len(field) - 1 and isinstance(above, dict))
        else None
    )
    if other is not None:
        place = manifest.at(*field[:depth], other).line
        return _(
            "Write `{written}` instead of `{key}` on line {line}.", written=written, key=other, line=place
        )
    if depth < len(field) and parent:
        return _("Add `{written}` below `{parent}` (line {line}).", written=written, parent=parent, line=line)
    if depth < len(field):
        return _("Add `{written}`, without indentation.", written=written)
    return _(
        "Write `{written}` on line {line} instead of `{found}`.",
        written=written,
        line=line,
        found=_show(found),
    )


def _character(manifest: RecordedManifest, rule: Rule, text: str) -> str:
    """Return what to do about a character, if a rule is kept without it."""
    place = lookalikes.cause(manifest.data, lambda data: rule.accepts(rule.value(data)))
    return lookalikes.told(text, manifest.at(*place).line) if place is not None else ""


def _placed(data: Any, rules: list[Rule]) -> list[Rule]:
    """Return rules with those on a list's first item moved to the best item.

    The order of a Pod's containers and of a Service's ports means nothing to Kubernetes: one more
    before the course's own is no deviation from the course.
    """
    broken: dict[Path, list[int]] = {}
    for rule in rules:
        above, index, below = _split(rule.path)
        items = lookup(data, above) if index is not None else None
        if not isinstance(items, list) or not items:
            continue
        counts = broken.setdefault(above, [0] * len(items))
        for number, item in enumerate(items):
            counts[number] += not rule.accepts((rule.read or lookup)(item, below))
    best = {above: counts.index(min(counts)) for above, counts in broken.items()}
    return [
        replace(rule, path=(*above, best[above], *below)) if index is not None and above in best else rule
        for rule in rules
        for above, index, below in [_split(rule.path)]
    ]


def _split(path: Path) -> tuple[Path, int | None, Path]:
    """Return a path split at its item of a list.

    What is above it, its number, what is below it.
    """
    place = next((place for place, part in enumerate(path) if isinstance(part, int)), None)
    return (path, None, ()) if place is None else (path[:place], int(path[place]), path[place + 1 :])


def refuse(found: list[Mismatch], file: str, course: str) -> None:
    """Check that a file has no mismatches.

    Args:
        found: the mismatches.
        file: its name, for messages.
        course: where the course shows it.

    Raises:
        DeclarationFailure: it has some.
    """
    if not found:
        return
    rationale = _("{file}: {field} differs from the course", file=file, field=dotted(found[0].path))
    if len(found) > 1:
        rationale = _(
            "{file}: {field} differs from the course (and {number} more)",
            file=file,
            field=dotted(found[0].path),
            number=len(found) - 1,
        )
    failure = DeclarationFailure(
        rationale,
        help=joined(" ", [*[m.character for m in found if m.character][:1], *_help(found, course)]),
        expected=joined("\n", (joined(": ", [dotted(m.path), m.expected]) for m in found)),
        actual=joined(
            "\n", (joined("", [dotted(m.path), ": ", m.actual, f" ({m.location})"]) for m in found)
        ),
        location=found[0].location,
        corrections=(item for mismatch in found for item in mismatch.corrections),
    )
    failure.mismatches = tuple(found)
    raise failure


def _help(found: list[Mismatch], course: str) -> list[str]:
    """Return what to do about mismatches: what to write, or to compare the file where that is not known."""
    if len(found) <= MOST_TOLD and all(mismatch.advice for mismatch in found):
        advice = [mismatch.advice for mismatch in found]
        return [*advice, _("The course shows the file in {course}.", course=course)]
    return [_("Compare the file with the course ({course}).", course=course)]


def lookup(data: Any, path: Path) -> Any:
    """Return the value at a path, or `MISSING`."""
    for part in path:
        keyed = isinstance(data, dict) and part in data
        indexed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not keyed and not indexed:
            return MISSING
        data = data[part]
    return MISSING if data is None else data


def _show(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else text[:200] + "…"
