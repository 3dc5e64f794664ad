"""The manifests that commands apply: files of the submission alone, and only those of the course."""

from __future__ import annotations

import json
import re
from typing import Final

from grading.errors import Unplayable
from grading.submission.file_names import FileNames
from grading.submission.loader import Submission
from grading.submission.preparation import written
from grading.text.i18n import _

_FOLDERS: Final = re.compile(r"[/\\]")


def objects_of(submission: Submission, word: str) -> str:
    """Return the objects of a manifest of the submission as one list in JSON.

    Args:
        submission: what is graded.
        word: the path that a command names it by; folders are left out of account, as a submission may have
            others than the student's machine had.

    Raises:
        Unplayable: it is none of the course's, or cannot be used.
    """
    name = _FOLDERS.split(word)[-1]
    names = FileNames(submission.found.known.values())
    file = names.exact(name) or names.meant(name)
    kinds = submission.found.known[file].kinds if file else ()
    if file is None or not kinds:
        raise Unplayable(_("{file} is no manifest of the course, and is not applied", file=name))
    items = []
    for kind in kinds:
        data = written(submission.manifest(file, kind))
        if data["metadata"].get("namespace", "").startswith("kube-"):
            raise Unplayable(_("{file}: nothing in the namespaces of Kubernetes is changed", file=name))
        items.append(data)
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
