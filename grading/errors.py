"""Exceptions raised while grading, by who is responsible: the student or the infrastructure.

Only two of them cost a student points: `CriterionFailure` and `Unplayable`. Any other exception that is
raised while a criterion is graded is the infrastructure's trouble and becomes the verdict ``error``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from traceback import walk_tb
from types import FrameType
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, PlainSerializer
from pydantic.dataclasses import dataclass

from grading.text.i18n import _
from grading.text.messages import joined
from grading.text.sanitize import encodable
from grading.text.stored import Said

_OUTSIDE: Final = re.compile(
    r'(?:[\w./]+ (?:"(?:[^"\\]|\\.)*" )?is forbidden: )?'
    r'(?:User "'
    r"|unable to create new content in namespace \S+ because it is being terminated"
    r'|error looking up service account \S+: serviceaccount "default" not found'
    r"|exceeded quota)"
)
"""How a message with status 403 begins if the suite's own identity lacks a right, if somebody deletes the
namespace, if it was created a moment ago, and if whoever runs the cluster has limited it. Further on in a
message the text of a manifest may be quoted.
"""
_TOO_LARGE: Final = ("request is too large", "message larger than max")
"""etcd's error message for an object that it does not store; the API server passes it on with status 500."""


def _storable(value: Any) -> Any:
    """Return data of a file that any other file can hold; see `encodable`."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Location:
    """A place in a submission.

    A file name relative to the submission and a line, counted from 1.

    Attributes:
        field: the field of the object that it is about, which may not be written in the file: the line is
            that of the nearest part of it then. Neither it nor `kind` counts when places are compared.
        kind: of the object that it is a field of.
    """

    file: Annotated[str, PlainSerializer(encodable, return_type=str)]
    line: int | None = None
    field: Annotated[tuple[str | int, ...], PlainSerializer(_storable, return_type=list[str | int])] = (
        dataclasses.field(default=(), compare=False)
    )
    kind: Annotated[str, PlainSerializer(encodable, return_type=str)] = dataclasses.field(
        default="", compare=False
    )

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Correction:
    """What to write in a field of a submission.

    Attributes:
        location: the field, and its line or that of the nearest part of it that is written.
        value: the value as it should be, as data; None if the field is to be taken out.
    """

    location: Location
    value: Annotated[Any, PlainSerializer(_storable)] = None

    @property
    def kind(self) -> str:
        """The kind of the object that it is a field of."""
        return self.location.kind

    @property
    def place(self) -> tuple[str, str, tuple[str | int, ...]]:
        """The field as a key: its file, its kind of object and its path."""
        return self.location.file, self.kind, self.location.field


@dataclass(frozen=True)
class Problem:
    """What is wrong with a submission, for the student.

    Carried unchanged from where it is found to the report.

    Attributes:
        rationale: what is wrong.
        help: what to do about it, with the command that shows more and the section of the course.
        expected: what the course asks for.
        actual: what was found.
        location: the place in the submission, if there is one.
        corrections: what to write instead, as far as that is known.
    """

    rationale: Said
    help: Said = ""
    expected: Said = ""
    actual: Said = ""
    location: Location | None = None
    corrections: tuple[Correction, ...] = ()


class CriterionFailure(Exception):
    """The submission does not show what the criterion asks for.

    Args:
        rationale: what is wrong; this and the others as in `Problem`.
        help: what to do about it.
        expected: what the course asks for.
        actual: what was found.
        location: the place in the submission, if there is one.
        corrections: what to write in the submission instead, as far as that is known.

    Attributes:
        problem: all of these.
    """

    def __init__(
        self,
        rationale: str,
        *,
        help: str = "",
        expected: str = "",
        actual: str = "",
        location: Location | None = None,
        corrections: Iterable[Correction] = (),
    ) -> None:
        super().__init__(rationale)
        self.problem = Problem(rationale, help, expected, actual, location, tuple(corrections))

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return the failure for a problem."""
        failure = cls(problem.rationale)
        failure.problem = problem
        return failure

    def move(self, location: Location | None) -> None:
        """Set the place in the submission that the problem points at."""
        self.problem = replace(self.problem, location=location)

    def advise(self, first: str) -> None:
        """Put what to do first before the help."""
        self.problem = replace(self.problem, help=joined(" ", filter(None, [first, self.problem.help])))


class Unplayable(CriterionFailure):
    """A scenario stopped before this criterion's evidence, by the submission.

    The criterion is ``blocked`` if something that it needs was lost, and ``failed`` otherwise: the
    first criterion in the chain answers for the trouble, those behind it do not cost points again.
    """


class InfrastructureError(Exception):
    """The machine, Docker, k3d or the cluster failed. Costs a student nothing."""


GIVEN: Final = "kubegrade_course_"
"""What the package of a course that somebody gives with ``--course`` begins with; its marker follows."""


def told(error: BaseException) -> str:
    """Return the message of an error.

    An unforeseen one has its type before it, as it may be empty. The line of somebody else's course is named
    that it was raised in, or that called what raised it; only the former is a mistake in the course.
    """
    if isinstance(error, InfrastructureError):
        return joined(": ", [error])
    words = joined(": ", [type(error).__name__, error])
    frames = list(walk_tb(error.__traceback__))
    inside = [(frame, line) for frame, line in frames if _is_of_course(frame)]
    if not inside:
        return words
    frame, line = inside[-1]
    place = f"{PurePath(frame.f_code.co_filename).name}:{line}"
    if inside[-1] != frames[-1]:  # the API server, say, answered with an error
        return joined(": ", [place, words])
    return _("{place}: {words}: a mistake in the course, not in the submission", place=place, words=words)


def _is_of_course(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(GIVEN)


class SubmissionError(Exception):
    """The submission cannot be graded: no folder, or no file of the course in it."""


class ReportFolderError(Exception):
    """The report cannot be written to its folder."""


class RubricError(Exception):
    """A course, its tests or a lecturer's rubric cannot be used."""


class ApiError(Exception):
    """The API server rejected a request.

    Args:
        code: the HTTP status.
        reason: Kubernetes' own word for it, such as NotFound.
        message: the error message.
    """

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message

    @property
    def is_rejection(self) -> bool:
        """True if the request itself was wrong, so that trying again cannot help."""
        if is_outside(self.message):
            return False
        return self.code in {400, 403, 413, 422} or self._is_too_large

    @property
    def _is_too_large(self) -> bool:
        return any(words in self.message for words in _TOO_LARGE)


def is_outside(refusal: str) -> bool:
    """Return whether the API server rejects an object for a reason outside of it.

    Args:
        refusal: its message, or that of a controller which passes it on.
    """
    return _OUTSIDE.match(refusal) is not None


class Mistakes(ValueError):
    """What is wrong with data that a lecturer wrote, all of it.

    Attributes:
        found: each mistake, in words.
    """

    def __init__(self, found: Iterable[str]) -> None:
        self.found = list(found)
        super().__init__("; ".join(self.found))

    @classmethod
    def check(cls, found: Iterable[str]) -> None:
        """Raise `Mistakes` if there are any."""
        if mistakes := list(found):
            raise cls(mistakes)


class Cancelled(InfrastructureError):
    """The run was stopped."""


class TimedOut(InfrastructureError):
    """A condition did not come true in time.

    Args:
        message: what was waited for.
        last: the object as it was last seen; None if it does not exist.
    """

    def __init__(self, message: str, last: dict[str, Any] | None) -> None:
        super().__init__(message)
        self.last = last
