"""The results of a class, read from its folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from grading.gradebook.read_class import read_class
from grading.gradebook.results import ClassResults, EntryResult
from tests.selfcheck.classes.folder import write
from tests.selfcheck.classes.made import made

READ: Final = 40
"""Students of a class that is read, which takes a while; a larger one has those again and again."""


@cache
def results(students: int) -> ClassResults:
    """Return the results of a class of so many entries."""
    if students > READ:
        read = results(READ)
        entries = (_again(read.entries[number % READ], number) for number in range(students))
        return replace(read, entries=tuple(entries))
    with TemporaryDirectory() as work:
        return read_class(write(made(students), Path(work) / "class"))


def _again(entry: EntryResult, number: int) -> EntryResult:
    key = f"{entry.entry.key}-{number // READ}"
    return replace(entry, entry=entry.entry.model_copy(update={"key": key}))
