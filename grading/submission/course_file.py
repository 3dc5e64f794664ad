"""A file that a course has a student write: its name, and the kinds of the objects in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CourseFile:
    """A file that is looked for in a submission.

    Attributes:
        name: its name in the course.
        kinds: the kinds that it holds one object of each, in any order.
        also: further names that the course gives it.
    """

    name: str
    kinds: tuple[str, ...]
    also: tuple[str, ...] = ()

    def key(self, kind: str) -> str:
        """Return the name by which an object of the file is known.

        It is the name of the file for the first kind in it; the others have their kind after it, as in
        ``app.yaml#Service``.
        """
        return self.name if kind == self.kinds[0] else f"{self.name}#{kind}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The names by which its objects are known."""
        return tuple(self.key(kind) for kind in self.kinds)
