"""The second wall: the table of `allowed` in CEL, as policies that the API server asks.

It stands without the first: whatever reaches the API server in a namespace of a submission is asked, and what
a controller makes of it too (Kubernetes: Validating Admission Policy).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from grading.k8s import field_types
from grading.submission.allowed import (
    CONTROLLERS_SET,
    REFUSED_UNTIL_CREATED,
    Rule,
    fields_of,
    load_table,
)
from grading.text.by_language import Words

Object = dict[str, Any]

SUBMISSION: Final = {"kubegrade/holds": "submission"}
"""The label of a namespace that holds objects of a submission."""
SUBMITTER: Final = "kubegrade:submissions"
"""The group of the identities that apply objects of a submission."""

_RESOURCES: Final = {
    "ConfigMap": ("", "configmaps"),
    "Deployment": ("apps", "deployments"),
    "Namespace": ("", "namespaces"),
    "PersistentVolume": ("", "persistentvolumes"),
    "PersistentVolumeClaim": ("", "persistentvolumeclaims"),
    "Pod": ("", "pods"),
    "Secret": ("", "secrets"),
    "Service": ("", "services"),
}
"""The API group and the resource of each kind that a submission may hold."""
OF_THE_CLUSTER: Final = frozenset({"Namespace", "PersistentVolume"})
"""Kinds that are in no namespace."""
KINDS: Final = frozenset(_RESOURCES)
"""The kinds of the objects that a submission may hold."""

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


def policies(namespaces: Iterable[str]) -> Iterator[Object]:
    """Yield the policies of all kinds, and what binds each.

    Args:
        namespaces: the names of those that a submission may create.
    """
    for kind in _RESOURCES:
        more = _of_namespaces(sorted(namespaces)) if kind == "Namespace" else []
        yield _policy(kind, more)
        yield _binding(kind)


def _policy(kind: str, more: Iterable[tuple[str, str]]) -> Object:
    group, resource = _RESOURCES[kind]
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
        message = f"{at.shown or kind} must be without {', '.join(refused)}"
        yield at.always(" && ".join(conditions)), message + _because(rules.why)
    for field, rule in rules.rules.items():
        place = at.field(field)
        message = f"{place.shown} has a value that is not allowed" + _because(rule.why)
        yield at.always(_holds(place, types[field], rule)), message
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
    """Return that a field holds nothing, unless somebody else than the student may set it.

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
    """Return that a number, or the number of items of a list, is not more than so many."""
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


def _holds(place: _Place, kind: str, rule: Rule) -> str:
    """Return that a rule holds for a value, for each item of a list, or for each key of a map."""
    if rule.keys_not:
        return f"{place.value}.orValue({{}}).all(k, !k.matches({_text(f'^({rule.keys_not})$')}))"
    if kind[0] == "[":
        return f"{place.value}.orValue([]).all(v, {_allows('v', rule)})"
    nothing = _NOTHING.get(kind, "''")
    value = f"{place.value}.orValue({nothing})"
    return f"{value} == {nothing} || {_allows(value, rule)}"


def _allows(value: str, rule: Rule) -> str:
    conditions = []
    if rule.allowed is not None:
        conditions.append(f"{value} in {_text(rule.allowed)}")
    if rule.refused:
        conditions.append(f"!({value} in {_text(rule.refused)})")
    if rule.pattern:
        matches = f"{value}.matches({_text(f'^({rule.pattern})$')})"
        if rule.added:
            longer = f"{value}.matches({_text(f'^({rule.pattern})({rule.added})$')})"
            matches = f"({matches} || {longer} && {value}.endsWith({_OF_RUN}))"
        conditions.append(matches)
    return " && ".join(conditions)


def _text(value: object) -> str:
    """Return a text, a number or a list of them in CEL, whose literals are those of JSON."""
    return json.dumps(value, ensure_ascii=True)


# What an identity may do, and what its namespaces may hold

_RBAC: Final = "rbac.authorization.k8s.io"
_MAY: Final = ["get", "patch", "update"]
_ROLE: Final = "kubegrade-submission"


def namespace_labels() -> dict[str, str]:
    """Return the labels of a namespace that holds objects of a submission; nobody else may set them.

    The level of Pod Security is that of one version, so that another version of the cluster judges alike
    (Kubernetes: Pod Security Admission).
    """
    return {
        **SUBMISSION,
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/enforce-version": f"v{field_types.VERSION}",
    }


def namespace_guards(user: str, kinds: Iterable[str]) -> list[Object]:
    """Return what a namespace of a submission is given before anything is applied in it.

    Args:
        user: who applies there, and nowhere else.
        kinds: of the objects that the files of its scenario hold; those that these refer to are added.
    """
    named = {_RESOURCES[kind] for kind in {*kinds, "ConfigMap", "Secret"} - OF_THE_CLUSTER}
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": ["create", *_MAY]}
        for group, resource in sorted(named)
    ]
    role = {"kind": "Role", "metadata": {"name": _ROLE}, "rules": rules}
    return [{"apiVersion": f"{_RBAC}/v1", **role}, _bound("RoleBinding", role, user), _quota()]


def cluster_guards(user: str, kind: str, name: str, labels: dict[str, str]) -> list[Object]:
    """Return what lets a user create and change one object of the whole cluster.

    Of what is created RBAC does not know the name yet: that is asked by the policy of its kind.

    Args:
        user: who applies it.
        kind: of the object.
        name: of the object.
        labels: of what is returned.
    """
    group, resource = _RESOURCES[kind]
    at = {"apiGroups": [group], "resources": [resource]}
    rules = [{**at, "verbs": _MAY, "resourceNames": [name]}, {**at, "verbs": ["create"]}]
    metadata = {"name": f"{user}:{resource}:{name}", "labels": labels}
    role = {"kind": "ClusterRole", "metadata": metadata, "rules": rules}
    return [{"apiVersion": f"{_RBAC}/v1", **role}, _bound("ClusterRoleBinding", role, user)]


def _bound(kind: str, role: Object, user: str) -> Object:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": kind,
        "metadata": role["metadata"],
        "roleRef": {"apiGroup": _RBAC, "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": user}],
    }


def _quota() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": _ROLE},
        "spec": {"hard": {name: str(number) for name, number in load_table().quota.items()}},
    }
