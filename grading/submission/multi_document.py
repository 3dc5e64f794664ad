"""Files that hold several objects."""

from __future__ import annotations

from collections.abc import Sequence

from grading.errors import Location, Unplayable
from grading.submission.yaml_reader import Document
from grading.text.i18n import _
from grading.text.sanitize import one_line


def kind_of(document: Document) -> str:
    """Return the kind of the object in a document, as text that may be shown; ``?`` where it has none."""
    found = document.data.get("kind") if isinstance(document.data, dict) else None
    return one_line(str(found), limit=40) if found is not None else "?"


def of_kind(documents: list[Document], kinds: Sequence[str], kind: str, path: str) -> Document:
    """Return the one document of a kind.

    Args:
        documents: those of the file.
        kinds: the kinds that the file is to hold.
        kind: one of them.
        path: of the file in the submission.

    Raises:
        Unplayable: there is none of that kind, or more than one.
    """
    found = [document for document in documents if kind_of(document) == kind]
    if len(found) == 1:
        return found[0]
    expected = ", ".join(f"kind: {wanted}" for wanted in kinds)
    holds = ", ".join(f"kind: {kind_of(d)} ({Location(path, d.line('kind'))})" for d in documents)
    if found:
        raise Unplayable(
            _("{path} declares {number} objects of kind {kind}", path=path, number=len(found), kind=kind),
            help=_("Keep the one that is to be graded."),
            expected=expected,
            actual=holds,
            location=Location(path, found[1].line("kind")),
        )
    stranger = next((d for d in documents if kind_of(d) not in kinds), documents[-1])
    raise Unplayable(
        _("{path} holds no object of kind {kind}", path=path, kind=kind),
        help=_(
            "Write both objects into the file, with a line `---` between them, each with its own `kind:`."
        ),
        expected=expected,
        actual=holds,
        location=Location(path, stranger.line("kind")),
    )
