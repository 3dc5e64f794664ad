"""Names of files that are plainly meant, although they are not spelled as the course does.

Platforms and programs rename what they hand on: the prefixes are those of bulk downloads, the copies those
of Windows, macOS, browsers, Google Drive and Canvas.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from grading.submission.course_file import CourseFile

_PREFIXES: Final = (
    # Moodle: NAME_ID_assignsubmission_file_FILE
    re.compile(r".*?_assignsubmission_file_(?P<file>.+)"),
    # Blackboard: TITLE_USER_attempt_DATE_FILE
    re.compile(r".*?_attempt_\d{4}(?:-\d\d){2,5}_(?P<file>.+)"),
    # Canvas: NAME_LATE_USER-ID_ATTACHMENT-ID_FILE, the first two not always
    re.compile(r"(?:.+?_)??(?:late_)?(?:\d+|anon_[a-z0-9]+)_\d+_(?P<file>.+)"),
    re.compile(r"(?:copy of|kopie van) (?P<file>.+)"),
)
_SUFFIXES: Final = (
    re.compile(r"(?P<file>.+?)\s*\(\d{1,3}\)"),
    re.compile(r"(?P<file>.+?)[-_ ]\d{1,2}"),
    re.compile(r"(?P<file>.+?)[-_ ]+(?:copy|kopie)"),
    # Windows hides the ending of a name, so that one is added to it.
    re.compile(r"(?P<file>.+\.(?:ya?ml|sh))(?:\.txt|\.ya?ml|\.sh)"),
)
_ENDING: Final = re.compile(r"(?P<stem>.+)(?P<ending>\.ya?ml|\.sh)")
_OF_COMMANDS: Final = re.compile(r"(?P<stem>\d+[._-]\d+)(?:\.(?:txt|ps1|bash|bat|cmd|md|log))?")
"""How a file of commands is called by a student whose system has no ``.sh``, such as ``1.2.txt``."""
_MOST: Final = 4
"""Changes of one name that are undone."""


class FileNames:
    """The names of a course's files, and which of them another name means.

    Args:
        known: the files of the course.
    """

    def __init__(self, known: Iterable[CourseFile]) -> None:
        self._exact = {name: file.name for file in known for name in (file.name, *file.also)}
        targets: dict[str, set[str]] = defaultdict(set)
        for name, target in self._exact.items():
            targets[_key(name)].add(target)
        # A spelling that two files of the course share means neither.
        self._by_key = {key: found.pop() for key, found in targets.items() if len(found) == 1}

    def exact(self, name: str) -> str | None:
        """Return the file that has exactly this name in the course."""
        return self._exact.get(name)

    def meant(self, name: str) -> str | None:
        """Return the file of the course that a name plainly means, None if there is none."""
        return next(filter(None, (self._by_key.get(_key(reading)) for reading in _readings(name))), None)


def _readings(name: str) -> Iterator[str]:
    """Yield a name, and what it was before it was renamed.

    First with one change undone, then with more.
    """
    readings = [unicodedata.normalize("NFKC", name).casefold().strip()]
    for _change in range(_MOST + 1):
        yield from readings
        readings = list(dict.fromkeys(before for reading in readings for before in _undone(reading)))


def _undone(name: str) -> Iterator[str]:
    """Yield what a name may have been before the last change of it."""
    ending = _ENDING.fullmatch(name)
    if found := _OF_COMMANDS.fullmatch(name):
        yield f"{found['stem']}.sh"
    for pattern in _PREFIXES:
        if found := pattern.fullmatch(name):
            yield found["file"]
    for pattern in _SUFFIXES:
        if found := pattern.fullmatch(name):
            yield found["file"]
        if ending and (found := pattern.fullmatch(ending["stem"])):
            yield f"{found['file']}{ending['ending']}"


def _key(name: str) -> str:
    """Return what spellings of a name share: not case, ``.yml`` or separators."""
    ending = _ENDING.fullmatch(name.casefold())
    if ending is None:
        return name.casefold()
    if ending["ending"] == ".sh":  # 1.2.sh, 1_2.sh and 1-2.sh
        return re.sub(r"[-_.\s]+", "-", ending["stem"].strip()) + ".sh"
    return re.sub(r"[-_\s]+", "-", ending["stem"].strip()) + ".yaml"
