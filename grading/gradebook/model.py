"""The record of a class: what ``class.json`` holds.

The reports of the submissions stay in folders of their own; what they say is not repeated here. The
points after lateness and overrides are computed from both, each time, by `grading.gradebook.results`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from grading.exercise.class_policy import LatePolicy as LatePolicy
from grading.platforms.person import Person
from grading.report.model import Text, Worded
from grading.text.sanitize import inert_json

SCHEMA: Literal["kubegrade/class/v1"] = "kubegrade/class/v1"
FILE: Final = "class.json"
SUBMISSIONS: Final = "submissions"
"""The folder with a report folder for each submission, under its key."""

HANDED_IN: Final = "handed-in"
"""The folder with what was handed in, unpacked: a folder KEY, with one for each attempt: ``1``, ``2``…"""

OVERRIDES: Final = "overrides.csv"
"""Beside ``class.json``; written by the instructor: ``student,criterion,points,reason``."""

LOCK: Final = ".kubegrade-class.lock"
"""Locked by whoever changes the folder; the operating system lets go of it if that program is killed."""


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class AttemptRecord(_Stored):
    """One time that a student, or a group, handed in.

    Attributes:
        number: of the attempt, from 1, the oldest first; names its folder.
        handed_in: when, if the platform, a file of dates or a clone says so; with a zone.
        is_late: as the platform says; None if it does not say, or if a deadline decides.
        digest: SHA-256 over the names and contents of its files, so that a changed one is graded again.
        problem: why nothing of it can be graded; empty if it can.
        remarks: what was left out or taken differently, a line each.
        sources: names in the download.
    """

    number: Annotated[int, Field(ge=1)]
    handed_in: datetime | None = None
    is_late: bool | None = None
    digest: Text = ""
    problem: Worded = ""
    remarks: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()


class Entry(_Stored):
    """A student, or a group, of the class.

    Attributes:
        key: names the folder of the report.
        persons: one, or the members of a group; each gets the result.
        attempts: the oldest first; none for a student of the roster who handed in nothing.
        graded: the number of the attempt that counts; None if there is none.
        deadline: of this student alone, an extension, with a zone; None for that of the class.
    """

    key: Text
    persons: tuple[Person, ...]
    attempts: tuple[AttemptRecord, ...] = ()
    graded: int | None = None
    deadline: datetime | None = None

    @property
    def counting(self) -> AttemptRecord | None:
        """The attempt that counts; None if there is none."""
        return next((attempt for attempt in self.attempts if attempt.number == self.graded), None)


class ClassRecord(_Stored):
    """A class that is, or was, graded.

    Attributes:
        title: of the assignment; the name of the folder or archive if the platform does not say.
        form: of the download, such as ``moodle``.
        marker: the pytest expression that chose the criteria, such as ``chapter11``.
        rubric: versions of the courses, a lecturer's own rubric included.
        rubric_digest: SHA-256 of what is graded and how; a submission is graded again if it changed.
        ledger_digest: what the ids of its jobs are made with in place of `rubric_digest`, if the class was
            judged again by another rubric since; empty if it was not.
        exact_names: whether a file of another name is missing, even if it is plainly meant.
        max_score: the points of all criteria chosen.
        deadline: with a zone; None if none was given. An entry may have one of its own.
        late: what lateness costs.
        roster: the name of the grade file or list that says who is in the class; empty if none was given.
        entries: by key.
        remarks: about the download as a whole.
    """

    schema_: Annotated[Literal["kubegrade/class/v1"], Field(alias="schema")] = SCHEMA
    title: Text
    form: Text
    marker: Text
    rubric: Text
    rubric_digest: Text
    ledger_digest: Text = ""
    exact_names: bool = False
    max_score: int
    deadline: datetime | None = None
    late: LatePolicy = LatePolicy()
    roster: Text = ""
    entries: tuple[Entry, ...] = ()
    remarks: tuple[Text, ...] = ()

    def deadline_of(self, entry: Entry) -> datetime | None:
        """Return the deadline that counts for a student or group; None if there is none."""
        return entry.deadline or self.deadline

    def to_json(self) -> str:
        """Return the text of ``class.json``."""
        return inert_json(self.model_dump_json(indent=2, by_alias=True)) + "\n"
