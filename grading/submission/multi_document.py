"""Files that hold several objects, and how each of the objects in them is known."""

from __future__ import annotations

from typing import Final

from grading.errors import Location, Unplayable
from grading.submission.yaml_reader import Document
from grading.text.i18n import _
from grading.text.sanitize import one_line

DOCUMENTS: Final = {"flask-app.yaml": ("Deployment", "Service")}
"""A file, and the kinds that it holds one object of each, in any order (introductory lab, step 3)."""


def document_key(name: str, kind: str) -> str:
    """Return by what name an object of a file is known: that of the file, or with its kind after it.

    ``flask-app.yaml`` is the first kind in it, the Deployment; ``flask-app.yaml#Service`` is the Service.
    """
    kinds = DOCUMENTS.get(name, (kind,))
    return name if kind == kinds[0] else f"{name}#{kind}"


def kind_of(document: Document) -> str:
    """Return the kind of the object in a document, as text that may be shown; ``?`` where it has none."""
    found = document.data.get("kind") if isinstance(document.data, dict) else None
    return one_line(str(found), limit=40) if found is not None else "?"


def of_kind(documents: list[Document], name: str, kind: str, path: str) -> Document:
    """Return the one document of a kind.

    Args:
        documents: those of the file.
        name: of the file in the course.
        kind: one of those that the file is to hold.
        path: of the file in the submission.

    Raises:
        Unplayable: there is none of that kind, or more than one.
    """
    found = [document for document in documents if kind_of(document) == kind]
    if len(found) == 1:
        return found[0]
    expected = ", ".join(f"kind: {wanted}" for wanted in DOCUMENTS[name])
    holds = ", ".join(f"kind: {kind_of(d)} ({Location(path, d.line('kind'))})" for d in documents)
    if found:
        raise Unplayable(
            _("{path} declares {number} objects of kind {kind}", path=path, number=len(found), kind=kind),
            help=_("Keep the one that is to be graded."),
            expected=expected,
            actual=holds,
            location=Location(path, found[1].line("kind")),
        )
    stranger = next((d for d in documents if kind_of(d) not in DOCUMENTS[name]), documents[-1])
    raise Unplayable(
        _("{path} holds no object of kind {kind}", path=path, kind=kind),
        help=_(
            "Write both objects into the file, with a line `---` between them, each with its own `kind:`."
        ),
        expected=expected,
        actual=holds,
        location=Location(path, stranger.line("kind")),
    )
