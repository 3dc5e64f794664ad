"""A manifest of a submission: one object for the API server, checked before anything is sent."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.errors import Correction, Location, Unplayable
from grading.k8s.field_types import Deviation, Path, decode, dotted, known_kinds, version_of
from grading.submission import yaml_reader
from grading.submission.admission_policy import refusals
from grading.submission.exported import cleaned
from grading.text import lookalikes
from grading.text.i18n import _, joined

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""RFC 1123 subdomain (Kubernetes: Object Names and IDs)."""
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
"""A whole number that was written as a text."""


@dataclass(frozen=True)
class Manifest:
    """One usable manifest: an object for the API server and where it came from.

    Attributes:
        file: its path in the submission.
        data: the object as the API server decodes it: every known field has its type, and none is null.
        document: what was written.
        removed: the fields that Kubernetes had added, which `data` is without; see `exported`.
        course: the section of the course that shows its file, for messages; empty text if it has none.
        others_ports: the ports of the nodes that other files of the course have; see `node_ports`.
    """

    file: str
    data: dict[str, Any]
    document: yaml_reader.Document
    removed: tuple[Path, ...] = ()
    course: str = ""
    others_ports: frozenset[int] = frozenset()

    def at(self, *path: str | int) -> Location:
        """Return the place of a field, or of the nearest part of it that exists."""
        return Location(self.file, self.document.line(*path), path, str(self.data.get("kind", "")))

    def object(self, namespace: str | None = None) -> dict[str, Any]:
        """Return a copy of the object, placed in ``namespace``."""
        data = copy.deepcopy(self.data)
        data["metadata"].pop("namespace", None)
        if namespace:
            data["metadata"]["namespace"] = namespace
        return data


class WrongTypes(Unplayable):
    """A manifest has fields that the API server cannot decode.

    Attributes:
        manifest: what was written.
    """

    def __init__(self, manifest: Manifest, found: list[Deviation]) -> None:
        first, more = found[0], len(found) - 1
        words = _("{file}: {words}", file=manifest.file, words=first.words)
        if more:
            words = _(
                "{file}: {words} (and {number} more)", file=manifest.file, words=first.words, number=more
            )
        shows = _("`kubectl apply --dry-run=server -f {file}` shows the same.", file=manifest.file)
        super().__init__(
            words,
            help=joined(" ", filter(None, [first.hint, shows])),
            expected=joined("\n", (joined(": ", [dotted(item.path), item.wanted]) for item in found)),
            actual=joined(
                "\n",
                (
                    joined("", [dotted(item.path), ": ", item.shown, f" ({manifest.at(*item.path)})"])
                    for item in found
                ),
            ),
            location=manifest.at(*first.path),
            corrections=[
                Correction(manifest.at(*item.path), int(item.value))
                for item in found
                if item.kind in {"int32", "int64"} and _NUMBER.fullmatch(str(item.value))
            ],
        )
        self.manifest = manifest


def checked(
    path: str, kind: str, document: yaml_reader.Document, course: str = "", opened: Collection[str] = ()
) -> Manifest:
    """Return a document as the object of that kind which the course asks for.

    If a character that is not seen is the cause that it is none, the failure tells so.

    Args:
        path: of its file in the submission.
        kind: what the object must be.
        document: what was read.
        course: the section of the course that shows the file, for messages.
        opened: the fields that its exercise allows besides; see `Table.on_request`.

    Raises:
        Unplayable: it is none, has no name that Kubernetes accepts, a field of another type (`WrongTypes`),
            or holds what is not deployed.
    """
    try:
        return _checked(path, kind, document, course, opened)
    except Unplayable as failure:

        def heals(data: Any) -> bool:
            try:
                _checked(path, kind, replace(document, data=data), course, opened)
            except Unplayable:
                return False
            return True

        place = lookalikes.cause(document.data, heals)
        if place is not None:
            failure.advise(lookalikes.told(document.text, document.line(*place)))
        raise


def _checked(
    path: str, kind: str, document: yaml_reader.Document, course: str, opened: Collection[str]
) -> Manifest:
    """Return a document as an object; see `checked`."""
    written = replace(_named(path, kind, document), course=course)
    data, deviations = decode(written.data, kind)
    wrong = [deviation for deviation in deviations if deviation.what == "type"]
    if wrong:
        raise WrongTypes(written, wrong)
    return _admitted(replace(written, data=data), opened)


def companion(path: str, kind: str, document: yaml_reader.Document, course: str = "") -> Manifest:
    """Return a document as an object that one of the course refers to.

    The API server checks its fields.

    Args:
        path: of its file in the submission.
        kind: its kind.
        document: what was read.
        course: the section of the course that shows the file of that object, for messages.

    Raises:
        Unplayable: it has no name that Kubernetes accepts, or holds what is not deployed.
    """
    return _admitted(replace(_named(path, kind, document), course=course))


def _admitted(manifest: Manifest, opened: Collection[str] = ()) -> Manifest:
    """Return a manifest without what Kubernetes added to it, unless it holds what is not deployed."""
    data, removed = cleaned(manifest.data)
    # Asked of what was written: without removed items the others of a list have other places.
    refused = [
        (at, why)
        for at, why in refusals(manifest.data, opened)
        if not any(at[: len(path)] == path for path in removed)
    ]
    manifest = replace(manifest, data=data, removed=tuple(removed))
    if refused:
        at, why = refused[0]
        raise Unplayable(
            _("{path} is not applied: {why}", path=manifest.file, why=why),
            help=_("Remove it: the exercise does not need it ({course}).", course=manifest.course),
            expected=_("only what the exercise needs"),
            actual=why,
            location=manifest.at(*at),
        )
    return manifest


def _in_words(data: object) -> str:
    """Return what a document holds that is no object."""
    return (
        _("a list") if isinstance(data, list) else f"{json.dumps(data, default=str, ensure_ascii=False):.80}"
    )


def _named(path: str, kind: str, document: yaml_reader.Document) -> Manifest:
    """Return a document as an object of a kind with a name, as it is written.

    Raises:
        Unplayable: it is of another kind or apiVersion, or has no name that Kubernetes accepts.
    """
    data = document.data
    if not isinstance(data, dict):
        raise Unplayable(
            _("{path} is not a Kubernetes object", path=path),
            help=_("A manifest starts with apiVersion, kind and metadata."),
            expected=_("a {kind}", kind=kind),
            actual=_in_words(data),
            location=Location(path, document.line()),
        )
    manifest = Manifest(path, data, document)
    if data.get("kind") != kind:
        raise Unplayable(
            _("{path} must declare a {kind}", path=path, kind=kind),
            help=_("Write `kind: {kind}`, with these capitals.", kind=kind),
            expected=f"kind: {kind}",
            actual=f"kind: {data.get('kind')!s:.80}",
            location=manifest.at("kind"),
            # Of another kind it may be another object, which no word makes the right one.
            corrections=[Correction(manifest.at("kind"), kind)]
            if str(data.get("kind")).lower() == kind.lower()
            else [],
        )
    if data.get("apiVersion") is None:
        wanted = version_of(kind) if kind in known_kinds() else "v1"
        raise Unplayable(
            _("the {kind} in {path} has no apiVersion", path=path, kind=kind),
            help=_("Write `apiVersion: {wanted}`.", wanted=wanted),
            expected=f"apiVersion: {wanted}",
            actual=_("no apiVersion"),
            location=manifest.at("apiVersion"),
            corrections=[Correction(manifest.at("apiVersion"), wanted)],
        )
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise Unplayable(
            _("the {kind} in {path} has no name", path=path, kind=kind),
            help=_("Write `metadata:` with `name:` indented below it."),
            expected="metadata.name",
            actual=_("no name"),
            location=manifest.at("metadata", "name"),
        )
    if not _NAME.fullmatch(metadata["name"]):
        raise Unplayable(
            _(
                "{path}: {name!r} is not a valid name in Kubernetes",
                path=path,
                name=metadata["name"][:80],
            ),
            help=_("Use lower case letters, digits and hyphens."),
            expected=_("a valid name (RFC 1123)"),
            actual=metadata["name"][:80],
            location=manifest.at("metadata", "name"),
        )
    return manifest
