"""The manifests that commands apply: files of the submission alone, and only those of the course."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from grading.errors import Unplayable
from grading.runner.commands.world import Seed
from grading.submission.file_names import FileNames
from grading.submission.loader import Submission
from grading.submission.preparation import written
from grading.text.i18n import _

_FOLDERS: Final = re.compile(r"[/\\]")


class Manifests:
    """The manifests of a submission, by the words that commands name them by.

    Folders in a word are left out of account: a submission may have others than the student's machine had.

    Args:
        submission: what is graded.
        ensured: by file of the course, what is to be there when a command has applied it.
    """

    def __init__(self, submission: Submission, ensured: Mapping[str, Seed]) -> None:
        self._submission = submission
        self._names = FileNames(submission.found.known.values())
        self._ensured = ensured

    def read(self, word: str) -> str:
        """Return the objects of a manifest as one list in JSON.

        Raises:
            Unplayable: it is none of the course's, or cannot be used.
        """
        name = _FOLDERS.split(word)[-1]
        file = self._file(word)
        kinds = self._submission.found.known[file].kinds if file else ()
        if file is None or not kinds:
            raise Unplayable(_("{file} is not a manifest of the course, so it is not applied", file=name))
        items = []
        for kind in kinds:
            data = written(self._submission.manifest(file, kind))
            if data["metadata"].get("namespace", "").startswith("kube-"):
                raise Unplayable(
                    _("{file}: objects in the namespaces of Kubernetes itself must not be changed", file=name)
                )
            items.append(data)
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})

    def ensured(self, word: str) -> list[Seed]:
        """Return what is to be there when a command has applied a file, or a folder.

        That is not played, nor is a file that the student called otherwise: it may hold every manifest.
        """
        file = self._file(word)
        return [seed for name, seed in self._ensured.items() if file in {name, None}]

    def _file(self, word: str) -> str | None:
        name = _FOLDERS.split(word)[-1]
        return self._names.exact(name) or self._names.meant(name)
