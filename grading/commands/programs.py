"""The table of the programs, verbs and flags that are played: ``programs.yaml``."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from grading.text.by_language import Words


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlagRule(_Model):
    """A flag of a command.

    Attributes:
        takes: a value; none, as a switch; or one only behind ``=``, as an optional.
        short: its letter, empty text if it has none.
        pattern: a regular expression that the whole value must match, any by default.
        kind: of the value.
        dropped: whether it is left out, because it changes nothing that is graded.
        refused: whether a command with it is not played.
        shows: whether the command does nothing but show something then.
        why: it is dropped or refused, or another value is, for the student.
    """

    takes: Literal["value", "switch", "optional"]
    short: str = ""
    pattern: str = ""
    kind: Literal["text", "number"] = "text"
    dropped: bool = False
    refused: bool = False
    shows: bool = False
    why: Words | None = None

    def accepts(self, value: str) -> bool:
        """Return whether it may have a value."""
        return not self.pattern or re.fullmatch(self.pattern, value, re.DOTALL) is not None


class CommandRule(_Model):
    """A command, or a program.

    Attributes:
        also: its other names.
        changes: whether it can change a cluster or the kubeconfig.
        refused: whether it is not played.
        rest: whether words may follow behind ``--``.
        why: it is not played, or its arguments are refused, for the student.
        flags: those that it knows, besides those of the commands above it.
        arguments: a regular expression for each argument; any are taken if there is none.
        kinds: the kinds of objects that it may be about, by all of their names; any if there is none.
        commands: below it.
    """

    also: list[str] = []
    changes: bool = False
    refused: bool = False
    rest: bool = False
    why: Words | None = None
    flags: dict[str, FlagRule] = {}
    arguments: list[str] = []
    kinds: list[str] = []
    commands: dict[str, CommandRule] = {}

    def command(self, word: str) -> tuple[str, CommandRule] | None:
        """Return the name and the rule of a command below it, by any of its names."""
        return _named(word, self.commands)


class OtherPrograms(_Model):
    """Programs that can change a cluster, and are not played."""

    names: list[str]
    why: Words


class Table(_Model):
    """The table.

    Attributes:
        programs: those that are played.
        harmless: other programs that are known to change no cluster.
        clusters: other programs that can.
        control: words by which a shell decides what it runs.
    """

    programs: dict[str, CommandRule]
    harmless: list[str]
    clusters: OtherPrograms
    control: list[str]

    def program(self, word: str) -> tuple[str, CommandRule] | None:
        """Return the name and the rule of a program that is played, by any of its names."""
        return _named(word, self.programs)

    def knows(self, word: str) -> bool:
        """Return whether a word is the name of a program, or one of the shell's own."""
        return self.program(word) is not None or word in self._others

    @functools.cached_property
    def _others(self) -> frozenset[str]:
        return frozenset((*self.harmless, *self.clusters.names, *self.control))


def _named(word: str, rules: dict[str, CommandRule]) -> tuple[str, CommandRule] | None:
    """Return the name and the rule of a command, by any of its names."""
    return next(((name, rule) for name, rule in rules.items() if word == name or word in rule.also), None)


@functools.cache
def load_table() -> Table:
    """Return the table."""
    text = resources.files("grading.commands").joinpath("programs.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return Table.model_validate({name: data[name] for name in Table.model_fields})
