"""Find the objects of the course in a submission: by their file, else by kind and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grading.errors import Location, Unplayable
from grading.submission.course_file import CourseFile
from grading.submission.found_files import MissingFile
from grading.submission.manifest import checked
from grading.submission.multi_document import kind_of, name_of
from grading.submission.yaml_reader import Document
from grading.text.i18n import _


@dataclass(frozen=True, eq=False)
class Placed:
    """An object, and the path of the file that it stands in."""

    path: str
    document: Document

    @property
    def id(self) -> tuple[str, str]:
        """Its kind and its name."""
        return kind_of(self.document), name_of(self.document)

    @property
    def location(self) -> Location:
        """Where it says its kind."""
        return Location(self.path, self.document.line("kind"))


@dataclass(frozen=True)
class ReadFile:
    """The objects that kubectl reads in a file, and why it reads no further."""

    items: list[Placed]
    broken: Unplayable | None = None


class CourseObjects:
    """The objects of the course in the files of a submission.

    Args:
        known: the files of the course.
        read: each of them, by its name in the course; also an attribute, `files`.
    """

    def __init__(self, known: Iterable[CourseFile], read: Mapping[str, ReadFile]) -> None:
        self._known = {file.name: file for file in known}
        self.files = read
        self._ids = {(kind, file.object_name(kind)) for file in self._known.values() for kind in file.kinds}
        self._own: dict[tuple[str, str], Placed] = {}
        self._trouble: dict[tuple[str, str], Unplayable] = {}
        for file in self._known.values():
            for kind in file.kinds:
                self._choose(file, kind)
        self._choose_elsewhere()

    def find(self, name: str, kind: str) -> Placed:
        """Return an object of the course.

        Args:
            name: of its file in the course.
            kind: of the object.

        Raises:
            Unplayable: there is none, or it cannot be told which of several it is.
        """
        if (name, kind) not in self._own:
            raise self._trouble[name, kind]
        return self._own[name, kind]

    @property
    def found(self) -> list[Placed]:
        """The objects of the course that there are."""
        return list(self._own.values())

    @property
    def others(self) -> list[Placed]:
        """The objects in the files of the course that are none of the course's."""
        own = set(self._own.values())
        return [item for item in self._all if item not in own]

    def strangers(self, path: str) -> list[Placed]:
        """Return the objects in a file that no exercise asks for."""
        return [item for item in self.others if item.path == path and item.id not in self._ids]

    @property
    def _all(self) -> Iterable[Placed]:
        return (item for file in self.files.values() for item in file.items)

    def _choose(self, file: CourseFile, kind: str) -> None:
        """Choose the object of a kind among those of its own file."""
        items, broken = self.files[file.name].items, self.files[file.name].broken
        found = [item for item in items if kind_of(item.document) == kind]
        if len(found) > 1:
            named = [item for item in found if item.id == (kind, file.object_name(kind))]
            found = named or [item for item in found if item.id not in self._ids] or found
        if len(found) == 1:
            self._own[file.name, kind] = found[0]
        elif found:
            self._trouble[file.name, kind] = _several(found, kind)
        elif broken:
            self._trouble[file.name, kind] = broken
        else:
            self._trouble[file.name, kind] = _none(items, file, kind)

    def _choose_elsewhere(self) -> None:
        """Find objects that their own file lacks in others, by kind and name."""
        wanted: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for name, kind in self._trouble:
            file = self.files[name]
            has_kind = any(kind_of(item.document) == kind for item in file.items)
            named = self._known[name].object_name(kind)
            # It may stand in what is not read.
            is_whole = file.broken is None or isinstance(file.broken, MissingFile)
            if named and is_whole and not has_kind:
                wanted[kind, named].append((name, kind))
        candidates: dict[tuple[str, str], list[Placed]] = defaultdict(list)
        for item in self.others:
            candidates[item.id].append(item)
        for id, keys in wanted.items():
            # An object that two files of the course could mean is of neither.
            if len(keys) == 1 and len(candidates[id]) == 1:
                self._own[keys[0]] = candidates[id][0]
            elif len(keys) == 1 and candidates[id]:
                self._trouble[keys[0]] = _several(candidates[id], id[0])


def _several(found: list[Placed], kind: str) -> Unplayable:
    paths = ", ".join(dict.fromkeys(item.path for item in found))
    return Unplayable(
        _("{path} declares {number} objects of kind {kind}", path=paths, number=len(found), kind=kind),
        help=_("Keep only the one that should be graded."),
        expected=f"kind: {kind}",
        actual=_held(found),
        location=found[1].location,
    )


def _none(items: list[Placed], file: CourseFile, kind: str) -> Unplayable:
    if len(items) == len(file.kinds) == 1:
        try:
            checked(items[0].path, kind, items[0].document, file.course)
        except Unplayable as failure:
            return failure
    stranger = next((item for item in items if kind_of(item.document) not in file.kinds), items[-1])
    return Unplayable(
        _("{path} holds no object of kind {kind}", path=stranger.path, kind=kind),
        help=_("Write both objects into the file, with a line `---` between them, each with its own `kind:`.")
        if len(file.kinds) > 1
        else _("Write `kind: {kind}`, with these capitals.", kind=kind),
        expected=", ".join(f"kind: {wanted}" for wanted in file.kinds),
        actual=_held(items),
        location=stranger.location,
    )


def _held(items: list[Placed]) -> str:
    return ", ".join(f"kind: {kind_of(item.document)} ({item.location})" for item in items)
