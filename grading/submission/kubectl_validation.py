"""Documents that kubectl rejects by itself, before it asks the API server: it reads no further in that file.

Each document must have an apiVersion and a kind. The fields of an object are left to the API server, but
those in a list are compared with its OpenAPI document, and nothing of the list is applied if one deviates.
The rules are those of k8s.io/kubectl 0.31, package validation, and were tried with kubectl 1.31.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading.errors import Location, Unplayable
from grading.k8s.field_types import Deviation, Path, decode, dotted, known_kinds, version_of
from grading.submission.yaml_reader import Document
from grading.text.i18n import _

LIST: Final = "List"

Wrong = tuple[Path, str]
"""A place in a document, and what is wrong there."""


def check_typed(path: str, document: Document) -> None:
    """Check that a document has an apiVersion and a kind.

    Args:
        path: of the file in the submission.
        document: one of the file.

    Raises:
        Unplayable: it has not, with the place and the cause.
    """
    wrong = next(_untyped(document.data, ()), None)
    if wrong:
        raise _stopped(path, document, wrong, _("Begin each document with `apiVersion:` and `kind:`."))


def check_list(path: str, document: Document) -> None:
    """Check that a document is no list that kubectl rejects as a whole.

    Args:
        path: of the file in the submission.
        document: one of the file, which says what it is.

    Raises:
        Unplayable: it is, with the place and the cause.
    """
    version, kind, items = document.data["apiVersion"], document.data["kind"], document.data.get("items")
    of = is_list_of(kind)
    if (version, kind) == ("v1", LIST) or (of and version == version_of(of)):
        wrong = next(_wrong_items(items, of), None)
        if wrong:
            help = _("kubectl checks a list as a whole. Correct it, or write each object as a document.")
            raise _stopped(path, document, wrong, help)


def is_list_of(kind: str) -> str:
    """Return the kind of a list's objects, such as of PodList, else empty text."""
    of = kind.removesuffix(LIST)
    return of if of != kind and of in known_kinds() else ""


def _stopped(path: str, document: Document, wrong: Wrong, help: str) -> Unplayable:
    at, cause = wrong
    return Unplayable(
        _("{path}: kubectl applies nothing from this line on: {cause}", path=path, cause=cause),
        help=help,
        expected=_("documents that kubectl reads"),
        actual=cause,
        location=Location(path, document.line(*at)),
    )


def _untyped(data: Any, at: Path) -> Iterator[Wrong]:
    """Yield what an object lacks to be one of some kind."""
    if not isinstance(data, dict):
        yield at, _no_object(at)
        return
    for field in ("apiVersion", "kind"):
        value, path = data.get(field), (*at, field)
        if value is None:
            yield path, _("{field} is missing", field=dotted(path))
        elif not isinstance(value, str):
            yield path, Deviation(path, "type", "string", value).words


def _wrong_items(items: Any, of: str) -> Iterator[Wrong]:
    """Yield what kubectl rejects in a list's items; `of` is their kind, if told."""
    if not isinstance(items, list):
        yield ("items",), _("{field} is missing", field="items")
        return
    for index, item in enumerate(items):
        at = ("items", index)
        if not of:
            yield from _untyped(item, at)
        elif not isinstance(item, dict):
            yield at, _no_object(at)
        kind = of or item["kind"]
        if kind in known_kinds() and (of or item["apiVersion"] == version_of(kind)):
            for deviation in decode(item, kind)[1]:
                if deviation.is_told_by_kubectl:
                    path = (*at, *deviation.path)
                    yield path, _told(Deviation(path, deviation.what, deviation.kind, deviation.value))


def _no_object(at: Path) -> str:
    return (
        _("{field} is not a Kubernetes object", field=dotted(at))
        if at
        else _("this is not a Kubernetes object")
    )


def _told(deviation: Deviation) -> str:
    field = dotted(deviation.path)
    if deviation.what == "missing":
        return _("{field} is missing", field=field)
    if deviation.what == "unknown":
        return _("unknown field {field}", field=field)
    return deviation.words
