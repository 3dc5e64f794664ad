"""The first wall: what an object of a submission may not hold, by the table of `allowed`.

It is asked before anything reaches a cluster, and knows the line. The second wall, `cluster_policies`, has
the API server ask the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from grading.k8s.field_types import Path, dotted
from grading.submission.allowed import Rule, fields_of, is_nothing, load_table
from grading.text.by_language import Words
from grading.text.i18n import _


def refusals(data: dict[str, Any], opened: Collection[str] = ()) -> list[tuple[Path, str]]:
    """Return (path, reason) for everything in an object that is never deployed.

    A field that Kubernetes does not have is left for the API server to reject.

    Args:
        data: the object; of a companion any field may be missing or of another type.
        opened: the fields that its exercise allows besides; see `Table.on_request`.
    """
    kind = str(data.get("kind"))
    return list(_object(data, kind, (), opened)) if kind in load_table().types else []


def excesses(data: dict[str, Any]) -> list[tuple[Path, int, int]]:
    """Return (path, number, most) for all that an object holds too much of.

    Args:
        data: the object as the API server decodes it.
    """
    return list(_excesses(data, str(data.get("kind")), ()))


def _excesses(data: dict[str, Any], name: str, at: Path) -> Iterator[tuple[Path, int, int]]:
    table = load_table()
    for field, value in data.items():
        most = table.most.get(f"{name}.{field}")
        number = len(value) if isinstance(value, list) else value if isinstance(value, int) else 0
        if most is not None and number > most:
            yield (*at, field), number, most
    for field, shape, inner in table.children(name) if name in table.types else ():
        value = data.get(field)
        for here, item in _items(value, (*at, field)) if shape == "[" else [((*at, field), value)]:
            if isinstance(item, dict):
                yield from _excesses(item, inner, here)


def _object(data: dict[str, Any], name: str, at: Path, opened: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield what an object of a type holds that is not allowed."""
    table, known = load_table(), fields_of(name)
    rules = table.types[name]
    for field, value in data.items():
        kind, here = known.get(field), (*at, field)
        if kind is None or value is None or is_nothing(value, kind):
            continue
        if not table.allows(name, field, opened):
            yield here, _reason(here, rules.why)
        elif field in rules.rules:
            yield from _ruled(value, rules.rules[field], here)
        elif "@" in kind:
            yield from _typed(value, kind, here, opened)


def _typed(value: Any, kind: str, at: Path, opened: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield what is not allowed in an object, or in each object of a list."""
    inner = kind.partition("@")[2]
    for here, item in _items(value, at) if kind[0] == "[" else [(at, value)]:
        if isinstance(item, dict):
            yield from _object(item, inner, here, opened)


def _ruled(value: Any, rule: Rule, at: Path) -> Iterator[tuple[Path, str]]:
    """Yield what a rule does not allow: a value, items of a list, or keys of a map."""
    if rule.keys_not:
        for key in value if isinstance(value, dict) else ():
            if not rule.holds_key(str(key)):
                yield (*at, key), _reason((*at, key), rule.why)
        return
    for here, item in _items(value, at):
        if not isinstance(item, str | int | float) or not rule.holds(item):
            yield here, _reason(here, rule.why, item)


def _items(value: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the items of a list, or a single value, each with its place."""
    if isinstance(value, list):
        yield from (((*at, index), item) for index, item in enumerate(value))
    else:
        yield at, value


def _reason(at: Path, why: Words | None, value: Any = None) -> str:
    field = dotted(at)[:200]
    if value is None and why is None:
        return _("{field} is not allowed", field=field)
    if value is None and why is not None:
        return _("{field} is not allowed: {why}", field=field, why=why.spoken)
    if why is None:
        return _("{field} is not allowed to be {value!s:.60}", field=field, value=value)
    return _("{field} is not allowed to be {value!s:.60}: {why}", field=field, value=value, why=why.spoken)
