"""Find and read the files of a submission, trusting nothing about them.

A file is found by its name, anywhere in the folder. What is wrong with one file costs the criteria that
rest on it and is reported there; only a folder that cannot be graded at all is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grading.errors import Location, SubmissionError, Unplayable
from grading.k8s.image_reference import canonical, named_in
from grading.submission.course_file import CourseFile
from grading.submission.folder import listed, walk
from grading.submission.folder_reader import FolderReader
from grading.submission.found_files import FoundFiles, sort_out
from grading.submission.manifest import Manifest, checked
from grading.submission.multi_document import kind_of, of_kind
from grading.submission.yaml_allowance import Pool
from grading.submission.yaml_reader import Document
from grading.text.i18n import _
from grading.text.sanitize import shown_path


@dataclass
class Submission:
    """A folder of manifests.

    Attributes:
        reader: reads its files.
        found: which of them are those of the course.
    """

    reader: FolderReader
    found: FoundFiles

    @cached_property
    def _read(self) -> dict[str, list[Document] | Unplayable]:
        """What each file of the course holds, or why it cannot be read.

        All are read at once, the smallest first: what they may cost together is limited, and which of them
        exceed it must not depend on which is asked for first.
        """
        pool = Pool()
        read: dict[str, list[Document] | Unplayable] = {}
        for name in sorted(self.found.names, key=lambda name: (self.reader.size(self.location(name)), name)):
            allowance = pool.allowance()
            try:
                read[name] = self.reader.documents(self.found.locate(name), name, allowance)
            except Unplayable as failure:
                read[name] = failure
            pool.settle(allowance)
        return read

    def location(self, name: str) -> str:
        """Return the path of a file of the course relative to the submission, its name if there is none."""
        return self.found.path(name) or name

    def text(self, path: str) -> str | None:
        """Return the text of a file by its path in the submission, None if it cannot be read."""
        return self.reader.text(path)

    def remark(self, name: str) -> str:
        """Return what to tell about how a file is handed in, empty text if there is nothing."""
        return self.found.remark(name)

    def manifest(self, name: str, kind: str) -> Manifest:
        """Return the one object of a file, or the one of that kind where the file holds several.

        Raises:
            Unplayable: the file is missing, there twice, not readable as YAML, or not one ``kind``.
        """
        documents = self._documents(name)
        kinds = self.found.known[name].kinds if name in self.found.known else (kind,)
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
        return self.found.known[name].key(kind) if name in self.found.known else name

    def surplus(self, name: str) -> list[Location]:
        """Return the places of the documents in a file of several that are of none of its kinds.

        Raises:
            Unplayable: the file is not readable.
        """
        path = self.location(name)
        return [
            Location(path, document.line())
            for document in self._documents(name)
            if kind_of(document) not in self.found.known[name].kinds
        ]

    def images(self) -> set[str]:
        """Return the images that its readable files name, each in full."""
        found: set[str] = set()
        for name in self.found.names:
            with suppress(Unplayable):
                for document in self._documents(name):
                    found |= {canonical(image) for image in named_in(document.data)}
        return found

    def _documents(self, name: str) -> list[Document]:
        documents = self._read.get(name)
        if documents is None:
            return self.reader.documents(self.found.locate(name), name)
        if isinstance(documents, Unplayable):
            raise documents
        return documents


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
    reader = FolderReader(root)
    for raw, is_link in walk(root):
        path = shown_path(raw)
        reader.raw[path] = raw
        if is_link:
            reader.links.add(path)
    found = sort_out(reader.raw, known)
    if not found.names:
        raise SubmissionError(
            _(
                "{folder}: no file of the course in this folder. Expected files such as {names}.",
                folder=root,
                names=listed(sorted(found.known)[:4]),
            )
        )
    return Submission(reader, found)
