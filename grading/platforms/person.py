"""A person who handed something in, as a platform names them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from grading.report.model import Text


class IdKind(StrEnum):
    """What identifies a student on a platform, as the platform names it."""

    CANVAS_USER_ID = "canvas_user_id"
    MOODLE_IDENTIFIER = "moodle_identifier"
    MOODLE_NUMBER = "moodle_number"
    """Behind a name in a download: the identifier of a student, or the number of a group."""
    ORG_DEFINED_ID = "org_defined_id"
    SIS_USER_ID = "sis_user_id"
    GRADESCOPE_SID = "gradescope_sid"
    GITHUB_USERNAME = "github_username"
    FOLDER = "folder"
    """The name of a folder or an archive, which is a user name or a full name: nothing tells which."""


class Person(BaseModel):
    """A student.

    Attributes:
        name: as the platform writes it; empty if the download is anonymous.
        username: with which they log in; empty if it is not known.
        email: empty if it is not known.
        ids: what else identifies them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    name: Text = ""
    username: Text = ""
    email: Text = ""
    ids: dict[IdKind, Text] = {}
