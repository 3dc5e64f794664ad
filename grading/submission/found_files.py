"""Find the files of a submission that the course names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from grading.errors import Location, Unplayable
from grading.submission.course_file import CourseFile
from grading.submission.file_names import FileNames
from grading.submission.folder import listed
from grading.text.i18n import _


class MissingFile(Unplayable):
    """A file of the course is missing, under any name that means it."""


@dataclass
class FoundFiles:
    """The files of a folder that may be those of the course.

    Attributes:
        known: the files of the course, by name.
        exact: relative paths by the name that the course gives a file.
        meant: relative paths whose name plainly means a file of the course, by that file's name.
        others: relative paths of everything else.
    """

    known: dict[str, CourseFile] = field(default_factory=dict)
    exact: dict[str, list[str]] = field(default_factory=dict)
    meant: dict[str, list[str]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of the files of the course of which there is any."""
        return {*self.exact, *self.meant}

    def path(self, name: str) -> str | None:
        """Return the path of a file of the course, even if it cannot be graded."""
        return next(iter(self.exact.get(name) or self.meant.get(name) or []), None)

    def locate(self, name: str) -> str:
        """Return the relative path of the one file that is graded as a file of the course.

        Raises:
            MissingFile: there is none.
            Unplayable: there are several, or one whose name is not taken.
        """
        exact, meant = self.exact.get(name, []), self.meant.get(name, [])
        found = exact or meant
        if not found and name in self.known and self.known[name].holds_commands:
            raise MissingFile(
                _("{name} is missing from the submission", name=name),
                help=_("Save the commands of the section, one a line, as commands/{name}.", name=name),
                expected=f"commands/{name}",
                actual=_("no such file"),
            )
        if not found:
            raise MissingFile(
                _("{name} is missing from the submission", name=name),
                help=_("Save the manifest of the course under the name {name}.", name=name),
                expected=name,
                actual=_("no such file"),
            )
        if not exact and name in self.known and self.known[name].exact:
            raise Unplayable(
                _(
                    "{name} is missing, but there is a file with nearly the same name: {files}",
                    name=name,
                    files=listed(meant),
                ),
                help=_("Rename it to {name}: the name must match exactly.", name=name),
                expected=name,
                actual=listed(meant),
                location=Location(meant[0]),
            )
        if len(found) > 1:
            raise _several(name, found, exact=bool(exact))
        return found[0]

    def remark(self, name: str) -> str:
        """Return a remark on the name of the file that is graded, if any."""
        exact, meant = self.exact.get(name, []), self.meant.get(name, [])
        is_told = meant and len(exact or meant) == 1 and not (name in self.known and self.known[name].exact)
        if not is_told:
            return ""
        if exact:
            return _("{files} is not graded: {path} has the exact name", files=listed(meant), path=exact[0])
        return _("{path} is graded as {name}, the name that the course gives it", path=meant[0], name=name)


def sort_out(paths: Iterable[str], known: Iterable[CourseFile]) -> FoundFiles:
    """Return which of some files may be those of a course.

    Args:
        paths: relative paths of files in the submission.
        known: the files of the course.
    """
    found = FoundFiles({file.name: file for file in known})
    names = FileNames(found.known.values())
    for path in paths:
        name = Path(path).name
        if exact := names.exact(name):
            found.exact.setdefault(exact, []).append(path)
        elif meant := names.meant(name):
            found.meant.setdefault(meant, []).append(path)
        else:
            found.others.append(path)
    for name, several in found.exact.items():
        # Handed in under two of the course's names: the first one counts.
        found.exact[name] = [path for path in several if Path(path).name == name] or several
    return found


def _several(name: str, found: list[str], *, exact: bool) -> Unplayable:
    files = listed(found)
    rationale = (
        _("there are {number} files named {name}: {files}", name=name, number=len(found), files=files)
        if exact
        else _(
            "{name} is missing, but {number} files could be it: {files}",
            name=name,
            number=len(found),
            files=files,
        )
    )
    return Unplayable(
        rationale,
        help=_("Keep only the one that should be graded."),
        expected=_("one file {name}", name=name),
        actual=files,
        location=Location(found[0]),
    )
