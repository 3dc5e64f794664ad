"""Read the words of a command as kubectl and k3d do, and see whether it is one that is played.

Both find the verb by cobra, wherever it stands among the flags (https://pkg.go.dev/github.com/spf13/cobra).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grading.commands.flags import Flags, Refused, told
from grading.commands.programs import CommandRule, FlagRule
from grading.text.i18n import _


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
        """Return the value of a flag, None if it is not set.

        Of several, the last one.
        """
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
        raise Refused(told(found.why), changes=found.changes)
    reader = Flags(known, changes=found.changes)
    reader.read(left)
    if reader.shows or (found.commands and not any(name in found.flags for name, _v in reader.flags)):
        raise Refused(_("this only prints the help of the command"), changes=False)
    if reader.rest is not None and not found.rest:
        if any(word.startswith("-") for word in reader.rest):
            raise Refused(_("no exercise needs arguments after --"), changes=found.changes)
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
    """Return the verb, its rule, the flags that it knows, and the other words.

    Raises:
        Refused: the program has no such command.
    """
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
    """Return the place of the first word that is neither a flag nor its value.

    As cobra finds a command.
    """
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


def _check_arguments(rule: CommandRule, arguments: Sequence[str]) -> None:
    if rule.kinds:
        named = [word.partition("/")[0] for word in arguments if "/" in word] or arguments[:1]
        others = [kind for word in named for kind in word.split(",") if kind.lower() not in rule.kinds]
        if others:
            raise Refused(
                _("no exercise uses objects of kind {kind}", kind=others[0]),
                changes=rule.changes,
            )
    if not rule.arguments:
        return
    fits = len(arguments) == len(rule.arguments)
    if not fits or not all(map(re.fullmatch, rule.arguments, arguments)):
        raise Refused(told(rule.why), changes=rule.changes)


def _is_tried(flags: Iterable[tuple[str, str | None]]) -> bool:
    """Return whether a command only shows what it would do."""
    value = next((value or "client" for name, value in reversed(list(flags)) if name == "dry-run"), "none")
    return value not in {"none", "false"}


def _unknown_command(word: str, rule: CommandRule) -> str:
    near = difflib.get_close_matches(word, rule.commands, 1)
    if near:
        return _("{word} is not a known command; did you mean {near}?", word=word, near=near[0])
    return _("no exercise needs the command {word}", word=word)
