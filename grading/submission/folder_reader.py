"""Read the files of a submission's folder, trusting nothing about them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from grading.commands.decoding import decoded
from grading.errors import Location, Unplayable
from grading.files import NotRegular, open_regular
from grading.submission import yaml_reader
from grading.submission.kubectl_validation import check_list, check_typed
from grading.submission.multi_document import flattened
from grading.submission.yaml_allowance import Allowance
from grading.submission.yaml_nodes import too_large
from grading.text.i18n import _


@dataclass(frozen=True)
class Contents:
    """What kubectl reads of a file.

    Attributes:
        documents: the objects, each as a document.
        broken: why it reads no further, or nothing at all; None if it reads the file to its end.
    """

    documents: list[yaml_reader.Document]
    broken: Unplayable | None


@dataclass
class FolderReader:
    """Reads files by their relative path.

    Attributes:
        root: the folder.
        links: those of the paths that are symbolic links.
        raw: the path on disk of each: names of folders that are not UTF-8 cannot be shown as text.
    """

    root: Path
    links: set[str] = field(default_factory=set)
    raw: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """Return the text of a file by its path, None if it cannot be read."""
        try:
            return self._bytes(path).decode("utf-8", "replace")
        except yaml_reader.YamlProblem:
            return None

    def size(self, path: str) -> int:
        """Return the size of a file in bytes, 0 if it cannot be looked at."""
        try:
            return (self.root / self.raw.get(path, path)).lstat().st_size
        except OSError:
            return 0

    def documents(self, path: str, name: str, allowance: Allowance) -> Contents:
        """Return the objects in a file, up to where kubectl reads no further.

        Each as a document.

        Args:
            path: of the file.
            name: what the course calls it, for messages.
            allowance: what it may cost.
        """
        found: list[yaml_reader.Document] = []
        stopped: Unplayable | None = None
        try:
            for document in yaml_reader.read(self._bytes(path), allowance):
                if stopped:
                    return Contents(found, stopped)
                try:
                    check_typed(path, document)
                except Unplayable as failure:
                    # By itself it is told as any object that is none of the course's.
                    stopped = failure
                    found.append(document)
                else:
                    check_list(path, document)
                    found += flattened(document)
        except yaml_reader.YamlProblem as problem:
            return Contents(found, _unreadable(path, name, problem))
        except Unplayable as failure:
            return Contents(found, failure)
        return Contents(found, None if found else _empty(path, name))

    def commands(self, path: str, name: str) -> str:
        """Return the text of a file of commands.

        Args:
            path: of the file.
            name: what the course calls it, for messages.

        Raises:
            Unplayable: it cannot be read, or holds nothing.
        """
        try:
            text = decoded(self._bytes(path))
        except yaml_reader.YamlProblem as problem:
            raise Unplayable(
                _("{path} cannot be read: {problem}", path=path, problem=problem.message),
                help=_("Save only the commands, one per line, in a text file."),
                expected=_("a text file"),
                actual=problem.message,
                location=Location(path),
            ) from problem
        if not text.strip():
            raise Unplayable(
                _("{path} is empty", path=path),
                help=_("Write the commands of the section in {name}, one per line.", name=name),
                expected=_("commands, one per line"),
                actual=_("none"),
                location=Location(path),
            )
        return text

    def _bytes(self, path: str) -> bytes:
        if path in self.links:
            raise yaml_reader.YamlProblem(_("the file is a link; hand in the file itself"))
        try:
            with open_regular(self.root / self.raw.get(path, path)) as stream:
                size = os.fstat(stream.fileno()).st_size
                if size > yaml_reader.MAX_BYTES:
                    raise yaml_reader.YamlProblem(
                        _(
                            "the file is larger than {size} KiB ({found} bytes)",
                            size=yaml_reader.MAX_BYTES // 1024,
                            found=size,
                        ),
                        help=too_large(),
                    )
                return stream.read(yaml_reader.MAX_BYTES + 1)
        except NotRegular as error:
            raise yaml_reader.YamlProblem(str(error.strerror)) from error
        except OSError as error:
            raise yaml_reader.YamlProblem(
                _("the file cannot be opened: {reason}", reason=error.strerror)
            ) from error


def _unreadable(path: str, name: str, problem: yaml_reader.YamlProblem) -> Unplayable:
    return Unplayable(
        _("{path} cannot be read as YAML: {problem}", path=path, problem=problem.message),
        help=problem.help
        or _(
            "Correct the file at this place; indentation is two spaces a level, never a tab. "
            "`kubectl apply --dry-run=client -f {name}` shows the same.",
            name=name,
        ),
        expected=_("a YAML document"),
        actual=_placed(problem),
        location=Location(path, problem.line or None),
    )


def _empty(path: str, name: str) -> Unplayable:
    return Unplayable(
        _("{path} is empty", path=path),
        help=_("Write the manifest of the course in {name}.", name=name),
        expected=_("one YAML document"),
        actual=_("none"),
        location=Location(path),
    )


def _placed(problem: yaml_reader.YamlProblem) -> str:
    if problem.line and problem.column:
        return _(
            "line {line}, column {column}: {problem}",
            line=problem.line,
            column=problem.column,
            problem=problem.message,
        )
    return (
        _("line {line}: {problem}", line=problem.line, problem=problem.message)
        if problem.line
        else problem.message
    )
