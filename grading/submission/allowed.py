"""The table of what the objects of a submission may hold, by type of Kubernetes.

Both walls are made from it: `admission_policy` walks an object by it before anything is applied, and
`cluster_policies` writes it in CEL for the API server.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from grading.k8s import field_types
from grading.text.by_language import Words

REFUSED_UNTIL_CREATED: Final = frozenset({"PodSpec.ephemeralContainers", "PodSpec.nodeName"})
"""Fields that nobody writes, and that the scheduler and the suite set on a Pod that exists."""
CONTROLLERS_SET: Final = frozenset({"ObjectMeta.ownerReferences"})
"""Fields that nobody writes, and that a controller sets on what it creates."""
_ZERO: Final[dict[str, Any]] = {"boolean": False, "int32": 0, "int64": 0, "string": ""}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Model):
    """What a field may hold; of a list, what each of its items may be.

    Attributes:
        allowed: the values, besides that which stands for nothing; None if any.
        refused: the values that it may not have.
        pattern: a regular expression, of Python and of RE2, that the whole text must match.
        added: one of what a scenario adds to the text before it applies the object.
        of_run: whether it must be a name that the run has made for itself when it is applied.
        of_controllers: further values that a controller of Kubernetes may set on a Pod that it creates.
        keys_not: one that no key of a map may match as a whole.
        why: why other values are not deployed, for the student.
    """

    allowed: list[str | int] | None = Field(default=None, alias="is")
    refused: list[str | int] = Field(default=[], alias="is_not")
    pattern: str = ""
    added: str = ""
    of_run: bool = False
    of_controllers: list[str] = []
    keys_not: str = ""
    why: Words | None = None

    def holds(self, value: str | int | float) -> bool:
        """Return whether a scalar may stand in the field."""
        if self.allowed is not None and value not in self.allowed:
            return False
        if value in self.refused:
            return False
        return not self.pattern or re.fullmatch(self.pattern, str(value)) is not None

    def holds_key(self, key: str) -> bool:
        """Return whether a map may have a key."""
        return not self.keys_not or re.fullmatch(self.keys_not, key) is None


class TypeRules(_Model):
    """What may stand in a type.

    Attributes:
        fields: the fields that may hold anything that their own types allow.
        rules: further fields, with what they may hold.
        on_request: further fields that an exercise may allow in its files.
        why: why the others are not deployed, for the student.
    """

    fields: list[str] = []
    rules: dict[str, Rule] = {}
    on_request: list[str] = []
    why: Words | None = None


class _File(_Model):
    whole: list[str]
    types: dict[str, TypeRules]
    most: dict[str, int]
    quota: dict[str, int]
    limits: dict[str, str]
    written: dict[str, bool]


@dataclass(frozen=True)
class Table:
    """The table.

    Attributes:
        types: what may stand in each type that an allowed field leads to.
        most: by type and field, the largest number or the most items of a list.
        quota: how many objects a namespace may hold, by resource (Kubernetes: Resource Quotas).
        limits: what a container without a limit may use, by resource (Kubernetes: Limit Ranges).
        written: fields of a PodSpec that every Pod of a submission is given.
    """

    types: dict[str, TypeRules]
    most: dict[str, int]
    quota: dict[str, int]
    limits: dict[str, str]
    written: dict[str, bool]

    @property
    def on_request(self) -> frozenset[str]:
        """The fields that an exercise may allow, each with its type, such as ``Volume.projected``."""
        return frozenset(
            f"{name}.{field}" for name, rules in self.types.items() for field in rules.on_request
        )

    def allows(self, name: str, field: str, opened: Collection[str]) -> bool:
        """Return whether a type may have a field at all.

        Args:
            name: of the type.
            field: of the type.
            opened: what the exercise allows besides; see `on_request`.
        """
        rules = self.types[name]
        is_opened = field in rules.on_request and f"{name}.{field}" in opened
        return is_opened or field in rules.fields or field in rules.rules

    def refused_fields(self, name: str) -> list[str]:
        """Return the fields of a type that Kubernetes has and that no exercise can allow."""
        return [field for field in fields_of(name) if not self.allows(name, field, self.on_request)]

    def children(self, name: str) -> Iterator[tuple[str, str, str]]:
        """Yield the fields of a type that hold a type, if they are allowed or can be.

        Yields:
            The name of the field; ``@``, ``[`` or ``{``; and the type that it holds.
        """
        for field, kind in fields_of(name).items():
            if self.allows(name, field, self.on_request) and "@" in kind:
                yield field, kind[0], kind.partition("@")[2]


def fields_of(name: str) -> dict[str, str]:
    """Return the fields of a type and the type of each; see `field_types.fields_of`."""
    return field_types.fields_of(name)


def is_nothing(value: Any, kind: str) -> bool:
    """Return whether a field holds what it would hold if not written."""
    if kind in _ZERO:
        return type(value) is type(_ZERO[kind]) and value == _ZERO[kind]
    return kind[0] in "[{" and not value


@functools.cache
def load_table() -> Table:
    """Return the table."""
    text = resources.files("grading.submission").joinpath("allowed.yaml").read_text("utf-8")
    file = _File.model_validate(yaml.load(text, yaml.CSafeLoader))
    whole = {name: TypeRules(fields=list(field_types.fields_of(name))) for name in file.whole}
    return Table(whole | file.types, file.most, file.quota, file.limits, file.written)
