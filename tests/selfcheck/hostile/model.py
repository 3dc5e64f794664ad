"""The model of a collection of attacks: what a submission changes, what it tries, and what stops it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fixtures.faults.model import Change, Loss


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Put(_Model):
    """Something in the folder that is more than a file with a text.

    Attributes:
        path: where it is; what is there already is replaced. ``{n}`` stands for the number of a copy.
        names: the encoding of the path, for names that are not UTF-8.
        copies: how many there are.
        begin: the text before what is repeated.
        text: what is repeated; ``{n}`` stands for the number of the repetition.
        times: how often.
        end: the text after it.
        encoding: of the text.
        link: what a symbolic link leads to, in place of a text.
        special: another thing than a file: a FIFO, a socket, or a folder.
        size: bytes of a file that is mostly a hole, in place of a text.
    """

    path: str
    names: str = "utf-8"
    copies: int = 1
    begin: str = ""
    text: str = ""
    times: int = 1
    end: str = ""
    encoding: str = "utf-8"
    link: str = ""
    special: Literal["", "fifo", "socket", "folder"] = ""
    size: int = 0


class Request(_Model):
    """A request to the API server that no first wall has looked at.

    Attributes:
        method: of HTTP.
        path: without a slash at its beginning; ``{namespace}`` is that of the run.
        body: an object.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    body: dict[str, Any] | None = None


class Graded(Loss):
    """What a graded run of the submission on a cluster comes to: it costs what it breaks, and no more.

    Attributes:
        undecided: criteria that may end without a verdict, which a person then decides.
        says: a text in the rationale of one of the criteria.
        absent: paths that no node has afterwards.
        seconds: within which the run ends.
    """

    undecided: list[str] = Field(default=[])
    says: str = ""
    absent: list[str] = Field(default=[])
    seconds: int = 300


class Stopped(_Model):
    """What stops an attack, each with the proof.

    Attributes:
        first_wall: a text in the finding on a field that is not deployed.
        bounds: a text in the finding on a file or an object that is too much.
        reader: a text in the finding on a file that is not read.
        folder: a text in the message by which the whole folder is not graded.
        selection: the kind and the name of an object that is not among those that are applied.
        preparation: fields by JSON Pointer, as they are applied in place of what was handed in.
        isolation: nothing of it runs on the machine that grades.
        report: a text that stands in the report, and is nothing but text in any form.
        second_wall: a text in the API server's rejection, if there were no first wall.
        kubernetes: the same, by what Kubernetes checks without any wall.
        dropped: a field, by JSON Pointer, that the API server does not store.
        run: what a graded run comes to.
    """

    first_wall: Annotated[str, Field(alias="first wall")] = ""
    bounds: str = ""
    reader: str = ""
    folder: str = ""
    selection: str = ""
    preparation: dict[str, Any] = {}
    isolation: bool = False
    report: str = ""
    second_wall: Annotated[str, Field(alias="second wall")] = ""
    kubernetes: Annotated[str, Field(alias="Kubernetes")] = ""
    dropped: str = ""
    run: Graded | None = None

    @property
    def names(self) -> list[str]:
        """The names of what stops it, as they are written in the data."""
        fields = type(self).model_fields
        return [field.alias or name for name, field in fields.items() if getattr(self, name)]


class Attack(Change):
    """A submission that tries to get what no submission is to have.

    Attributes:
        tries: what it tries, in one line.
        folder: the name of its folder.
        put: what it holds besides, made after all other changes.
        requests: what is asked of the API server with the identity of a run, in place of its objects.
        is_raw: whether its objects are not prepared either, in the test of the second wall.
        stopped: what stops it.
        unstopped: why nothing does, for one that no wall can stop here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    tries: Annotated[str, Field(min_length=10, max_length=110, pattern=r"^[A-Z].*\.$")]
    folder: str = "submission"
    put: list[Put] = Field(default=[])
    requests: list[Request] = Field(default=[])
    is_raw: Annotated[bool, Field(alias="raw")] = False
    stopped: Stopped = Stopped()
    unstopped: str = ""

    @property
    def files(self) -> set[str]:
        """The files that it changes or adds."""
        return super().files | {item.path for item in self.put}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not (self.files or self.requests or self.folder != "submission"):
            raise ValueError(f"{self.id} does nothing")
        if not (self.stopped.names or self.unstopped):
            raise ValueError(f"{self.id}: what stops it?")
        return self


class Attacks(_Model):
    """A file of the collection.

    Attributes:
        title: the kind of attack, as docs/security.md calls it.
        course: the course of examples/ whose reference they change; empty text for the installed courses.
        attacks: all of them.
    """

    title: str
    course: str = ""
    attacks: Annotated[list[Attack], Field(min_length=1)]
