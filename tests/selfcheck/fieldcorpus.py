"""Objects in which one field holds a value of each sort: for every field of every kind of the course."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from grading.k8s.field_types import Path, fields_of, known_kinds, version_of

Object = dict[str, Any]

VALUES: Final[tuple[Any, ...]] = (
    *("x", "1", "", 1, -1, 2**31, 2**63, 1.5, True),
    *([], ["x"], [1], [None], [{}], {}, {"a": "b"}, {"a": 1}, {"a": {}}),
)
UNKNOWN: Final = "kubegradeUnknown"
"""A field that no type has."""
_SKIPPED: Final = {("apiVersion",), ("kind",)}
"""By them the API server chooses the type, before it decodes anything."""


def objects() -> Iterator[tuple[Path, Object]]:
    """Yield each object with the field that it is about; all else in it is as little as there can be."""
    for kind, above, name in types():
        for field in (*fields_of(name), UNKNOWN):
            path = (*above, field)
            if path not in _SKIPPED:
                for value in VALUES:
                    yield path, _holding(kind, path, value)


def types() -> Iterator[tuple[str, Path, str]]:
    """Yield each type once: the kind that has it, where in the kind, and its name."""
    seen: set[str] = set()
    for kind in sorted(known_kinds()):
        waiting: deque[tuple[Path, str]] = deque([((), kind)])
        while waiting:
            path, name = waiting.popleft()
            if name in seen:
                continue
            seen.add(name)
            yield kind, path, name
            for field, inner in fields_of(name).items():
                below = inner.lstrip("[]{}")
                if below.startswith("@"):
                    key: Path = (0,) if inner[0] == "[" else ("k",) if inner[0] == "{" else ()
                    waiting.append(((*path, field, *key), below[1:]))


def _holding(kind: str, path: Path, value: Any) -> Object:
    """Return an object of a kind in which a field holds a value."""
    *above, last = path
    made: Any = {last: value}
    for part in reversed(above):
        made = [made] if isinstance(part, int) else {part: made}
    data: Object = {"apiVersion": version_of(kind), "kind": kind, "metadata": {}, **made}
    if isinstance(data["metadata"], dict):
        data["metadata"] = {"name": "x", **data["metadata"]}
    return data
