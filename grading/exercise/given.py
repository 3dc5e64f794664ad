"""Courses of somebody else's, given with ``--course DIR``: code of a lecturer's, which is trusted."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Final

from grading.errors import GIVEN, RubricError
from grading.text.i18n import _

REFERENCE: Final = "reference"
"""The folder of such a course with the submission that earns all of its points."""


def check_apart(folders: Iterable[Path], submission: Path) -> None:
    """Check that no course lies within a submission.

    The submission's author would be the author of its code.

    Args:
        folders: of the courses.
        submission: the folder that is graded, or looked through.

    Raises:
        RubricError: one does.
    """
    for folder in folders:
        if folder.resolve().is_relative_to(submission.resolve()):
            raise RubricError(
                _(
                    "--course {folder}: this folder is inside the submission. The code of a course is "
                    "executed, so keep it outside: move the folder.",
                    folder=folder,
                )
            )


def package_of(folder: Path, marker: str) -> str:
    """Return the package by which the modules of a course are imported.

    Its folder needs no ``__init__.py``.

    Args:
        folder: of the course.
        marker: of the course, which no other has.
    """
    name = f"{GIVEN}{marker}"
    path = [str(folder.resolve())]
    known = sys.modules.get(name)
    if known is None or list(known.__path__) != path:
        for module in [module for module in sys.modules if module.partition(".")[0] == name]:
            del sys.modules[module]
        made = ModuleType(name, f"The course of {folder}.")
        made.__path__ = path
        sys.modules[name] = made
    return name
