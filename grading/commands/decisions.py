"""Decide of each command of a line whether it is played, ignored or failed."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Final, Literal

from grading.commands.calls import Call, read_call
from grading.commands.dialects import Dialect
from grading.commands.flags import Refused
from grading.commands.programs import load_table
from grading.commands.words import Part
from grading.text import lookalikes
from grading.text.i18n import _, joined

Outcome = Literal["played", "ignored", "failed"]

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_KUBECONFIG: Final = re.compile(r"(?:^|\benv:)kubeconfig\s*=", re.IGNORECASE)
_PATH: Final = re.compile(r"[.~]{0,2}[/\\]|[A-Za-z]:\\")
_LONGEST: Final = 30
"""Characters of a word that may be meant for the name of a program."""
_PREFIXES: Final = frozenset({"sudo", "time", "command", "env", "nohup", "&"})
"""Programs and words of a shell that run what stands behind them."""
_SUDO_FLAGS: Final = frozenset({"-E", "-H", "-n", "-S", "-k", "--preserve-env"})


@dataclass(frozen=True)
class Decision:
    """What is done with a command.

    Attributes:
        outcome: `played`; `ignored`, if it could change neither a cluster nor the kubeconfig; `failed`.
        reason: why it is not played, or what it is played without, for the student.
        call: what is played.
        joint: the operator of the shell before it.
    """

    outcome: Outcome
    reason: str = ""
    call: Call | None = None
    joint: str = ""


def decide(
    parts: Sequence[Part], dialect: Dialect, aliases: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[Decision]:
    """Return a decision for each command of a line.

    Args:
        parts: the commands.
        dialect: of the shell.
        aliases: the words that names stand for which the student gave.
    """
    return [_decide(part, _following(parts, place), dialect, aliases) for place, part in enumerate(parts)]


def program_of(word: str, dialect: Dialect) -> str:
    """Return the name of a program without its folder.

    Without its ending too, if Windows runs it.
    """
    name = word
    if _PATH.match(word):  # service/kubernetes is none: kubectl prints such words
        name = (PureWindowsPath(word) if "\\" in word else PurePosixPath(word)).name or word
    if name.casefold().endswith(".exe"):
        name = name[:-4]
    return name.lower() if dialect.ignores_case else name


@functools.lru_cache(maxsize=1000)
def near_program(word: str) -> str:
    """Return the program that a word is nearly, empty text if none.

    Such as kubectl for kubeclt.
    """
    if load_table().knows(word) or len(word) > _LONGEST:
        return ""
    plain = lookalikes.readings(word)[-1].split(" ")[0].casefold()
    names = list(load_table().programs)
    found = (
        [plain]
        if plain in names
        else difflib.get_close_matches(plain, [n for n in names if len(n) > 3], 1, 0.8)
    )
    return found[0] if found else ""


def _following(parts: Sequence[Part], place: int) -> Part | None:
    """Return the command that reads what one prints, None if none does."""
    return next((part for part in parts[place + 1 : place + 2] if part.joint == "|"), None)


def _decide(
    part: Part, reader: Part | None, dialect: Dialect, aliases: Mapping[str, Sequence[str]]
) -> Decision:
    texts = [word.text for word in part.words]
    if any(_KUBECONFIG.search(text) for text in texts):
        return Decision(
            "failed",
            _("the commands are graded with kubegrade's own kubeconfig; another one cannot be chosen"),
            joint=part.joint,
        )
    words = behind_prefixes(texts)
    if not words:
        return Decision("ignored", _("setting a variable does not change a cluster"), joint=part.joint)
    words = [*aliases.get(words[0], words[:1]), *words[1:]]
    name = program_of(words[0], dialect)
    known = load_table().program(name)
    if known is None:
        return _of_other(name, words[0], part)
    try:
        call = read_call(*known, words[1:])
        _check_shell(part, reader, call, dialect)
    except Refused as refused:
        return Decision("failed" if refused.changes else "ignored", refused.reason, joint=part.joint)
    return Decision("played", joined("; ", call.dropped), call, part.joint)


def behind_prefixes(words: Sequence[str]) -> list[str]:
    """Return the words of a command without sudo, time and variables before it."""
    left = list(words)
    while left and (_ASSIGNMENT.fullmatch(left[0]) or left[0] in _PREFIXES):
        is_sudo = left.pop(0) == "sudo"
        while is_sudo and left and left[0] in _SUDO_FLAGS:
            left.pop(0)
    return left


def _of_other(name: str, word: str, part: Part) -> Decision:
    """Return the decision for a program that is not played."""
    table = load_table()
    if name in table.clusters.names:
        reason = _("{program}: {why}", program=name, why=table.clusters.why.spoken)
        return Decision("failed", reason, joint=part.joint)
    if name in table.control:
        reason = _(
            "{word} is shell syntax, and commands are run without a shell; write one command per line",
            word=name,
        )
        return Decision("failed", reason, joint=part.joint)
    if near := near_program(word):
        reason = _("{word} is not a known program; did you mean {near}?", word=word, near=near)
        return Decision("failed", reason, joint=part.joint)
    return Decision(
        "ignored", _("{program} is not run: it does not change a cluster", program=name), joint=part.joint
    )


def _check_shell(part: Part, reader: Part | None, call: Call, dialect: Dialect) -> None:
    """Check that a command needs no shell to do what it says.

    Raises:
        Refused: it needs one.
    """
    expands = next((word.expands for word in part.words if word.expands), "")
    if expands:
        reason = _("a shell would put something else in place of {text}; write it out", text=expands)
        raise Refused(reason, changes=call.changes)
    if part.reads_input:
        reason = _("it reads from standard input; save that input as a file and use the file")
        raise Refused(reason, changes=call.changes)
    if reader is None:
        return
    program = program_of(reader.words[0].text, dialect) if reader.words else ""
    if program not in load_table().harmless:
        raise Refused(
            _("the output would become the input of {program}", program=program), changes=call.changes
        )
