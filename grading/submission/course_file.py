"""A file that a course has a student write: its name, and the kinds of the objects in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CourseFile:
    """A file that is looked for in a submission.

    Attributes:
        name: its name in the course.
        kinds: the kinds that it holds one object of each, in any order; none, if it holds commands.
        also: further names that the course gives it.
        names: the names of its objects in the course, in the order of the kinds; empty text for one that
            the course does not name.
        exact: whether no other name is taken for it.
        course: the section of the course that shows it, for messages; empty text if it has none.
        ports: the ports of nodes that the course fixes for its Services, which no other file may have.
        opens: the fields that its exercise allows besides; see `Table.on_request`.
    """

    name: str
    kinds: tuple[str, ...]
    also: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    exact: bool = False
    course: str = ""
    ports: frozenset[int] = frozenset()
    opens: frozenset[str] = frozenset()

    @property
    def holds_commands(self) -> bool:
        """True if it holds commands, and no objects."""
        return not self.kinds

    def key(self, kind: str) -> str:
        """Return the name by which an object of the file is known.

        It is the name of the file for the first kind in it; the others have their kind after it, as in
        ``app.yaml#Service``.
        """
        return self.name if kind == self.kinds[0] else f"{self.name}#{kind}"

    def object_name(self, kind: str) -> str:
        """Return the name of an object in the course, empty text if it has none."""
        return dict(zip(self.kinds, self.names, strict=False)).get(kind, "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The names by which its objects are known."""
        return tuple(self.key(kind) for kind in self.kinds)
