"""The steps of the engine: what ``exercise.yaml`` may let a scenario do.

A step is a mapping whose first key names it, as in ``{apply: pod.yaml, as: pod}``; ``as`` names its record.
Steps are played in order. They refer to nothing but the records of earlier steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Kind = Literal[
    "ConfigMap",
    "Deployment",
    "EndpointSlice",
    "Event",
    "Job",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "Secret",
    "Service",
    "ServiceAccount",
    "StorageClass",
]
CLUSTER_WIDE: Final = frozenset({"Namespace", "Node", "PersistentVolume", "StorageClass"})

LONGEST_WATCH: Final = 60
"""Seconds: a watch always takes its whole time."""

REFERENCE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\.([^{}]+)\}")
"""A value of an object in a record, such as ``{pod.status.podIP}``."""


class _Step(BaseModel):
    """A step, by the name of its record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Name, Field(alias="as")]

    @property
    def pod(self) -> str:
        """The record of the Pod that it acts on, empty text if none."""
        return ""

    @property
    def refers(self) -> tuple[str, ...]:
        """The records that it uses; if one of those steps failed, it is not played."""
        return (self.pod,) if self.pod else ()


class Apply(_Step):
    """Apply every object of a file."""

    file: Annotated[str, Field(alias="apply")]


class _OfPod(_Step):
    of: Name

    @property
    def pod(self) -> str:
        """The record of the Pod."""
        return self.of


class Wait(_OfPod):
    """Wait until a Pod is Ready and stays so for a moment."""

    of: Annotated[Name, Field(alias="wait")]


class Delete(_OfPod):
    """Delete a Pod and wait until it is gone."""

    of: Annotated[Name, Field(alias="delete")]


class Exec(_OfPod):
    """Run a command in a Pod's first container, if that runs."""

    command: Annotated[list[Annotated[str, Field(min_length=1)]], Field(alias="exec", min_length=1)]
    of: Annotated[Name, Field(alias="in")]


class Ask(_Step):
    """Ask a Pod for a page until it is right; then see if it stays Ready.

    From a Pod of the suite's own.

    Attributes:
        url: the page, with references; the first is to the Pod.
        until: text that the page is to hold; by default any page is right.
        seconds: for how many seconds more the Pod is to go on running then.
    """

    url: Annotated[str, Field(alias="ask", pattern=r"^http://")]
    until: Annotated[str, Field(min_length=1)] = ""
    seconds: Annotated[int, Field(alias="for", ge=0, le=LONGEST_WATCH)] = 0

    @property
    def pod(self) -> str:
        """The record of the Pod that is asked."""
        return self.refers[0]

    @property
    def refers(self) -> tuple[str, ...]:
        """The records that the address refers to."""
        return tuple(found[0] for found in REFERENCE.findall(self.url))

    @model_validator(mode="after")
    def _readable(self) -> Ask:
        if re.search(r"[{}]", REFERENCE.sub("", self.url)):
            raise ValueError(f"{self.url}: a reference is written as {{pod.status.podIP}}")
        if not self.refers:
            raise ValueError(f"{self.url}: a Pod is asked, by its address {{pod.status.podIP}}")
        return self


class Look(_Step):
    """List the objects of a kind.

    Attributes:
        namespace: where; the scenario's own by default.
        since: an earlier look, to keep only what is new.
        after: a record without which there is nothing to look at.
    """

    kind: Annotated[Kind, Field(alias="look")]
    namespace: Annotated[str, Field(alias="in")] = ""
    since: Name | None = None
    after: Name | None = None

    @property
    def refers(self) -> tuple[str, ...]:
        """The records that it needs."""
        return tuple(filter(None, (self.since, self.after)))

    @model_validator(mode="after")
    def _somewhere(self) -> Look:
        if self.namespace and self.kind in CLUSTER_WIDE:
            raise ValueError(f"{self.name}: a {self.kind} is in no namespace")
        return self


class Watch(_Step):
    """Watch for new objects of a kind, for a while.

    Attributes:
        since: the look after which they are new.
        after: as for a look.
        seconds: how long.
    """

    kind: Annotated[Kind, Field(alias="watch")]
    seconds: Annotated[int, Field(alias="for", ge=1, le=LONGEST_WATCH)]
    since: Name
    after: Name | None = None

    @property
    def refers(self) -> tuple[str, ...]:
        """The records that it needs."""
        return tuple(filter(None, (self.since, self.after)))


STEPS: Final = ("apply", "wait", "ask", "exec", "look", "watch", "delete")


def first_of(names: Collection[str]) -> Callable[[Any], str | None]:
    """Return a function that finds the key that tells a mapping from others.

    It returns None if there is none.
    """
    return lambda value: (
        next((key for key in value if key in names), None) if isinstance(value, Mapping) else None
    )


Step = Annotated[
    Annotated[Apply, Tag("apply")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Ask, Tag("ask")]
    | Annotated[Exec, Tag("exec")]
    | Annotated[Look, Tag("look")]
    | Annotated[Watch, Tag("watch")]
    | Annotated[Delete, Tag("delete")],
    Discriminator(
        first_of(STEPS),
        custom_error_type="step",
        custom_error_message=f"no step of the engine; there are {', '.join(STEPS)}",
    ),
]
