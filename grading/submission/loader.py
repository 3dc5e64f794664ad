"""Find and read the files of a submission, trusting nothing about them.

A file is found by its name, anywhere in the folder. What is wrong with one file costs the criteria that
rest on it and is reported there; only a folder that cannot be graded at all is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grading.errors import Location, SubmissionError, Unplayable
from grading.files import NotRegular, open_regular
from grading.k8s.image_reference import canonical, named_in
from grading.submission import yaml_reader
from grading.submission.course_file import CourseFile
from grading.submission.folder import listed, loose, walk
from grading.submission.manifest import Manifest, checked
from grading.submission.multi_document import kind_of, of_kind
from grading.submission.yaml_allowance import Allowance, Pool
from grading.submission.yaml_nodes import too_large
from grading.text.i18n import _
from grading.text.sanitize import shown_path


@dataclass
class Submission:
    """A folder of manifests.

    Attributes:
        root: the folder.
        known: the files of the course, by name.
        files: relative paths by the name that the course gives a file.
        near: relative paths whose name is nearly that of a file of the course, by that file's name.
        links: those of the paths that are symbolic links.
        raw: the path on disk of those that cannot be shown as text: names of folders that are not UTF-8.
    """

    root: Path
    known: dict[str, CourseFile] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    raw: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _read(self) -> dict[str, list[yaml_reader.Document] | Unplayable]:
        """What each file of the course holds, or why it cannot be read.

        All are read at once, the smallest first: what they may cost together is limited, and which of them
        exceed it must not depend on which is asked for first.
        """
        pool = Pool()
        found: dict[str, list[yaml_reader.Document] | Unplayable] = {}
        for name in sorted({*self.files, *self.near}, key=lambda name: (self._size(name), name)):
            allowance = pool.allowance()
            try:
                found[name] = self._load(name, allowance)
            except Unplayable as failure:
                found[name] = failure
            pool.settle(allowance)
        return found

    def location(self, name: str) -> str:
        """Return the path of a file relative to the submission."""
        found = self.files.get(name)
        return found[0] if found else name

    def text(self, path: str) -> str | None:
        """Return the text of a file by its path in the submission, None where it cannot be read."""
        try:
            return self._bytes(path).decode("utf-8", "replace")
        except yaml_reader.YamlProblem:
            return None

    def manifest(self, name: str, kind: str) -> Manifest:
        """Return the one object of a file, or the one of that kind where the file holds several.

        Raises:
            Unplayable: the file is missing, there twice, not readable as YAML, or not one ``kind``.
        """
        documents = self._documents(name)
        kinds = self.known[name].kinds if name in self.known else (kind,)
        if len(kinds) > 1:
            return checked(self.location(name), kind, of_kind(documents, kinds, kind, self.location(name)))
        if len(documents) > 1:
            path, second = self.location(name), documents[1].line()
            raise Unplayable(
                _("{path} holds {number} documents, where one is expected", path=path, number=len(documents)),
                help=_("Put each object in the file that the course names for it."),
                expected=_("one YAML document"),
                actual=_(
                    "{number} documents, the second from line {second}", number=len(documents), second=second
                ),
                location=Location(path, second),
            )
        return checked(self.location(name), kind, documents[0])

    def key(self, name: str, kind: str) -> str:
        """Return the name by which an object of a file is known; see `CourseFile.key`."""
        return self.known[name].key(kind) if name in self.known else name

    def surplus(self, name: str) -> list[Location]:
        """Return the places of the documents in a file of several that are of none of its kinds.

        Raises:
            Unplayable: the file is not readable.
        """
        path = self.location(name)
        return [
            Location(path, document.line())
            for document in self._documents(name)
            if kind_of(document) not in self.known[name].kinds
        ]

    def images(self) -> set[str]:
        """Return the images that its readable files name, each in full."""
        found: set[str] = set()
        for name in self.files:
            with suppress(Unplayable):
                for document in self._documents(name):
                    found |= {canonical(image) for image in named_in(document.data)}
        return found

    def _documents(self, name: str) -> list[yaml_reader.Document]:
        documents = self._read.get(name)
        if documents is None:
            return self._load(name, Allowance())
        if isinstance(documents, Unplayable):
            raise documents
        return documents

    def _size(self, name: str) -> int:
        """Return the bytes of a file as the folder lists them, 0 if it cannot be looked at."""
        try:
            path = self.location(name)
            return (self.root / self.raw.get(path, path)).lstat().st_size
        except OSError:
            return 0

    def _load(self, name: str, allowance: Allowance) -> list[yaml_reader.Document]:
        path = self._locate(name)
        where = Location(path)
        try:
            documents = yaml_reader.parse(self._bytes(path), allowance)
        except yaml_reader.YamlProblem as problem:
            line = problem.line or None
            raise Unplayable(
                _("{path} cannot be read as YAML: {problem}", path=path, problem=problem.message),
                help=problem.help
                or _(
                    "Correct the file at this place; indentation is two spaces a level, never a tab. "
                    "`kubectl apply --dry-run=client -f {name}` shows the same.",
                    name=name,
                ),
                expected=_("a YAML document"),
                actual=_placed(problem),
                location=Location(path, line),
            ) from problem
        if not documents:
            raise Unplayable(
                _("{path} is empty", path=path),
                help=_("Write the manifest of the course into {name}.", name=name),
                expected=_("one YAML document"),
                actual=_("none"),
                location=where,
            )
        return documents

    def _locate(self, name: str) -> str:
        found = self.files.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Unplayable(
                _(
                    "{name} is there {number} times: {files}",
                    name=name,
                    number=len(found),
                    files=listed(found),
                ),
                help=_("Keep the one that is to be graded."),
                expected=_("one file {name}", name=name),
                actual=listed(found),
                location=Location(found[0]),
            )
        near = self.near.get(name, [])
        if near:
            raise Unplayable(
                _("{name} is missing; {files} has nearly its name", name=name, files=listed(near)),
                help=_("Rename it to {name}: a file is found by its exact name.", name=name),
                expected=name,
                actual=listed(near),
                location=Location(near[0]),
            )
        raise Unplayable(
            _("{name} is missing from the submission", name=name),
            help=_("Save the manifest of the course under the name {name}.", name=name),
            expected=name,
            actual=_("no such file"),
        )

    def _bytes(self, path: str) -> bytes:
        if path in self.links:
            raise yaml_reader.YamlProblem(_("it is a link; hand in the file itself"))
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
                _("it cannot be opened: {reason}", reason=error.strerror)
            ) from error


def load_submission(root: Path, known: Iterable[CourseFile]) -> Submission:
    """Look through a folder for the files of the course.

    Args:
        root: the submission's folder.
        known: the files of the course.

    Raises:
        SubmissionError: the folder is not there, cannot be read, is too large, or holds no such file.
    """
    try:
        root.stat()
    except FileNotFoundError as error:
        raise SubmissionError(
            _("{folder}: no such folder. Give the folder that holds the manifests.", folder=root)
        ) from error
    except OSError as error:
        raise SubmissionError(
            _("{folder}: cannot be read: {reason}. Allow reading it.", folder=root, reason=error.strerror)
        ) from error
    if not root.is_dir():
        raise SubmissionError(_("{folder} is a file. Give the folder that holds the manifests.", folder=root))
    if root.is_symlink():
        raise SubmissionError(
            _(
                "{folder} is a link to {target}. Give the folder itself, if it is the submission.",
                folder=root,
                target=root.readlink(),
            )
        )
    submission = Submission(root, {file.name: file for file in known})
    wanted = {name: file.name for file in submission.known.values() for name in (file.name, *file.also)}
    nearly = {loose(name): target for name, target in wanted.items()}
    for raw, is_link in walk(root):
        path = shown_path(raw)
        if path != raw:
            submission.raw[path] = raw
        name = Path(path).name
        if name in wanted:
            submission.files.setdefault(wanted[name], []).append(path)
        elif loose(name) in nearly:
            submission.near.setdefault(nearly[loose(name)], []).append(path)
        if is_link:
            submission.links.add(path)
    for name, paths in submission.files.items():
        exact = [path for path in paths if Path(path).name == name]
        # Handed in under two of the course's names: the first one counts.
        submission.files[name] = exact or paths
    if not submission.files and not submission.near:
        raise SubmissionError(
            _(
                "{folder}: no file of the course in this folder. Expected files such as {names}.",
                folder=root,
                names=listed(sorted(submission.known)[:4]),
            )
        )
    return submission


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
