"""Causes of lost points, told so that equal ones of different submissions are equal texts.

A message of a report keeps its template and its values (`grading.text.messages`). The cause is that message
with an ellipsis for each value that differs from one submission to the next, such as the name of a Pod or a
number. What remains is the rule that was broken, the file of the course and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from grading.report.model import CriterionResult, Verdict
from grading.submission.course_file import CourseFile
from grading.submission.file_names import FileNames
from grading.text.languages import catalogue, language
from grading.text.messages import MAX_LENGTH, Joined, Message, Number, Template, spoken
from grading.text.sanitize import one_line

ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
MAX_CAUSE: Final = 240
"""Characters of a cause."""

_KEPT: Final = frozenset({"field", "kind"})
"""Values that a rule is about, by their names in the messages."""

_FURTHER: Final = " (and {number} more)"
"""End of a message that names the first of several deviations: the others are causes of their own."""

_INSTANCE: Final = re.compile(r"[\w./:@%+-]*\d[\w./:@%+-]*")
"""A word with a digit in it: an address, a number, or a name that Kubernetes generated."""


class Causes:
    """Tells causes of the criteria of some courses.

    Args:
        files: the files of the courses; other spellings of their names are told as the course's own.
    """

    def __init__(self, files: Iterable[CourseFile]) -> None:
        self._names = FileNames(files)

    def of(self, result: CriterionResult) -> str:
        """Return the cause of a verdict in the language spoken.

        Returns:
            Empty for ``passed`` and ``not_run``, and for ``blocked``: its cause is that of what blocks it.
        """
        if result.verdict not in {Verdict.FAILED, Verdict.ERROR}:
            return ""
        return one_line(self._general(result.rationale), limit=MAX_CAUSE)

    def _general(self, text: str) -> str:
        """Return a text without what differs from one submission to the next."""
        if isinstance(text, Message) and len(text) <= MAX_LENGTH:
            source = text.source
            if isinstance(source, Joined):
                return spoken(source.separator).join(map(self._general, source.parts))
            if isinstance(source, Number):
                return ELLIPSIS
            if isinstance(source, Template) and source.is_known:
                return self._filled(source) or self._of_others(text)
        return self._of_others(spoken(text))

    def _filled(self, template: Template) -> str | None:
        """Return a message with general values, None if a stored one does not fit."""
        values = {name: self._value(name, value) for name, value in template.values.items()}
        message = template.message.removesuffix(_FURTHER)
        known = catalogue(language())
        if template.plural is None:
            text = known.gettext(message) if message else ""
        else:
            text = known.ngettext(message, template.plural, 2)
            values["n"] = ELLIPSIS
        try:
            return text.format(**values)
        except (LookupError, ValueError, TypeError, AttributeError):  # as `Message.spoken` has it
            return None

    def _value(self, name: str, value: str | int | float) -> str:
        if isinstance(value, Message):
            return self._general(value)
        if not isinstance(value, str):
            return ELLIPSIS
        file = self._names.meant(PurePosixPath(value).name)
        if file:
            return file
        # Words of another program, such as the API server's, name the rule that it applied.
        return value if name in _KEPT else self._of_others(value) if " " in value else ELLIPSIS

    def _of_others(self, text: str) -> str:
        """Return a text without a source, with an ellipsis for words with a digit."""
        return _INSTANCE.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        return self._names.exact(PurePosixPath(found[0]).name) or ELLIPSIS
