"""Files that hold several objects as ``kubectl apply`` takes them: several documents, or a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading.submission.yaml_reader import Document, Path
from grading.text.sanitize import one_line

_LIST: Final = "List"


def kind_of(document: Document) -> str:
    """Return the kind of the object in a document, as text that may be shown; ``?`` where it has none."""
    found = document.data.get("kind") if isinstance(document.data, dict) else None
    return one_line(str(found), limit=40) if found is not None else "?"


def name_of(document: Document) -> str:
    """Return the name of the object in a document, empty text if it has none."""
    metadata = document.data.get("metadata") if isinstance(document.data, dict) else None
    found = metadata.get("name") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""


def flattened(documents: list[Document]) -> list[Document]:
    """Return the objects in documents: of a list each item, as a document of its own.

    kubectl takes anything with a list ``items`` for a list. The items of a ``PodList`` need not repeat their
    kind (Kubernetes: API Concepts, Collections).
    """
    return [item for document in documents for item in _items(document)]


def _items(document: Document) -> Iterator[Document]:
    data = document.data
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list):
        yield document
        return
    lines: list[dict[Path, int]] = [{} for _item in items]
    for path, line in document.lines.items():
        if len(path) > 1 and path[0] == "items" and isinstance(path[1], int):
            lines[path[1]][path[2:]] = line
    for item, places in zip(items, lines, strict=True):
        if item is not None:
            yield Document(_typed(item, data), places, document.repeated, document.text)


def _typed(item: Any, of: dict[str, Any]) -> Any:
    """Return an item of a list with the kind that the list gives it, unless it has one of its own."""
    kind = of.get("kind")
    if not isinstance(item, dict) or not isinstance(kind, str) or kind == _LIST or not kind.endswith(_LIST):
        return item
    return {"apiVersion": of.get("apiVersion"), "kind": kind.removesuffix(_LIST), **item}
