"""The export of submissions of Gradescope.

Source: exports in the wild: ``submission_metadata.yml``, with keys as Ruby writes symbols, and a folder for
each submission. A group has several submitters.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import yaml

from grading.platforms.downloads.files import Files
from grading.platforms.downloads.found import Found, Piece, key_of
from grading.platforms.grade_files.moments import in_zone, written_moment
from grading.platforms.person import IdKind, Person
from grading.text.i18n import _, marked

_METADATA: Final = "submission_metadata.yml"


class _Loader(yaml.CSafeLoader):
    """Reads plain values, of Ruby's objects too."""


_Loader.add_multi_constructor("!", lambda loader, _tag, node: _plain(loader, node))


def _plain(loader: Any, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


class Gradescope:
    """The export of submissions of a Gradescope assignment."""

    id = "gradescope"
    name = marked("Gradescope export")

    def fits(self, files: Files) -> int:
        """Return how many names are of this form: all, if its metadata exists."""
        return len(files.tops) if _METADATA in files.loose else 0

    def read(self, files: Files) -> Found:
        """Return who handed in what."""
        try:
            data = yaml.load(files.text(_METADATA), _Loader)  # noqa: S506 - a safe one
        except (yaml.YAMLError, ValueError, RecursionError):
            data = None
        known = data if isinstance(data, dict) else {}
        remarks = () if known else (_("{file} cannot be read: it contains no names", file=_METADATA),)
        pieces = [_piece(files, folder, known.get(folder)) for folder in sorted(files.folders)]
        missing = [
            _piece(files, str(name), entry) for name, entry in known.items() if name not in files.folders
        ]
        strange = tuple(name for name in files.loose if name != _METADATA)
        return Found(files.title, (*pieces, *missing), strange, remarks)


def _piece(files: Files, folder: str, entry: Any) -> Piece:
    entry = entry if isinstance(entry, dict) else {}
    submitters = entry.get(":submitters")
    persons = (
        tuple(_person(one) for one in submitters if isinstance(one, dict))
        if isinstance(submitters, list)
        else ()
    )
    persons = persons or (Person(name=folder),)
    moment = _moment(entry.get(":created_at"))
    return Piece(
        _key(persons),
        persons,
        {below: f"{files.base}{folder}/{below}" for below in files.tops.get(folder, [])},
        attempt=f"{moment.isoformat() if moment else ''} {folder}",
        handed_in=moment,
    )


def _key(persons: tuple[Person, ...]) -> str:
    """Return the key of a student, or of a group whoever of it handed in."""
    if len(persons) == 1:
        [person] = persons
        return key_of(person.name, person.ids.get(IdKind.GRADESCOPE_SID) or person.email)
    members = sorted(
        f"{person.name} {person.ids.get(IdKind.GRADESCOPE_SID) or person.email}" for person in persons
    )
    return key_of("\n".join(members))


def _person(entry: dict[Any, Any]) -> Person:
    name, sid, email = (str(entry.get(key) or "") for key in (":name", ":sid", ":email"))
    return Person(name=name, email=email, ids={IdKind.GRADESCOPE_SID: sid} if sid else {})


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return in_zone(value, UTC)  # YAML's own dates without a zone are in UTC
    return written_moment(value) if isinstance(value, str) else None
