"""The second wall: the table of `allowed` in CEL, as policies that the API server asks.

It stands without the first: whatever reaches the API server in a namespace of a submission is asked, and what
a controller makes of it too (Kubernetes: Validating Admission Policy).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from grading.submission.allowed import (
    CONTROLLERS_SET,
    REFUSED_UNTIL_CREATED,
    Rule,
    fields_of,
    load_table,
)
from grading.submission.guards import (
    OF_THE_CLUSTER,
    RESOURCES,
    SUBMISSION,
    SUBMITTER,
    field_label,
    namespace_labels,
    port_label,
)
from grading.text.by_language import Words

Object = dict[str, Any]

_SUITE: Final = "'system:masters' in request.userInfo.groups"
_BY_SUBMITTER: Final = f"'{SUBMITTER}' in request.userInfo.groups"
_OF_RUN: Final = "'-' + request.userInfo.username.split(':')[2]"
"""How the names end that a run makes for itself: in its own, which no earlier run can know."""
_CREATES: Final = "request.operation == 'CREATE'"

_NOTHING: Final = {"boolean": "false", "int32": "0", "int64": "0", "string": "''"}
"""What a field of a type holds if it is not written, in CEL."""


@dataclass(frozen=True)
class _Place:
    """A value within an object, in CEL.

    Attributes:
        value: its expression; that of a field is an optional one.
        shown: its path, for messages.
        around: the lists that it is an item of, each as the expression of the list and the name of the item.
    """

    value: str
    shown: str
    around: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> _Place:
        """Return a field of it."""
        return _Place(f"{self.value}.?{name}", f"{self.shown}.{name}" if self.shown else name, self.around)

    def item(self) -> _Place:
        """Return any item of it, which is a list."""
        name = f"i{len(self.around)}"
        around = (*self.around, (f"{self.value}.orValue([])", name))
        return _Place(name, f"{self.shown}[*]", around)

    def always(self, condition: str) -> str:
        """Return that a condition holds for all items that the value may be of."""
        for items, name in reversed(self.around):
            condition = f"{items}.all({name}, {condition})"
        return condition


def policies(namespaces: Iterable[str], ports: Iterable[int]) -> Iterator[Object]:
    """Yield the policies of all kinds, and what binds each.

    Source: Kubernetes: Validating Admission Policy.

    Args:
        namespaces: the names of those that a submission may create.
        ports: those of the nodes that are one exercise's each.
    """
    more = {"Namespace": _of_namespaces(sorted(namespaces)), "Service": _of_ports(sorted(ports))}
    for kind in RESOURCES:
        yield _policy(kind, more.get(kind, []))
        yield _binding(kind)


def _policy(kind: str, more: Iterable[tuple[str, str]]) -> Object:
    group, resource = RESOURCES[kind]
    # What belongs to the cluster is made by its own programs too, a volume of a claim for example.
    asked = _BY_SUBMITTER if kind in OF_THE_CLUSTER else f"!({_SUITE})"
    rule = {
        "apiGroups": [group],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": [resource],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": _name(kind)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "matchConditions": [{"name": "of-a-submission", "expression": asked}],
            "validations": [
                {"expression": expression, "message": message}
                for expression, message in (*_validations(_Place("object", ""), kind, kind), *more)
            ],
        },
    }


def _of_namespaces(names: list[str]) -> list[tuple[str, str]]:
    """Return what must hold for a namespace of a submission besides."""
    labels = "object.metadata.?labels"
    return [
        (f"object.metadata.name in {_text(names)}", "the name must be that of the course"),
        *(
            (f"{labels}[?{_text(key)}].orValue('') == {_text(value)}", f"the label {key} must be {value}")
            for key, value in namespace_labels().items()
        ),
    ]


def _of_ports(ports: list[int]) -> list[tuple[str, str]]:
    """Return what must hold for a Service besides; see `node_ports`, by which the first wall goes."""
    ours = "object.spec.?ports.orValue([])"
    balanced = "object.spec.?type.orValue('') == 'LoadBalancer'"
    return [
        (
            f"{_has_label(port_label(port))} || "
            f"!({ours}.exists(p, p.?nodePort.orValue(0) == {port} || {balanced} && p.port == {port})"
            f" || object.spec.?healthCheckNodePort.orValue(0) == {port})",
            f"port {port} of the nodes belongs to another exercise",
        )
        for port in ports
    ]


def _has_label(key: str) -> str:
    """Return that the namespace of an object has a label of the suite's."""
    return f"namespaceObject.metadata.?labels[?{_text(key)}].orValue('') == 'true'"


def _binding(kind: str) -> Object:
    chosen = {} if kind in OF_THE_CLUSTER else {"namespaceSelector": {"matchLabels": SUBMISSION}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": _name(kind)},
        "spec": {
            "policyName": _name(kind),
            "validationActions": ["Deny"],
            **({"matchResources": chosen} if chosen else {}),
        },
    }


def _name(kind: str) -> str:
    return f"kubegrade-{kind.lower()}"


def _validations(at: _Place, name: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield what must hold for an object of a type, and the message if it does not."""
    table = load_table()
    rules, types = table.types[name], fields_of(name)
    if refused := table.refused_fields(name):
        conditions = (
            f"({_refuses(at.field(field), f'{name}.{field}', types[field], kind)})" for field in refused
        )
        rejection = f"{at.shown or kind} must be without {', '.join(refused)}"
        yield at.always(" && ".join(conditions)), rejection + _because(rules.why)
    for field in rules.on_request:
        place = at.field(field)
        condition = at.always(_is_nothing(place, types[field]))
        yield f"{_has_label(field_label(f'{name}.{field}'))} || {condition}", f"{place.shown} is not allowed"
    for field, rule in rules.rules.items():
        place = at.field(field)
        rejection = f"{place.shown} has a value that is not allowed" + _because(rule.why)
        yield at.always(_holds(place, types[field], rule, kind)), rejection
    for field, value in table.written.items() if name == "PodSpec" else ():
        place = at.field(field)
        yield (
            at.always(f"{place.value}.orValue({_text(not value)}) == {_text(value)}"),
            f"{place.shown} must be {_text(value)}",
        )
    for field, type_ in types.items():
        if most := table.most.get(f"{name}.{field}"):
            place = at.field(field)
            yield at.always(_is_within(place, type_, most)), f"{place.shown} is more than {most}"
    for field, shape, inner in table.children(name):
        place = at.field(field)
        yield from _validations(place.item() if shape == "[" else place, inner, kind)


def _refuses(place: _Place, field: str, type_: str, kind: str) -> str:
    """Return that a field is empty, unless others than the student may set it.

    Args:
        place: the field.
        field: its name, with that of its type.
        type_: what it holds.
        kind: of the object that it is part of.
    """
    condition = _is_nothing(place, type_)
    if kind == "Pod" and field in REFUSED_UNTIL_CREATED:
        return f"!({_CREATES}) || {condition}"
    if kind == "Pod" and field in CONTROLLERS_SET:
        return f"!({_BY_SUBMITTER}) || {condition}"
    return condition


def _is_within(place: _Place, kind: str, most: int) -> str:
    """Return that a number, or the items of a list, are not too many."""
    return (
        f"{place.value}.orValue([]).size() <= {most}"
        if kind[0] == "["
        else f"{place.value}.orValue(0) <= {most}"
    )


def _because(why: Words | None) -> str:
    return f": {why.en}" if why else ""


def _is_nothing(place: _Place, kind: str) -> str:
    if kind in _NOTHING:
        return f"{place.value}.orValue({_NOTHING[kind]}) == {_NOTHING[kind]}"
    if kind[0] in "[{":
        return f"{place.value}.orValue({'[]' if kind[0] == '[' else '{}'}).size() == 0"
    return f"!{place.value}.hasValue()"


def _holds(place: _Place, type_: str, rule: Rule, kind: str) -> str:
    """Return that a rule holds for a value, or for each item or key.

    Args:
        place: the field.
        type_: what it holds.
        rule: of the field.
        kind: of the object that it is part of.
    """
    if rule.keys_not:
        return f"{place.value}.orValue({{}}).all(k, !k.matches({_text(f'^({rule.keys_not})$')}))"
    if type_[0] == "[":
        holds = _allows("v", rule)
        if rule.of_controllers and kind == "Pod":
            holds = f"({holds} || !({_BY_SUBMITTER}) && v in {_text(rule.of_controllers)})"
        return f"{place.value}.orValue([]).all(v, {holds})"
    nothing = _NOTHING.get(type_, "''")
    value = f"{place.value}.orValue({nothing})"
    return f"{value} == {nothing} || {_allows(value, rule)}"


def _allows(value: str, rule: Rule) -> str:
    conditions = []
    if rule.allowed is not None:
        conditions.append(f"{value} in {_text(rule.allowed)}")
    if rule.refused:
        conditions.append(f"!({value} in {_text(rule.refused)})")
    if rule.of_run:
        conditions.append(f"{value}.endsWith({_OF_RUN})")
    if rule.pattern:
        matches = f"{value}.matches({_text(f'^({rule.pattern})$')})"
        if rule.added:
            longer = f"{value}.matches({_text(f'^({rule.pattern})({rule.added})$')})"
            matches = f"({matches} || {longer} && {value}.endsWith({_OF_RUN}))"
        conditions.append(matches)
    return " && ".join(conditions)


def _text(value: object) -> str:
    """Return a text, a number or a list in CEL, whose literals are JSON's."""
    return json.dumps(value, ensure_ascii=True)
