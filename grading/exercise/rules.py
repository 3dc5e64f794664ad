"""Compare a manifest with what the course asks for, field by field, knowing the line of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.errors import CriterionFailure, Location, Problem
from grading.k8s.field_types import Path, dotted
from grading.k8s.image_reference import canonical, short
from grading.k8s.quantity import same_amount
from grading.submission.manifest import Manifest
from grading.text.i18n import _, joined

MISSING: Final = object()


@dataclass(frozen=True)
class Mismatch:
    """One field that differs."""

    path: Path
    expected: str
    actual: str
    location: Location

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
        """Return it as a problem of its own, with what to do about it."""
        return Problem(self.words, help, self.expected, self.actual, self.location)

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
        expected: the value, in words.
        accepts: decides about the value, `MISSING` where there is none.
    """

    path: Path
    expected: str
    accepts: Callable[[Any], bool]


def equals(path: str, value: Any, *, default: bool = False, words: str = "") -> Rule:
    """Ask for exactly ``value``; with ``default`` the field may also be left out."""

    def accepts(found: Any) -> bool:
        return (default and found is MISSING) or (type(found) is type(value) and found == value)

    return Rule(_path(path), words or str(value), accepts)


def includes(path: str, wanted: dict[str, str]) -> Rule:
    """Ask for a mapping that holds ``wanted``; further entries are fine."""

    def accepts(found: Any) -> bool:
        return isinstance(found, dict) and all(found.get(key) == value for key, value in wanted.items())

    return Rule(_path(path), ", ".join(f"{key}: {value}" for key, value in wanted.items()), accepts)


def one_of(path: str, *wanted: Any, words: str) -> Rule:
    """Ask for one of some values that come to the same."""

    def accepts(found: Any) -> bool:
        return any(type(found) is type(value) and found == value for value in wanted)

    return Rule(_path(path), words, accepts)


def image(path: str, *wanted: str) -> Rule:
    """Ask for one of some images, in any spelling that means the same."""
    accepted = {canonical(name) for name in wanted}

    def accepts(found: Any) -> bool:
        return isinstance(found, str) and canonical(found) in accepted

    return Rule(_path(path), short(wanted[0]), accepts)


def quantity(path: str, wanted: str) -> Rule:
    """Ask for an amount, in any spelling that means the same (Kubernetes: Quantity)."""
    return Rule(_path(path), wanted, lambda found: same_amount(found, wanted))


def one_of_list(path: str, key: str, value: Any) -> Rule:
    """Ask for a list in which an item has ``key: value``."""

    def accepts(found: Any) -> bool:
        return isinstance(found, list) and any(
            isinstance(item, dict) and item.get(key) == value for item in found
        )

    return Rule(_path(path), f"{key}: {value}", accepts)


def mismatches(manifest: Manifest, rules: Iterable[Rule]) -> list[Mismatch]:
    """Return every rule that a manifest breaks."""
    found = []
    for rule in _placed(manifest.data, list(rules)):
        value = lookup(manifest.data, rule.path)
        if not rule.accepts(value):
            actual = _("missing") if value is MISSING else _show(value)
            found.append(Mismatch(rule.path, _(rule.expected), actual, manifest.at(*rule.path)))
    return found


def _placed(data: Any, rules: list[Rule]) -> list[Rule]:
    """Move rules on the first item of a list to the item that they fit best.

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
            counts[number] += not rule.accepts(lookup(item, below))
    best = {above: counts.index(min(counts)) for above, counts in broken.items()}
    return [
        replace(rule, path=(*above, best[above], *below)) if index is not None and above in best else rule
        for rule in rules
        for above, index, below in [_split(rule.path)]
    ]


def _split(path: Path) -> tuple[Path, int | None, Path]:
    """Split a path at its item of a list: what stands above it, its number, what stands below it."""
    place = next((place for place, part in enumerate(path) if isinstance(part, int)), None)
    return (path, None, ()) if place is None else (path[:place], int(path[place]), path[place + 1 :])


def check_manifest(manifest: Manifest, rules: Iterable[Rule], course: str) -> None:
    """Check a manifest against rules.

    Raises:
        CriterionFailure: naming every field that differs, with its line.
    """
    where = _("Compare the file with the manifest in section {course} of the course.", course=course)
    refuse(mismatches(manifest, rules), manifest.file, where)


def refuse(found: list[Mismatch], file: str, help: str) -> None:
    """Raise `DeclarationFailure` where there are mismatches in a file."""
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
        help=help,
        expected=joined("\n", (joined(": ", [dotted(m.path), m.expected]) for m in found)),
        actual=joined(
            "\n", (joined("", [dotted(m.path), ": ", m.actual, f" ({m.location})"]) for m in found)
        ),
        location=found[0].location,
    )
    failure.mismatches = tuple(found)
    raise failure


def lookup(data: Any, path: Path) -> Any:
    """Return the value at a path, or `MISSING`."""
    for part in path:
        keyed = isinstance(data, dict) and part in data
        indexed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not keyed and not indexed:
            return MISSING
        data = data[part]
    return MISSING if data is None else data


def _path(text: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in text.split("|"))


def _show(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else text[:200] + "…"
