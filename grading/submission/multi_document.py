"""Files that hold several objects as ``kubectl apply`` takes them: several documents, or a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grading.k8s.field_types import known_kinds
from grading.submission.kubectl_validation import LIST, is_list_of
from grading.submission.yaml_reader import Document, Path
from grading.text.sanitize import one_line


def kind_of(document: Document) -> str:
    """Return the kind of the object in a document, ``?`` if it has none.

    As text that may be shown.
    """
    found = document.data.get("kind") if isinstance(document.data, dict) else None
    return one_line(str(found), limit=40) if found is not None else "?"


def name_of(document: Document) -> str:
    """Return the name of the object in a document, empty text if it has none.

    Source: Kubernetes: Object Names and IDs.
    """
    metadata = document.data.get("metadata") if isinstance(document.data, dict) else None
    found = metadata.get("name") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""


def flattened(document: Document) -> Iterator[Document]:
    """Yield the objects in a document: of a list each item, as a document of its own.

    kubectl takes anything with ``items`` of a kind that exists for a list, unless a list is among them. The
    items of a ``PodList`` need not repeat their kind (Kubernetes: API Concepts, Collections).
    """
    data = document.data
    if not isinstance(data, dict) or not _is_list(data):
        yield document
        return
    items = data["items"] or []
    lines: list[dict[Path, int]] = [{} for _item in items]
    for path, line in document.lines.items():
        if len(path) > 1 and path[0] == "items" and isinstance(path[1], int):
            lines[path[1]][path[2:]] = line
    for item, places in zip(items, lines, strict=True):
        if item is not None:
            yield Document(_typed(item, data), places, document.repeated, document.text)


def _is_list(data: dict[str, Any]) -> bool:
    items, kind = data.get("items"), data.get("kind")
    if "items" not in data or not isinstance(items, list | None) or not isinstance(kind, str):
        return False
    is_known = kind in known_kinds() | {LIST} or bool(is_list_of(kind))
    return is_known and not any(isinstance(item, dict) and "items" in item for item in items or [])


def _typed(item: Any, of: dict[str, Any]) -> Any:
    """Return an item of a list with the list's kind, unless it has its own."""
    kind = of["kind"].removesuffix(LIST)
    if not isinstance(item, dict) or not kind or kind == of["kind"] or item.keys() & {"apiVersion", "kind"}:
        return item
    return {"apiVersion": of.get("apiVersion"), "kind": kind, **item}
