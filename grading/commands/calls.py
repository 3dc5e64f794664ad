"""Read the words of a command as kubectl and k3d do, and see whether it is one that is played.

Both read flags by pflag: ``--name value``, ``--name=value``, ``-n value``, ``-nvalue``, ``-n=value``, letters
of switches together, anywhere among the arguments, also before the verb; no abbreviations of long names;
``--`` ends them (https://pkg.go.dev/github.com/spf13/pflag, https://pkg.go.dev/github.com/spf13/cobra).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from grading.commands.programs import CommandRule, FlagRule
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


@dataclass(frozen=True)
class Call:
    """A command that is played.

    Attributes:
        program: kubectl or k3d.
        verb: its commands, by their first names, such as ``("create", "namespace")``.
        arguments: the words that are no flags.
        flags: name and value of each; None for a flag without one.
        rest: the words behind ``--``, None if there is no ``--``.
        changes: whether it can change a cluster or the kubeconfig.
        dropped: what it is played without, and why.
    """

    program: str
    verb: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    flags: tuple[tuple[str, str | None], ...] = ()
    rest: tuple[str, ...] | None = None
    changes: bool = False
    dropped: tuple[str, ...] = ()

    def value(self, flag: str) -> str | None:
        """Return the value of a flag, the last one if it stands there several times, None if it does not."""
        return next((value or "" for name, value in reversed(self.flags) if name == flag), None)

    def values(self, flag: str) -> list[str]:
        """Return all values of a flag."""
        return [value or "" for name, value in self.flags if name == flag]

    def is_set(self, flag: str, default: bool = False) -> bool:
        """Return whether a switch is on."""
        value = self.value(flag)
        return default if value is None else value == "true"

    @property
    def words(self) -> list[str]:
        """The arguments of the program, in one spelling: what is run is what was read."""
        flags = [f"--{name}" if value is None else f"--{name}={value}" for name, value in self.flags]
        rest = [] if self.rest is None else ["--", *self.rest]
        return [*self.verb, *self.arguments, *flags, *rest]


def read_call(program: str, rule: CommandRule, words: Sequence[str]) -> Call:
    """Return the command that words behind the name of a program are.

    Args:
        program: its name in the table.
        rule: its rule.
        words: behind it.

    Raises:
        Refused: it is none that is played, or none that the program would take.
    """
    verb, found, known, left = _command(rule, words)
    if found.refused:
        raise Refused(_reason(found.why), changes=found.changes)
    reader = _Flags(known, changes=found.changes)
    reader.read(left)
    if reader.shows or (found.commands and not any(name in found.flags for name, _v in reader.flags)):
        raise Refused(_("it only shows how the command is used"), changes=False)
    if reader.rest is not None and not found.rest:
        reader.arguments += reader.rest
        reader.rest = None
    _check_arguments(found, reader.arguments)
    reader.check()
    return Call(
        program,
        verb,
        tuple(reader.arguments),
        tuple((name, value) for name, value in reader.flags if not known[name].dropped),
        None if reader.rest is None else tuple(reader.rest),
        changes=found.changes and not _is_tried(reader.flags),
        dropped=tuple(reader.dropped),
    )


def takes_value(rule: CommandRule, words: Sequence[str]) -> bool:
    """Return whether the last word is a flag whose value is to follow.

    Args:
        rule: of the program.
        words: behind it.
    """
    last = words[-1] if words else ""
    if not last.startswith("-") or "=" in last or last in {"-", "--"}:
        return False
    try:
        known = _command(rule, words)[2]
    except Refused:
        return False
    if last.startswith("--"):
        return last[2:] in known and known[last[2:]].takes == "value"
    return len(last) == 2 and any(flag.short == last[1] and flag.takes == "value" for flag in known.values())


def _command(
    rule: CommandRule, words: Sequence[str]
) -> tuple[tuple[str, ...], CommandRule, dict[str, FlagRule], list[str]]:
    """Return the verb, its rule, the flags that it knows, and the other words."""
    verb: tuple[str, ...] = ()
    known, left = dict(rule.flags), list(words)
    while (place := _next_argument(left, known)) is not None and rule.commands:
        below = rule.command(left[place])
        if below is None:
            raise Refused(_unknown_command(left[place], rule), changes=True)
        del left[place]
        verb, rule = (*verb, below[0]), below[1]
        # A command's own flag stands in for one of the same letter further up.
        letters = {flag.short for flag in rule.flags.values() if flag.short}
        known = {
            name: flag.model_copy(update={"short": ""}) if flag.short in letters else flag
            for name, flag in known.items()
        } | rule.flags
    return verb, rule, known, left


def _next_argument(words: Sequence[str], known: dict[str, FlagRule]) -> int | None:
    """Return the place of the first word that is neither a flag nor its value, as cobra finds a command."""
    place = 0
    while place < len(words):
        word = words[place]
        if word == "--":
            return None
        if not word.startswith("-") or word == "-":
            return place
        place += 1
        if "=" in word:
            continue
        if word.startswith("--"):
            flag = known.get(word[2:])
            place += flag is None or flag.takes == "value"
        elif len(word) == 2:
            flag = next((flag for flag in known.values() if flag.short == word[1]), None)
            place += flag is None or flag.takes == "value"
    return None


class _Flags:
    """The flags and arguments of a command."""

    def __init__(self, known: dict[str, FlagRule], *, changes: bool) -> None:
        self._known = known
        self._changes = changes
        self.flags: list[tuple[str, str | None]] = []
        self.arguments: list[str] = []
        self.rest: list[str] | None = None
        self.dropped: list[str] = []

    def read(self, words: Sequence[str]) -> None:
        """Sort words into flags and arguments."""
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
        raise self._refused(_("--{name} is a switch: {value} is not true or false", name=name, value=value))

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
                raise self._refused(_("--{name} is not played: {why}", name=name, why=_reason(flag.why)))
            if value is not None and not flag.accepts(value):
                raise self._refused(_of_value(name, value, flag))
            if flag.dropped:
                self.dropped.append(_("without --{name}: {why}", name=name, why=_reason(flag.why)))

    def _refused(self, reason: str) -> Refused:
        return Refused(reason, changes=self._changes)


def _check_arguments(rule: CommandRule, arguments: Sequence[str]) -> None:
    if rule.kinds:
        named = [word.partition("/")[0] for word in arguments if "/" in word] or arguments[:1]
        others = [kind for word in named for kind in word.split(",") if kind.lower() not in rule.kinds]
        if others:
            raise Refused(
                _("the exercises are not about objects of the kind {kind}", kind=others[0]),
                changes=rule.changes,
            )
    if not rule.arguments:
        return
    fits = len(arguments) == len(rule.arguments)
    if not fits or not all(map(re.fullmatch, rule.arguments, arguments)):
        raise Refused(_reason(rule.why), changes=rule.changes)


def _is_tried(flags: Iterable[tuple[str, str | None]]) -> bool:
    """Return whether a command only shows what it would do."""
    value = next((value or "client" for name, value in reversed(list(flags)) if name == "dry-run"), "none")
    return value not in {"none", "false"}


def _of_value(name: str, value: str, flag: FlagRule) -> str:
    if flag.kind == "number":
        return _("--{name} needs a whole number, not {value}", name=name, value=value)
    if flag.why:
        return _("--{name} {value} is not played: {why}", name=name, value=value, why=flag.why.spoken)
    return _("--{name} cannot be {value}", name=name, value=value)


def _unknown_command(word: str, rule: CommandRule) -> str:
    near = difflib.get_close_matches(word, rule.commands, 1)
    if near:
        return _("{word} is none of the commands; did you mean {near}?", word=word, near=near[0])
    return _("{word} is none of the commands that the exercises need", word=word)


def _unknown_flag(word: str, known: dict[str, FlagRule]) -> str:
    names = [f"--{name}" for name, flag in known.items() if not flag.refused]
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return _("{word} is none of the flags; did you mean {near}?", word=word, near=near[0])
    return _("{word} is none of the flags that the exercises need", word=word)


def _reason(why: Words | None) -> str:
    return why.spoken if why else _("the exercises do not need it")
