"""Manifests that are odd in their types, made from the reference and from the schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from grading.k8s.field_types import fields_of, version_of
from tests.selfcheck.manifests import FILES, REFERENCE, Declaration

Object = dict[str, Any]

ODD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        80,
        1.5,
        10000.0,
        2**31,
        2**63,
        2**64,
        1e30,
        "",
        "x",
        "1",
        "1Gi",
        "50%",
        "None",
    ),
    *("a/b", "default", "dev", "nginx", "é\N{GRINNING FACE}", "\0", "x" * 300, "2026-11-22T00:00:00Z"),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        [1],
        ["a"],
        {"a": 1},
        {"a": None},
        {"name": None},
        {"": ""},
        [{"name": {}}],
    ),
]
NAMES = [
    "name",
    "image",
    "labels",
    "spec",
    "ports",
    "kubernetes.io/change-cause",
    "Replicas",
    "x",
    "a/b.c",
    "",
]
KINDS: dict[str, str] = {file.kind: file.kind for file in FILES}

odd = st.sampled_from(ODD).map(copy.deepcopy) | st.recursive(
    st.sampled_from(ODD[:26]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def of_type(draw: st.DrawFn, kind: str, depth: int = 0) -> Any:
    """A value of a type of Kubernetes, or now and then an odd one."""
    if draw(st.integers(0, 9)) == 0:
        return draw(odd)
    if kind[0] == "@" and depth < 7:
        fields = fields_of(kind[1:])
        names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)) if fields else []
        return {name: draw(of_type(fields[name], depth + 1)) for name in names}
    if kind[0] == "[":
        return [draw(of_type(kind[2:], depth + 1)) for _ in range(draw(st.integers(0, 2)))]
    if kind[0] == "{":
        return {name: draw(of_type(kind[2:], depth + 1)) for name in NAMES[: draw(st.integers(0, 2))]}
    scalars = {
        "string": "x",
        "boolean": True,
        "int32": 5,
        "int64": 2**40,
        "int-or-string": "1",
        "quantity": "1Gi",
    }
    return scalars.get(kind, {})


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a value but itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from paths(inner, (*at, key))


@st.composite
def edited(draw: st.DrawFn, data: Object) -> Object:
    """A copy of an object with some places dropped, replaced, or with one more field."""
    made = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        places = [
            path for path in paths(made) if path not in {("kind",), ("metadata",), ("metadata", "name")}
        ]
        if not places:
            break
        *above, last = draw(st.sampled_from(places))
        part: Any = made
        for key in above:
            part = part[key]
        action = draw(st.sampled_from(["replace", "replace", "replace", "drop", "add"]))
        if action == "drop":
            del part[last]
        elif action == "add" and isinstance(part, dict):
            part[draw(st.sampled_from(NAMES[1:]))] = draw(odd)
        else:
            part[last] = draw(odd)
    return made


@st.composite
def generated(draw: st.DrawFn, kind: str) -> Object:
    """An object made from the schema."""
    fields = fields_of(kind)
    made = {name: draw(of_type(fields[name])) for name in fields if name in {"metadata", "spec"}}
    metadata = made["metadata"] if isinstance(made["metadata"], dict) else {}
    return {"apiVersion": version_of(kind), "kind": kind, **made, "metadata": {**metadata, "name": "x"}}


def reference(file: Declaration) -> list[Object]:
    """The objects of a file of the reference, the one of its kind first."""
    found = list(yaml.safe_load_all((REFERENCE / file.file).read_text("utf-8")))
    return sorted(found, key=lambda data: bool(data["kind"] != file.kind))


def written(objects: list[Object]) -> bytes:
    """Objects as a file."""
    return "\n---\n".join(map(json.dumps, objects)).encode()


@st.composite
def files(draw: st.DrawFn) -> tuple[Declaration, bytes]:
    """A file of the course with an odd object in it."""
    file = draw(st.sampled_from(FILES))
    first, *others = reference(file)
    return file, written([draw(edited(first) | generated(file.kind)), *others])
