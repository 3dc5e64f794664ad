"""What to write where a value that ``exercise.yaml`` fixes is another one, by the kind of its rule.

Each function takes what the rule wants and the value that was found, and returns the values to write by their
paths below the field of the rule: as little as makes the rule accept. None takes a field out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from grading.k8s.field_types import Path

Written = Mapping[Path, Any]


def _itself(wanted: Any, _found: Any) -> Written:
    return {(): wanted}


def _without(_wanted: Any, _found: Any) -> Written:
    return {(): None}


def _first(wanted: list[Any], _found: Any) -> Written:
    return {(): wanted[0]}


def _included(wanted: Mapping[str, Any], found: Any) -> Written:
    if not isinstance(found, dict):
        return {(): dict(wanted)}
    return {(key,): value for key, value in wanted.items() if found.get(key) != value}


def _exactly(wanted: Any, found: Any) -> Written:
    """Return the values of a mapping that differ, and its keys to take out, if it has others."""
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return {(): wanted}
    return {**_included(wanted, found), **{(key,): None for key in found if key not in wanted}}


def _mounted(wanted: str, found: Any) -> Written:
    """Return the folder of the only mount; of several nobody can tell which one it should be."""
    return {(0, "mountPath"): wanted} if isinstance(found, str) and ", " not in found else {}


def writes_item(below: Path, wanted: Any, found: Any) -> Written:
    """Return a value in the only item of a list, or a list of one item.

    Args:
        below: where the value is in an item.
        wanted: the value.
        found: the list; of several items nobody can tell which one it should be in.
    """
    if isinstance(found, list) and len(found) > 1:
        return {}
    if isinstance(found, list) and found and isinstance(found[0], dict):
        return {(0, *below): wanted}
    value = wanted
    for part in reversed(below):
        value = {part: value}
    return {(): [value]}


WRITES: Final[Mapping[str, Callable[[Any, Any], Written]]] = {
    "is": _exactly,
    "is_not": _without,
    "includes": _included,
    "one_of": _first,
    "image": _itself,
    "quantity": _itself,
    "port": _itself,
    "storage_class": _itself,
    "mounted_at": _mounted,
}
"""By the kind of a rule, as in `grading.exercise.fixed`."""
