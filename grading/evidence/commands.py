"""The evidence of a scenario of commands: each command, its output, and the states that it led to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from grading.errors import Location, Problem
from grading.evidence.base import Evidence, Object
from grading.text.stored import Said

Outcome = Literal["played", "ignored", "failed", "skipped"]


class ContextEntry(BaseModel):
    """A context of a kubeconfig: cluster, user and namespace, empty if unset."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class KubeconfigState(BaseModel):
    """A kubeconfig, without addresses and keys.

    Attributes:
        current: the name of the current context, empty if there is none.
        contexts: by name.
        clusters: their names.
        users: their names.
    """

    current: str = ""
    contexts: dict[str, ContextEntry] = Field(default_factory=dict)
    clusters: list[str] = Field(default_factory=list)
    users: list[str] = Field(default_factory=list)

    @property
    def context(self) -> ContextEntry | None:
        """The current context, None if there is none."""
        return self.contexts.get(self.current)


class ObjectChange(BaseModel):
    """An object that is not as it was before a command.

    Attributes:
        cluster: the name of its cluster in the course.
        object: as it was afterwards, without its status; before, if it was deleted.
    """

    cluster: str
    change: Literal["created", "changed", "deleted"]
    kind: str
    namespace: str = ""
    name: str
    object: Object = Field(default_factory=dict)


class NodeSeen(BaseModel):
    """A node of a cluster that a command created."""

    name: str
    ready: bool
    control_plane: bool


class ClusterMade(BaseModel):
    """A cluster that a command asked for.

    Attributes:
        name: as it was asked for.
        servers: nodes of the control plane that were asked for.
        agents: other nodes that were asked for.
        ports: the mappings that were asked for.
        nodes: those that the cluster then had; None if it was not created.
    """

    name: str
    servers: int
    agents: int
    ports: list[str] = Field(default_factory=list)
    nodes: list[NodeSeen] | None = None


class CommandRun(BaseModel):
    """A command of a file, and what came of it.

    Attributes:
        line: the first line of the file that it stands in, counted from 1.
        last: the last one.
        typed: the line as it was typed, without its prompt.
        outcome: `played`; `ignored`, if it could change nothing; `failed`, if it was not played although it
            could; `skipped`, if the line asks for it only after another outcome of the command before.
        reason: why it was not played, or what it was played without.
        advice: what to type in place of a character that no keyboard has.
        program: what was run, empty if nothing was.
        verb: the commands of the program, by their first names.
        arguments: what was run behind the program.
        status: its exit status, None if it was not played.
        stdout: what it printed; names are those of the course.
        stderr: what it printed as errors.
        kubeconfig: as it was afterwards; None if it was as before.
        changes: the objects that it created, changed or deleted.
        made: the cluster that it asked for.
    """

    line: int
    last: int
    typed: str
    outcome: Outcome
    reason: Said = ""
    advice: Said = ""
    program: str = ""
    verb: list[str] = Field(default_factory=list)
    arguments: list[str] = Field(default_factory=list)
    status: int | None = None
    stdout: str = ""
    stderr: str = ""
    kubeconfig: KubeconfigState | None = None
    changes: list[ObjectChange] = Field(default_factory=list)
    made: ClusterMade | None = None

    @property
    def went_wrong(self) -> bool:
        """True if it ended with an error, or was not played but could matter."""
        return self.outcome == "failed" or (self.outcome == "played" and self.status != 0)


class PodSeen(BaseModel):
    """A Pod that was waited for after the commands.

    Attributes:
        cluster: the name of its cluster in the course.
        ready: whether it became Ready.
        trouble: why it did not, if the commands are the cause.
        error: why it did not, if they are not.
    """

    cluster: str
    namespace: str
    name: str
    ready: bool = False
    trouble: Problem | None = None
    error: Said = ""


class CommandsEvidence(Evidence):
    """The evidence of every scenario of commands.

    Attributes:
        commands: the path of the file in the submission.
        before: the kubeconfig before the first command.
        runs: the commands, in order.
        after: the kubeconfig after the last command; None if not all of them were played.
        pods: those that were waited for in the end.
    """

    commands: str = ""
    before: KubeconfigState | None = None
    runs: list[CommandRun] = Field(default_factory=list)
    after: KubeconfigState | None = None
    pods: list[PodSeen] = Field(default_factory=list)

    def place(self, run: CommandRun | None = None) -> Location:
        """Return the place of a command in the submission, that of the file without one."""
        return Location(self.commands, run.line if run else None)

    def kubeconfigs(self) -> Iterator[KubeconfigState]:
        """Yield the kubeconfig before the first command, and after each that changed it."""
        yield self.need(self.before)
        yield from (run.kubeconfig for run in self.runs if run.kubeconfig)

    def objects(self, kind: str, name: str, namespace: str = "") -> Iterator[tuple[CommandRun, ObjectChange]]:
        """Yield what happened to the objects of a name, with the command that did it."""
        for run in self.runs:
            for change in run.changes:
                if (change.kind, change.name, change.namespace) == (kind, name, namespace):
                    yield run, change
