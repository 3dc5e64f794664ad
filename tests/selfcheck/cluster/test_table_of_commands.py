"""The table of the commands that are played says of each flag what the kit's kubectl and k3d say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from fixtures.airgap.kit import load_kit
from grading import timeouts
from grading.commands.programs import CommandRule, FlagRule, load_table
from grading.processes import run

_OF_KUBECTL: Final = re.compile(r"^ {4}(?:-(\w), )?--([\w-]+)=(.*):$", re.MULTILINE)
"""As in ``-n, --namespace='':``, with the value that it has by default."""
_OF_K3D: Final = re.compile(r"^ +(?:-(\w), )?--([\w-]+)(?: (\S+))?(?: {2,}|$)", re.MULTILINE)
"""As in ``-a, --agents int``; a switch has no type behind it."""


class Flag(NamedTuple):
    """A flag as a program describes it."""

    short: str
    is_switch: bool


class Played(NamedTuple):
    """A command that is played."""

    program: str
    verb: tuple[str, ...]
    rule: CommandRule


def _played(program: str, verb: tuple[str, ...], rule: CommandRule) -> Iterator[Played]:
    if rule.refused:
        return
    if verb:
        yield Played(program, verb, rule)
    for name, below in rule.commands.items():
        yield from _played(program, (*verb, name), below)


PLAYED: Final = [item for name, rule in load_table().programs.items() for item in _played(name, (), rule)]


@cache
def _told(program: str, *words: str) -> str:
    kit = load_kit()
    path: Path = {"kubectl": kit.kubectl, "k3d": kit.k3d}[program]
    return run([path, *words], timeout=timeouts.K3D).stdout


def _flags(program: str, *words: str) -> dict[str, Flag]:
    text = _told(program, *words)
    if program == "kubectl":
        found = _OF_KUBECTL.findall(text)
        return {name: Flag(short, default in {"true", "false"}) for short, name, default in found}
    return {name: Flag(short, not type) for short, name, type in _OF_K3D.findall(text)}


def _wrong(rules: dict[str, FlagRule], real: dict[str, Flag]) -> list[str]:
    found = [f"there is no --{name}" for name in rules.keys() - real.keys()]
    for name, rule in rules.items():
        flag = real.get(name)
        if flag and (
            flag.short != rule.short
            or (flag.is_switch != (rule.takes == "switch") and rule.takes != "optional")
        ):
            found.append(f"--{name} is {flag}, not {rule.short or '-'} {rule.takes}")
    return sorted(found)


@pytest.mark.parametrize("played", PLAYED, ids=lambda item: " ".join([item.program, *item.verb]))
def test_a_command_has_the_flags_of_the_table(played: Played) -> None:
    real = _flags(played.program, *played.verb, "--help")
    own = {name: rule for name, rule in played.rule.flags.items() if name != "help"}
    assert _wrong(own, real) == []


@pytest.mark.parametrize(("program", "words"), [("kubectl", ("options",)), ("k3d", ("cluster", "--help"))])
def test_a_program_has_the_flags_of_the_table(program: str, words: tuple[str, ...]) -> None:
    own = {
        name: rule
        for name, rule in load_table().programs[program].flags.items()
        if name not in {"help", "version"}
    }
    assert _wrong(own, _flags(program, *words)) == []


@pytest.mark.parametrize("played", PLAYED, ids=lambda item: " ".join([item.program, *item.verb]))
def test_a_letter_of_a_flag_means_nothing_else(played: Played) -> None:
    """In what is not in the table no letter is hidden that the table gives to another flag."""
    real = {
        flag.short: name
        for name, flag in _flags(played.program, *played.verb, "--help").items()
        if flag.short
    }
    above = load_table().programs[played.program].flags
    known = {rule.short: name for name, rule in (above | played.rule.flags).items() if rule.short}
    assert {letter: name for letter, name in real.items() if known.get(letter, name) != name} == {}
