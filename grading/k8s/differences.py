"""Compare an object with another of its kind, field by field, by what Kubernetes makes of both.

An image has several names, an amount several spellings, and a field that is missing its default. The names
of containers, and of volumes that are mounted by the same name, are the author's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from grading.k8s.field_types import Path
from grading.k8s.image_reference import canonical
from grading.k8s.pod_template import pod_spec_of
from grading.k8s.quantity import same_amount

_DEFAULTS: Final[Mapping[Path, Any]] = {
    ("spec", "type"): "ClusterIP",
    ("strategy", "type"): "RollingUpdate",
    ("dnsPolicy",): "ClusterFirst",
    ("enableServiceLinks",): True,
    ("externalTrafficPolicy",): "Cluster",
    ("hostNetwork",): False,
    ("hostPath", "type"): "",
    ("internalTrafficPolicy",): "Cluster",
    ("ipFamilies",): ["IPv4"],
    ("ipFamilyPolicy",): "SingleStack",
    ("minReadySeconds",): 0,
    ("paused",): False,
    ("persistentVolumeReclaimPolicy",): "Retain",
    ("preemptionPolicy",): "PreemptLowerPriority",
    ("progressDeadlineSeconds",): 600,
    ("protocol",): "TCP",
    ("publishNotReadyAddresses",): False,
    ("readOnly",): False,
    ("resources",): {},
    ("restartPolicy",): "Always",
    ("revisionHistoryLimit",): 10,
    ("schedulerName",): "default-scheduler",
    ("securityContext",): {},
    ("serviceAccount",): "default",
    ("serviceAccountName",): "default",
    ("sessionAffinity",): "None",
    ("shareProcessNamespace",): False,
    ("volumeMode",): "Filesystem",
}
"""By the last parts of a field's path, what it has if it is missing (Kubernetes: API reference)."""
_NAMED_FREELY: Final = frozenset({"containers", "initContainers", "ports"})
_VOLUMES: Final = frozenset({"volumes", "volumeMounts"})
_AMOUNTS: Final = frozenset({"storage", "memory", "cpu", "ephemeral-storage", "sizeLimit"})
_MISSING: Final = object()


class Difference(NamedTuple):
    """A field that differs from that of another object.

    Attributes:
        path: the field.
        value: its value in the other object; None if that has none.
        found: its value; None if there is none.
    """

    path: Path
    value: Any
    found: Any


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
    """Return the fields in which an object differs from another.

    Args:
        found: the object.
        wanted: the other one.
    """
    free = _NAMED_FREELY | (_VOLUMES if has_consistent_volumes(found) else frozenset())
    return list(_compared(found, wanted, (), free))


def has_consistent_volumes(data: Mapping[str, Any]) -> bool:
    """Return whether every volume that the containers of an object mount is one of its volumes."""
    spec = pod_spec_of(data)
    volumes = {str(item.get("name")) for item in _dicts(spec.get("volumes"))}
    containers = [*_dicts(spec.get("containers")), *_dicts(spec.get("initContainers"))]
    mounts = (mount for item in containers for mount in _dicts(item.get("volumeMounts")))
    return all(str(mount.get("name")) in volumes for mount in mounts)


def volume_names(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, str]:
    """Return the names that an object gives to the volumes of another, by their names there."""
    ours, theirs = _dicts(pod_spec_of(found).get("volumes")), _dicts(pod_spec_of(wanted).get("volumes"))
    matched = _matched(ours, theirs, ("volumes",), _VOLUMES)
    return {str(theirs[n].get("name")): str(ours[at].get("name")) for n, at in enumerate(matched)}


def _compared(found: Any, wanted: Any, at: Path, free: frozenset[str]) -> Iterator[Difference]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in dict.fromkeys((*wanted, *found)):
            yield from _member(found.get(key, _MISSING), wanted.get(key, _MISSING), (*at, key), free)
    elif isinstance(found, list) and isinstance(wanted, list) and _dicts(wanted):
        yield from _items(found, wanted, at, free)
    elif not _is_same(found, wanted, at, free):
        yield Difference(at, wanted, found)


def _member(found: Any, wanted: Any, at: Path, free: frozenset[str]) -> Iterator[Difference]:
    if found is _MISSING:
        if not _is_default(wanted, at):
            yield Difference(at, wanted, None)
    elif wanted is _MISSING:
        if not _is_default(found, at) and not _is_named_freely(at, free):
            yield Difference(at, None, found)
    else:
        yield from _compared(found, wanted, at, free)


def _items(found: list[Any], wanted: list[Any], at: Path, free: frozenset[str]) -> Iterator[Difference]:
    """Yield the differences of lists whose order means nothing; items that are too much from behind."""
    if len(found) < len(wanted):
        yield Difference(at, wanted, found)
        return
    matched = _matched(found, wanted, at, free)
    for number, index in enumerate(matched):
        yield from _compared(found[index], wanted[number], (*at, index), free)
    for index in reversed(range(len(found))):
        if index not in matched:
            yield Difference((*at, index), None, found[index])


def _matched(found: list[Any], wanted: list[Any], at: Path, free: frozenset[str]) -> list[int]:
    """Return for each item of a list the number of that one of another which differs least from it."""
    left, matched = list(range(len(found))), list[int]()
    for item in wanted[: len(found)]:
        best = min(left, key=lambda index: len(list(_compared(found[index], item, (*at, index), free))))
        left.remove(best)
        matched.append(best)
    return matched


def _is_same(found: Any, wanted: Any, at: Path, free: frozenset[str]) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        if at[-1] == "image":
            return canonical(found) == canonical(wanted)
        if at[-1] == "mountPath":
            return found.rstrip("/") == wanted.rstrip("/")
    if at and at[-1] in _AMOUNTS:
        return same_amount(found, wanted)
    is_bool = isinstance(found, bool), isinstance(wanted, bool)  # which Python takes for numbers
    return _is_named_freely(at, free) or (is_bool[0] == is_bool[1] and bool(found == wanted))


def _is_named_freely(at: Path, free: frozenset[str]) -> bool:
    return len(at) > 2 and at[-1] == "name" and at[-3] in free


def _is_default(value: Any, at: Path) -> bool:
    return any(at[-len(path) :] == path and value == default for path, default in _DEFAULTS.items())


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
