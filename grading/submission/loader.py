"""Find and read the files of a submission, trusting nothing about them.

A file is found by its name, anywhere in the folder. What is wrong with one file costs the criteria that
rest on it and is reported there; only a folder that cannot be graded at all is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from grading.errors import Location, Problem, SubmissionError, Unplayable
from grading.k8s.field_types import dotted
from grading.k8s.image_reference import canonical, named_in
from grading.submission.companions import companions, references
from grading.submission.course_file import CourseFile
from grading.submission.course_objects import CourseObjects, Placed, ReadFile
from grading.submission.folder import listed, walk
from grading.submission.folder_reader import FolderReader
from grading.submission.found_files import FoundFiles, sort_out
from grading.submission.manifest import Manifest, checked
from grading.submission.yaml_allowance import Pool
from grading.text.i18n import _
from grading.text.sanitize import shown_path

MOST_LOOKED_INTO: Final = 100
"""Files that are none of the course's, in whose text the words ConfigMap and Secret are looked for."""
MOST_UNUSED: Final = 10
"""Files among these that hold such a word, and are read."""


@dataclass
class Submission:
    """A folder of manifests.

    Attributes:
        reader: reads its files.
        found: which of them are those of the course.
    """

    reader: FolderReader
    found: FoundFiles
    _left: Pool = field(default_factory=Pool)
    """What the files of the course leave of the limits of all files together."""

    @cached_property
    def objects(self) -> CourseObjects:
        """The objects in the files of the course.

        All files are read at once, the smallest first: what they may cost together is limited, and which of
        them exceed it must not depend on which is asked for first.
        """
        pool = Pool()
        read: dict[str, ReadFile] = {}
        manifests = [name for name, file in self.found.known.items() if not file.holds_commands]
        for name in sorted(manifests, key=lambda name: (self.reader.size(self.location(name)), name)):
            try:
                read[name] = self._placed(self.found.locate(name), name, pool)
            except Unplayable as failure:
                read[name] = ReadFile([], failure)
        self._left = pool
        return CourseObjects([self.found.known[name] for name in manifests], read)

    @cached_property
    def _unused(self) -> list[Placed]:
        """The objects in the other YAML files, of which one may be needed."""
        # A pool of its own: scenarios ask side by side, and each must find the same.
        own, read, pool = self.objects.others, [], Pool(self._left.values)
        paths = [path for path in self.found.others if path.casefold().endswith((".yaml", ".yml"))]
        smallest = sorted(paths, key=lambda path: (self.reader.size(path), path))[:MOST_LOOKED_INTO]
        for path in list(filter(self._may_hold_one, smallest))[:MOST_UNUSED]:
            read += self._placed(path, path, pool).items
        return own + read

    def _may_hold_one(self, path: str) -> bool:
        """Return whether a file names a kind that another object may refer to."""
        # In UTF-16 there is a NUL beside each letter.
        text = (self.text(path) or "").replace("\0", "")
        return "ConfigMap" in text or "Secret" in text

    def _placed(self, path: str, name: str, pool: Pool) -> ReadFile:
        allowance = pool.allowance()
        try:
            contents = self.reader.documents(path, name, allowance)
        finally:
            pool.settle(allowance)
        return ReadFile([Placed(path, document) for document in contents.documents], contents.broken)

    def location(self, name: str) -> str:
        """Return the path of a file of the course, its name if there is none."""
        return self.found.path(name) or name

    def text(self, path: str) -> str | None:
        """Return the text of a file by its path, None if it cannot be read."""
        return self.reader.text(path)

    def commands(self, name: str) -> str:
        """Return the text of a file of commands.

        Args:
            name: its name in the course.

        Raises:
            Unplayable: there is none, it cannot be told which of several it is, or it cannot be read.
        """
        return self.reader.commands(self.found.locate(name), name)

    def remarks(self, name: str) -> list[str]:
        """Return remarks on how the objects of a file are handed in."""
        found = [self.found.remark(name)]
        for kind in self.found.known[name].kinds:
            with suppress(Unplayable):
                manifest = self.manifest(name, kind)
                if manifest.file != self.found.path(name):
                    found.append(
                        _("the {kind} of {file} is in {path}", kind=kind, file=name, path=manifest.file)
                    )
                found.append(_removed(manifest))
        if unread := self.unread(name):
            found.append(_("kubectl applies only the documents before {place}", place=unread.location))
        return [remark for remark in found if remark]

    def manifest(self, name: str, kind: str) -> Manifest:
        """Return an object of the course.

        Args:
            name: of its file in the course.
            kind: of the object.

        Raises:
            Unplayable: there is none, it cannot be told which of several it is, or it cannot be used.
        """
        item = self.objects.find(name, kind)
        file, ports = self.found.known[name], (other.ports for other in self.found.known.values())
        others = frozenset().union(*ports) - file.ports
        return replace(checked(item.path, kind, item.document, file.course, file.opens), others_ports=others)

    def companions(self, manifest: Manifest) -> list[Placed]:
        """Return the ConfigMaps and Secrets of the submission that an object refers to."""
        beside = [item for item in self.objects.others if item.path == manifest.file]
        return companions(manifest, beside, lambda: self._unused)

    def key(self, name: str, kind: str) -> str:
        """Return the name by which an object of a file is known; see `CourseFile.key`."""
        return self.found.known[name].key(kind)

    def surplus(self, name: str) -> list[Location]:
        """Return the places of objects in a file that no exercise asks for.

        Nor any object of one.
        """
        needed = {id for item in self.objects.found for id in references(item.document.data)}
        path = self.found.path(name)
        strangers = self.objects.strangers(path) if path else []
        return [Location(item.path, item.document.line()) for item in strangers if item.id not in needed]

    def unread(self, name: str) -> Problem | None:
        """Return why kubectl reads a file only to some line, else None.

        Args:
            name: of the file in the course; one of commands is none that kubectl reads.
        """
        file = self.objects.files.get(name)
        return file.broken.problem if file and file.broken and file.items else None

    def images(self) -> set[str]:
        """Return the images that the objects of the course name, each in full."""
        return {canonical(image) for item in self.objects.found for image in named_in(item.document.data)}


def _removed(manifest: Manifest) -> str:
    """Return a remark on the fields that Kubernetes had added, if any."""
    if not manifest.removed:
        return ""
    # Of status and metadata nobody wants to know which fields these are.
    places = dict.fromkeys(dotted(path if path[0] == "spec" else path[:1]) for path in manifest.removed)
    return _(
        "{path}: applied without the values that Kubernetes adds itself, in {fields}",
        path=manifest.file,
        fields=listed(places),
    )


def load_submission(root: Path, known: Iterable[CourseFile], *, called: Path | None = None) -> Submission:
    """Look through a folder for the files of the course.

    Args:
        root: the submission's folder.
        known: the files of the course.
        called: the archive that it was unpacked from, for messages; None if it is the submission itself.

    Returns:
        The submission.

    Raises:
        SubmissionError: the folder is not there, cannot be read, is too large, or holds no such file.
    """
    try:
        root.stat()
    except FileNotFoundError as error:
        raise SubmissionError(
            _(
                "{folder}: this folder does not exist. Give the folder that contains the manifests.",
                folder=root,
            )
        ) from error
    except OSError as error:
        raise SubmissionError(
            _(
                "{folder}: cannot be read: {reason}. Give yourself read permission.",
                folder=root,
                reason=error.strerror,
            )
        ) from error
    if not root.is_dir():
        raise SubmissionError(
            _(
                "{folder} is a file, not a folder or an archive. Give the folder that contains the "
                "manifests, or an archive of it.",
                folder=root,
            )
        )
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
        names = listed(sorted(found.known)[:4])
        if called is not None and called != root:
            raise SubmissionError(
                _(
                    "{archive}: this archive contains no file of the course. Expected are files such as "
                    "{names}.",
                    archive=shown_path(called),
                    names=names,
                )
            )
        raise SubmissionError(
            _(
                "{folder}: this folder contains no file of the course. Expected are files such as {names}.",
                folder=root,
                names=names,
            )
        )
    return Submission(reader, found)
