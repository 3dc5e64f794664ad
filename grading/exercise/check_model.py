"""The checks of the engine as ``exercise.yaml`` names them; `checks` has what each does.

A check is a mapping whose first key names it, as in ``{ran: listing, prints: hello}``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator

from grading.errors import RubricError
from grading.exercise.fixed import parse_path, rules_of
from grading.exercise.steps import Apply, Ask, Delete, Exec, Look, Name, Wait, Watch, first_of


class _Check(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Declared(_Check):
    """A file declares what the course fixes in it, and the API server accepts it.

    Attributes:
        file: its name in the course.
    """

    file: Annotated[str, Field(alias="declared")]


class OfRecord(_Check):
    """A check of what a step recorded.

    Attributes:
        record: its name.
        steps: the steps whose records it can judge.
    """

    record: Name
    steps: ClassVar[tuple[type[Any], ...]] = ()


class OwnAddress(OfRecord):
    """A Pod is Ready, with an address that is not its node's."""

    record: Annotated[Name, Field(alias="own_address")]
    steps: ClassVar[tuple[type[Any], ...]] = (Wait, Ask)


class Answered(OfRecord):
    """A page is there, and holds the text that the step asked for."""

    record: Annotated[Name, Field(alias="answered")]
    steps: ClassVar[tuple[type[Any], ...]] = (Ask,)


class Ran(OfRecord):
    """A command ran without an error.

    Attributes:
        prints: a word that is to be among what it prints, or several that follow each other.
    """

    record: Annotated[Name, Field(alias="ran")]
    prints: str = ""
    steps: ClassVar[tuple[type[Any], ...]] = (Exec,)


class Empty(OfRecord):
    """Nothing was found.

    Attributes:
        field: of the manifest, which a failure points at.
    """

    record: Annotated[Name, Field(alias="empty")]
    field: str = ""
    steps: ClassVar[tuple[type[Any], ...]] = (Look, Watch)

    @field_validator("field")
    @classmethod
    def _path(cls, field: str) -> str:
        try:
            parse_path(field)
        except RubricError as error:
            raise ValueError(str(error)) from error
        return field


class Holds(OfRecord):
    """Objects have certain values.

    Attributes:
        named: the objects that are to be there; by default each that was recorded.
        fields: a rule by the path of its field, as for what a file fixes.
    """

    record: Annotated[Name, Field(alias="holds")]
    named: list[str] = []
    fields: Annotated[dict[str, Any], Field(min_length=1)]
    steps: ClassVar[tuple[type[Any], ...]] = (Apply, Wait, Ask, Look, Watch, Delete)

    @field_validator("fields")
    @classmethod
    def _rules(cls, fields: dict[str, Any]) -> dict[str, Any]:
        try:
            rules_of(fields, {})
        except RubricError as error:
            raise ValueError(str(error)) from error
        return fields


CHECKS: Final = ("declared", "own_address", "answered", "ran", "empty", "holds")


def _kind(value: Any) -> str | None:
    return "python" if isinstance(value, str) else first_of(CHECKS)(value)


Check = Annotated[
    Annotated[str, Tag("python")]
    | Annotated[Declared, Tag("declared")]
    | Annotated[OwnAddress, Tag("own_address")]
    | Annotated[Answered, Tag("answered")]
    | Annotated[Ran, Tag("ran")]
    | Annotated[Empty, Tag("empty")]
    | Annotated[Holds, Tag("holds")],
    Discriminator(
        _kind,
        custom_error_type="check",
        custom_error_message=f"is no check of the engine; there are {', '.join(CHECKS)}",
    ),
]
"""A check of the engine, or a function of a module in the folder, as ``module.function``."""
