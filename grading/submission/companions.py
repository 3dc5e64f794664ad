"""ConfigMaps and Secrets that a student's own objects refer to.

No exercise asks for them, and an object that takes its settings from one does not run without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from grading.k8s.field_types import Path
from grading.submission.course_objects import Placed
from grading.submission.manifest import Manifest, companion
from grading.submission.namespace_agreement import DEFAULT

Id = tuple[str, str]

_SOURCES: Final = {
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "secretRef": "Secret",
    "secretKeyRef": "Secret",
}
"""Fields of a variable, or of all variables of a container, by the kind of the object that they name."""


@dataclass(frozen=True)
class Use:
    """A field that names a ConfigMap or a Secret.

    Attributes:
        kind: of the object that it names.
        name: of the object.
        path: the field.
        is_optional: whether the Pod runs without the object.
    """

    kind: str
    name: str
    path: Path
    is_optional: bool


def references(data: Any) -> set[Id]:
    """Return the kind and name of each ConfigMap and Secret that Pods use.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        data: the object, as it is written: any field may be missing or of another type.
    """
    return {(use.kind, use.name) for use in uses(data)}


def uses(data: Any) -> Iterator[Use]:
    """Yield each place at which Pods use a ConfigMap or a Secret.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        data: as in `references`.
    """
    at: Path = ("spec",)
    spec = _mapping(_mapping(data).get("spec"))
    if template := _mapping(_mapping(spec.get("template")).get("spec")):
        spec, at = template, ("spec", "template", "spec")
    for index, volume in _items(spec, "volumes"):
        yield from _use("ConfigMap", volume, (*at, "volumes", index), "configMap")
        yield from _use("Secret", volume, (*at, "volumes", index), "secret", "secretName")
        for number, source in _items(_mapping(volume.get("projected")), "sources"):
            place = (*at, "volumes", index, "projected", "sources", number)
            yield from _use("ConfigMap", source, place, "configMap")
            yield from _use("Secret", source, place, "secret")
    for group in ("containers", "initContainers"):
        for index, container in _items(spec, group):
            for place, source in _variables(container):
                for field, kind in _SOURCES.items():
                    yield from _use(kind, source, (*at, group, index, *place), field)


def companions(
    manifest: Manifest, beside: Iterable[Placed], elsewhere: Callable[[], Iterable[Placed]]
) -> list[Placed]:
    """Return the existing ConfigMaps and Secrets that an object refers to.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        manifest: the object of the course.
        beside: the objects in the same file. Of several of one kind and name the last counts, as for
            ``kubectl apply``.
        elsewhere: returns those of other files, which are read only if they are needed.
    """
    wanted = references(manifest.data)
    namespace = _namespace(manifest.data)

    def fitting(items: Iterable[Placed]) -> dict[Id, Placed]:
        there = (item for item in items if _namespace(item.document.data) == namespace)
        return {item.id: item for item in there if item.id in wanted}

    chosen = fitting(beside)
    if wanted - chosen.keys():
        chosen = fitting(elsewhere()) | chosen
    return list(chosen.values())


def usable(item: Placed, manifest: Manifest) -> Manifest:
    """Return a ConfigMap or a Secret as the object that is applied.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        item: as it was found.
        manifest: the object of the course that refers to it.

    Raises:
        Unplayable: it has no name that Kubernetes accepts, or holds what is not deployed.
    """
    return companion(item.path, item.id[0], item.document, manifest.course)


def _use(kind: str, holder: dict[str, Any], at: Path, field: str, key: str = "name") -> Iterator[Use]:
    source = _mapping(holder.get(field))
    if isinstance(name := source.get(key), str):
        yield Use(kind, name, (*at, field, key), is_optional=source.get("optional") is True)


def _variables(container: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, item in _items(container, "envFrom"):
        yield ("envFrom", index), item
    for index, item in _items(container, "env"):
        yield ("env", index, "valueFrom"), _mapping(item.get("valueFrom"))


def _namespace(data: Any) -> Any:
    return _mapping(_mapping(data).get("metadata")).get("namespace") or DEFAULT


def _items(data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = data.get(key)
    for index, item in enumerate(found if isinstance(found, list) else []):
        if isinstance(item, dict):
            yield index, item


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
