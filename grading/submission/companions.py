"""ConfigMaps and Secrets that a student's own objects refer to.

No exercise asks for them, and an object that takes its settings from one does not run without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

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


def references(data: Any) -> set[Id]:
    """Return the kind and the name of each ConfigMap and Secret that a Pod, or those of a Deployment, use.

    Args:
        data: the object, as it is written: any field may be missing or of another type.
    """
    return {(kind, name) for kind, name in _references(data) if isinstance(name, str)}


def companions(
    manifest: Manifest, beside: Iterable[Placed], elsewhere: Callable[[], Iterable[Placed]]
) -> list[Manifest]:
    """Return the ConfigMaps and Secrets that an object of the course refers to, those that there are.

    Args:
        manifest: the object of the course.
        beside: the objects in the same file. Of several of one kind and name the last counts, as for
            ``kubectl apply``.
        elsewhere: returns those of other files, which are read only if they are needed.

    Raises:
        Unplayable: one of them cannot be used.
    """
    wanted = references(manifest.data)
    namespace = _namespace(manifest.data)

    def fitting(items: Iterable[Placed]) -> dict[Id, Placed]:
        there = (item for item in items if _namespace(item.document.data) == namespace)
        return {item.id: item for item in there if item.id in wanted}

    chosen = fitting(beside)
    if wanted - chosen.keys():
        chosen = fitting(elsewhere()) | chosen
    return [companion(item.path, item.id[0], item.document, manifest.course) for item in chosen.values()]


def _references(data: Any) -> Iterator[tuple[str, Any]]:
    spec = _mapping(_mapping(data).get("spec"))
    spec = _mapping(_mapping(spec.get("template")).get("spec")) or spec
    for volume in _items(spec, "volumes"):
        yield "ConfigMap", _mapping(volume.get("configMap")).get("name")
        yield "Secret", _mapping(volume.get("secret")).get("secretName")
    for container in (item for group in ("containers", "initContainers") for item in _items(spec, group)):
        for source in _variables(container):
            yield from ((kind, _mapping(source.get(key)).get("name")) for key, kind in _SOURCES.items())


def _variables(container: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _items(container, "envFrom")
    yield from (_mapping(item.get("valueFrom")) for item in _items(container, "env"))


def _namespace(data: Any) -> Any:
    return _mapping(_mapping(data).get("metadata")).get("namespace") or DEFAULT


def _items(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
