"""Read the flags of a command as pflag does (https://pkg.go.dev/github.com/spf13/pflag).

``--name value``, ``--name=value``, ``-n value``, ``-nvalue``, ``-n=value``, letters of switches together,
anywhere among the arguments; no abbreviations of long names; ``--`` ends them.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from grading.commands.programs import FlagRule
from grading.text.by_language import Words
from grading.text.i18n import _

_TRUE: Final = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE: Final = {"0", "f", "F", "false", "FALSE", "False"}
"""What Go reads as a switch's value (strconv.ParseBool)."""


class Refused(Exception):
    """A command is not played.

    Args:
        reason: for the student.
        changes: whether it could have changed a cluster or the kubeconfig.
    """

    def __init__(self, reason: str, *, changes: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.changes = changes


class Flags:
    """The flags and arguments of a command.

    Args:
        known: the flags that it may have, by name.
        changes: whether it can change a cluster or the kubeconfig.

    Attributes:
        flags: name and value of each; None for a flag without one.
        arguments: the words that are no flags.
        rest: the words behind ``--``, None if there is no ``--``.
        dropped: what it is played without, and why.
    """

    def __init__(self, known: dict[str, FlagRule], *, changes: bool) -> None:
        self._known = known
        self._changes = changes
        self.flags: list[tuple[str, str | None]] = []
        self.arguments: list[str] = []
        self.rest: list[str] | None = None
        self.dropped: list[str] = []

    def read(self, words: Sequence[str]) -> None:
        """Sort words into flags and arguments.

        Raises:
            Refused: a flag is unknown, or has no value.
        """
        left = list(words)
        while left:
            word = left.pop(0)
            if word == "--":
                self.rest = left
                return
            if word.startswith("--"):
                self._long(word[2:], left)
            elif word.startswith("-") and word != "-":
                self._letters(word[1:], left)
            else:
                self.arguments.append(word)

    def _long(self, word: str, left: list[str]) -> None:
        name, equals, value = word.partition("=")
        flag = self._known.get(name)
        if flag is None:
            raise self._refused(_unknown_flag(f"--{name}", self._known))
        self._take(name, flag, value if equals else None, left)

    def _letters(self, letters: str, left: list[str]) -> None:
        while letters:
            letter, letters = letters[0], letters[1:]
            name = next((name for name, flag in self._known.items() if flag.short == letter), None)
            if name is None:
                raise self._refused(_unknown_flag(f"-{letter}", self._known))
            flag = self._known[name]
            if letters.startswith("="):
                return self._take(name, flag, letters[1:], left)
            if flag.takes == "value" and letters:
                return self._take(name, flag, letters, left)
            self._take(name, flag, None, left)
        return None

    def _take(self, name: str, flag: FlagRule, value: str | None, left: list[str]) -> None:
        if flag.takes == "value" and value is None:
            if not left:
                raise self._refused(_("the flag --{name} has no value", name=name))
            value = left.pop(0)
        if flag.takes == "switch":
            value = self._switch(name, value)
        self.flags.append((name, value))

    def _switch(self, name: str, value: str | None) -> str:
        if value is None or value in _TRUE:
            return "true"
        if value in _FALSE:
            return "false"
        raise self._refused(_("--{name} takes true or false, not {value}", name=name, value=value))

    @property
    def shows(self) -> bool:
        """True if a flag lets the command show how it is used, and do nothing else."""
        return any(self._known[name].shows for name, value in self.flags if value != "false")

    def check(self) -> None:
        """Check each flag against the table.

        Raises:
            Refused: one of them is not played.
        """
        for name, value in self.flags:
            flag = self._known[name]
            if flag.refused and value != "false":
                raise self._refused(_("--{name} is not supported: {why}", name=name, why=told(flag.why)))
            if value is not None and not flag.accepts(value):
                raise self._refused(_of_value(name, value, flag))
            if flag.dropped:
                self.dropped.append(_("without --{name}: {why}", name=name, why=told(flag.why)))

    def _refused(self, reason: str) -> Refused:
        return Refused(reason, changes=self._changes)


def _of_value(name: str, value: str, flag: FlagRule) -> str:
    if flag.kind == "number":
        return _("--{name} needs a whole number, not {value}", name=name, value=value)
    if flag.why:
        return _("--{name} {value} is not supported: {why}", name=name, value=value, why=flag.why.spoken)
    return _("--{name} cannot be {value}", name=name, value=value)


def _unknown_flag(word: str, known: dict[str, FlagRule]) -> str:
    names = [f"--{name}" for name, flag in known.items() if not flag.refused]
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return _("{word} is not a known flag; did you mean {near}?", word=word, near=near[0])
    return _("no exercise needs the flag {word}", word=word)


def told(why: Words | None) -> str:
    """Return a reason of the table for a student."""
    return why.spoken if why else _("the exercises do not need it")
