"""Make rules of the values that ``exercise.yaml`` fixes.

A key is the path of a field, as in ``spec.containers[0].image``: ``[0]`` is an item of a list, ``["a.b/c"]``
a key that holds dots. ``[*]`` asks for a list in which any item has the value. A value stands for itself, or
is a mapping with one of the keys of `_RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from grading.errors import RubricError
from grading.exercise.rules import MISSING, Rule, lookup
from grading.exercise.written import WRITES, writes_item
from grading.k8s.field_types import Path
from grading.k8s.image_reference import canonical, short
from grading.k8s.quantity import same_amount
from grading.k8s.storage_class import class_of
from grading.text.by_language import Words

Ports = Mapping[str, int]
"""The numbers of the ports of the Pods that a Service leads to, by name."""

_PORT_FIELD: Final = re.compile(r"^spec\.ports\[[^]]+\]\.")
_PART: Final = re.compile(r'\.?(?:([A-Za-z][\w-]*)|\[(\d+|\*)\]|\["([^"]+)"\])')


def parse_path(text: str) -> tuple[Path, Path | None]:
    """Return the path of a field up to ``[*]``, and the path below, None if none.

    Raises:
        RubricError: it is no path.
    """
    above: list[str | int] = []
    below: list[str | int] | None = None
    end = 0
    while end < len(text):
        found = _PART.match(text, end)
        if found is None:
            raise RubricError(f"{text}: not a path such as spec.containers[0].image")
        end = found.end()
        name, number, quoted = found.groups()
        if number == "*":
            below = []
            continue
        (above if below is None else below).append(int(number) if number else name or quoted)
    return tuple(above), None if below is None else tuple(below)


def rules_of(fixed: Mapping[str, Any], ports: Ports) -> list[Rule]:
    """Return the rules for what a file fixes.

    Args:
        fixed: values by the path of their field.
        ports: see `Ports`.

    Raises:
        RubricError: a path or a rule cannot be read.
    """
    return [_rule(text, value, ports) for text, value in fixed.items()]


def _rule(text: str, value: Any, ports: Ports) -> Rule:
    path, below = parse_path(text)
    if below is not None:
        return _any_item(path, below, value)
    options = dict(value) if isinstance(value, dict) else {"is": value}
    default, costs = options.pop("default", False), options.pop("costs", True)
    shown = options.pop("shown", None)
    (kind, wanted), *others = options.items() or [("", None)]
    if kind not in _RULES or others:
        raise RubricError(f"{text}: {value} is no rule; there are {', '.join(_RULES)}")
    words, accepts, read = _RULES[kind](wanted, ports)

    def accepts_default(found: Any) -> bool:
        return (default and found is MISSING) or accepts(found)

    expected = Words.model_validate(shown).spoken if shown else words
    return Rule(path, expected, accepts_default, read, costs, partial(WRITES[kind], wanted))


Accepts = Callable[[Any], bool]
Made = tuple[str, Accepts, Callable[[Any, Path], Any] | None]


def _same(found: Any, wanted: Any) -> bool:
    return type(found) is type(wanted) and bool(found == wanted)


def _is(wanted: Any, _ports: Ports) -> Made:
    words = str(wanted)
    if isinstance(wanted, dict):
        words = _pairs(wanted)
    elif isinstance(wanted, list):
        words = ", ".join(map(str, wanted))
    return words, lambda found: _same(found, wanted), None


def _is_not(wanted: Any, _ports: Ports) -> Made:
    return str(wanted), lambda found: found is MISSING or (isinstance(found, str) and found != wanted), None


def _includes(wanted: dict[str, Any], _ports: Ports) -> Made:
    def accepts(found: Any) -> bool:
        return isinstance(found, dict) and all(found.get(key) == value for key, value in wanted.items())

    return _pairs(wanted), accepts, None


def _one_of(wanted: list[Any], _ports: Ports) -> Made:
    return str(wanted[0]), lambda found: any(_same(found, value) for value in wanted), None


def _image(wanted: str, _ports: Ports) -> Made:
    def accepts(found: Any) -> bool:
        return isinstance(found, str) and canonical(found) == canonical(wanted)

    return short(wanted), accepts, None


def _quantity(wanted: str, _ports: Ports) -> Made:
    return wanted, lambda found: same_amount(found, wanted), None


def _port(wanted: int, ports: Ports) -> Made:
    """Return a rule on a port, by its number or the name that the Pods give it."""

    def number(data: Any, path: Path) -> Any:
        found = lookup(data, path)
        return ports.get(found, found) if isinstance(found, str) else found

    return str(wanted), lambda found: _same(found, wanted), number


def _storage_class(wanted: str, _ports: Ports) -> Made:
    return wanted, lambda found: _same(found, wanted), lambda data, _path: class_of(data) or MISSING


def _mounted_at(wanted: str, _ports: Ports) -> Made:
    """Return a rule on a volume mounted at a folder, if any is mounted at all."""

    def folders(data: Any, path: Path) -> Any:
        mounts = lookup(data, path)
        items = mounts if isinstance(mounts, list) else []
        found = [str(item.get("mountPath")) for item in items if isinstance(item, dict)]
        return ", ".join(found) or MISSING

    def accepts(found: Any) -> bool:
        return found is MISSING or wanted in {folder.rstrip("/") for folder in found.split(", ")}

    return wanted, accepts, folders


_RULES: Final[Mapping[str, Callable[[Any, Ports], Made]]] = {
    "is": _is,
    "is_not": _is_not,
    "includes": _includes,
    "one_of": _one_of,
    "image": _image,
    "quantity": _quantity,
    "port": _port,
    "storage_class": _storage_class,
    "mounted_at": _mounted_at,
}


def _any_item(path: Path, below: Path, wanted: Any) -> Rule:
    if isinstance(wanted, dict | list):
        raise RubricError(f"{'.'.join(map(str, (*path, '[*]', *below)))}: {wanted} is no plain value")

    def accepts(found: Any) -> bool:
        return isinstance(found, list) and any(lookup(item, below) == wanted for item in found)

    expected = f"{'.'.join(map(str, below))}: {wanted}"
    return Rule(path, expected, accepts, writes=partial(writes_item, below, wanted))


def _pairs(wanted: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in wanted.items())


def images_of(fixed: Mapping[str, Any]) -> set[str]:
    """Return the images among fixed values, each in full."""
    rules = (value for value in fixed.values() if isinstance(value, dict))
    return {canonical(str(rule["image"])) for rule in rules if "image" in rule}


def node_ports_of(fixed: Mapping[str, Any]) -> set[int]:
    """Return the ports of the nodes among the fixed values of a Service.

    One of type LoadBalancer opens its own port on every node (K3s: Service Load Balancer).
    """
    values = {text: value.get("is") if isinstance(value, dict) else value for text, value in fixed.items()}
    fields = {"nodePort", "port"} if values.get("spec.type") == "LoadBalancer" else {"nodePort"}
    ports = (value for text, value in values.items() if _PORT_FIELD.sub("", text) in fields)
    return {port for port in ports if isinstance(port, int)}
