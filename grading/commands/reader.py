"""Read a file of commands: what a student typed, or copied from a terminal with all that it showed.

Each command becomes a step with the lines that it stands in. Prompts are left out; lines that a command
goes on in are joined to it; what a terminal shows between commands is told apart, and so are comments.
Files are hostile: everything is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from grading.commands import output, prompts
from grading.commands.aliases import aliases
from grading.commands.calls import takes_value
from grading.commands.decisions import Decision, behind_prefixes, decide, near_program, program_of
from grading.commands.dialects import CMD, POSIX, POWERSHELL, Dialect
from grading.commands.programs import load_table
from grading.commands.words import Part, Unreadable, split
from grading.text import lookalikes
from grading.text.i18n import _, n_

MAX_LINE: Final = 4096
"""Characters of a command."""
MAX_LINES: Final = 20
"""Lines of a command."""
MAX_STEPS: Final = 100
"""Commands of a file that are read."""

_CONTROL: Final = re.compile(
    r"\x1b\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)|\x1b\[[0-9;?]{0,30}[A-Za-z]|\x1b[=>()][A-B0-2]?"
)
"""Colours, movements and titles of a terminal, as ``script`` records them."""
_LINE_END: Final = re.compile("\r\n|[\n\r]")
_HEREDOC: Final = re.compile(r"(?<!<)<<(?!<)-?\s*['\"]?([A-Za-z_]{1,40})")
_FENCE: Final = re.compile(r"```|~~~|#!")
_FLAG: Final = re.compile(r"(?!-[rwxsStT-]{9})--?[A-Za-z]")
"""How a flag begins; the rights of a file, as ``ls -l`` prints them, are none."""
_OURS: Final = re.compile(r"\b(?:kubectl|k3d)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """A line of commands.

    Attributes:
        line: its first line in the file, counted from 1.
        last: its last one.
        text: what was typed, without the prompt; of several lines with newlines between.
        decisions: what is done with each command in it.
        advice: what to type in place of a character that no keyboard has, if the command is another one
            without it; empty text if that is not so.
    """

    line: int
    last: int
    text: str
    decisions: tuple[Decision, ...]
    advice: str = ""


@dataclass
class Reading:
    """What a file of commands holds.

    Attributes:
        steps: the commands, in order.
        shown: the lines that were taken for what a terminal showed, counted from 1.
        omitted: how many commands beyond `MAX_STEPS` there are.
    """

    steps: list[Step] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    omitted: int = 0

    @property
    def remarks(self) -> list[str]:
        """What to tell about the file, although it is graded."""
        found: list[str] = []
        if self.shown:
            found.append(
                n_(
                    "line {lines} looks like output of the terminal, so it is not run",
                    "lines {lines} look like output of the terminal, so they are not run",
                    len(self.shown),
                    lines=_ranges(self.shown),
                )
            )
        if self.omitted:
            found.append(
                n_(
                    "only the first {most} commands are run; {n} command after them is not",
                    "only the first {most} commands are run; {n} commands after them are not",
                    self.omitted,
                    most=MAX_STEPS,
                )
            )
        return found


def read(text: str) -> Reading:
    """Return the commands of a file.

    Args:
        text: the file.
    """
    return _Reader(text).reading()


@dataclass(frozen=True)
class _Line:
    """A line of the file.

    Attributes:
        number: counted from 1.
        text: behind its prompt.
        prompt: the shell that its prompt is of, None if it has none.
        indented: whether it begins with blanks.
    """

    number: int
    text: str
    prompt: Dialect | None
    indented: bool


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = _CONTROL.sub("", text.removeprefix("\ufeff"))
        raw = _LINE_END.split(self._text)
        self._lines = [_line(number, line) for number, line in enumerate(raw, 1)]
        self._has_prompts = any(line.prompt for line in self._lines)
        self._dialect = next((line.prompt for line in self._lines if line.prompt), POSIX)
        self._at = 0
        self._aliases: dict[str, tuple[str, ...]] = {}
        self._reading = Reading()

    def reading(self) -> Reading:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if not line.text or line.text.startswith("#") or _FENCE.match(line.text):
                continue
            if not self._is_command(line):
                self._reading.shown.append(line.number)
                continue
            if len(self._reading.steps) >= MAX_STEPS:
                self._reading.omitted += 1
                continue
            self._dialect = line.prompt or self._dialect
            self._take(line)
        return self._reading

    def _is_command(self, line: _Line) -> bool:
        before = self._lines[line.number - 2].text if line.number > 1 else ""
        if line.prompt:
            return True
        word = self._program(line.text)
        if load_table().program(word) is None and not near_program(word):
            return load_table().knows(word) and not self._has_prompts
        is_help = line.indented and self._has_prompts
        return not is_help and not output.is_shown(line.text, before)

    def _take(self, first: _Line) -> None:
        """Add the step that begins in a line."""
        lines, dialect = [first.text], self._dialect
        if first.prompt is None and first.text.endswith("`") and first.text.count("`") % 2:
            dialect = POWERSHELL
        elif first.prompt is None and first.text.endswith(" ^"):
            dialect = CMD
        while len(lines) < MAX_LINES and (more := self._continuation(lines, dialect)) is not None:
            lines.append(more)
        text = "\n".join(lines)
        self._skip_heredoc(text)
        last = self._lines[self._at - 1].number
        self._reading.steps.append(self._step(first.number, last, text, dialect))

    def _step(self, line: int, last: int, text: str, dialect: Dialect) -> Step:
        if len(text) > MAX_LINE:
            reason = _("the line is longer than {n} characters", n=MAX_LINE)
            return Step(line, last, text[:MAX_LINE], (Decision("failed", reason),))
        try:
            parts = split(text, dialect)
        except Unreadable as error:
            decisions = [Decision("failed" if _OURS.search(text) else "ignored", error.message)]
        else:
            decisions = decide(parts, dialect, self._aliases)
            for part in parts:
                self._aliases |= aliases(part, dialect)
        return Step(line, last, text, tuple(decisions), _advice(text, line, last, dialect, self._text))

    def _program(self, text: str) -> str:
        """Return the program that a line begins with."""
        words = behind_prefixes(text.split())
        return program_of(self._aliases.get(words[0], words)[0], self._dialect) if words else ""

    def _continuation(self, lines: list[str], dialect: Dialect) -> str | None:
        """Return the next line, if the command goes on in it; then it is taken."""
        place = self._at
        if _goes_on(lines[-1], dialect):
            if place >= len(self._lines) or self._lines[place].prompt:
                return None
            lines[-1] = lines[-1].rstrip()
            self._at += 1
            return prompts.without_continuation(self._lines[place].text)
        while place < len(self._lines) and not self._lines[place].text:
            place += 1
        following = self._lines[place] if place < len(self._lines) else None
        if following is None or following.prompt or self._is_command(following):
            return None
        text = prompts.without_continuation(following.text)
        joined = "\n".join(lines)
        if _is_open(joined, dialect):
            self._at = place + 1
            return text
        if _FLAG.match(text) or (_wants_value(joined, dialect) and not output.is_trouble(text)):
            lines[-1] += f" {dialect.escape}"
            self._at = place + 1
            return text
        return None

    def _skip_heredoc(self, text: str) -> None:
        """Skip the lines of a here-document, up to the word that ends it."""
        found = _HEREDOC.search(text)
        if not found:
            return
        ends = (place for place in range(self._at, len(self._lines)) if self._lines[place].text == found[1])
        self._at = next(ends, self._at - 1) + 1


def _line(number: int, raw: str) -> _Line:
    found = prompts.read(raw)
    if found:
        return _Line(number, found.text, found.dialect, indented=False)
    text = prompts.without_list(raw)
    return _Line(number, text.strip(" \t"), None, indented=raw[:1] in {" ", "\t"} and text == raw)


def _parts(text: str, dialect: Dialect) -> list[Part]:
    try:
        return split(text, dialect)
    except Unreadable:
        return []


def _goes_on(line: str, dialect: Dialect) -> bool:
    """Return whether a line ends with the character that continues it.

    Twice, it stands for itself.
    """
    typed = line.rstrip()
    return (len(typed) - len(typed.rstrip(dialect.escape))) % 2 == 1


def _is_open(text: str, dialect: Dialect) -> bool:
    """Return whether a command ends within quotes."""
    try:
        split(text, dialect)
    except Unreadable as error:
        return error.open_quote
    return False


def _wants_value(text: str, dialect: Dialect) -> bool:
    """Return whether a command ends with a flag whose value is missing."""
    words = [word.text for part in _parts(text, dialect)[-1:] for word in part.words]
    known = load_table().program(program_of(words[0], dialect)) if words else None
    return known is not None and takes_value(known[1], words[1:])


def _advice(text: str, line: int, last: int, dialect: Dialect, file: str) -> str:
    """Return what to do about a character that changes the command.

    Empty if none does.
    """
    plain = lookalikes.readings(text)[-1]
    if plain == text or _parts(plain, dialect) == _parts(text, dialect):
        return ""
    told = (lookalikes.told(file, number) for number in range(line, last + 1))
    return next(filter(None, told), "")


def _ranges(numbers: list[int]) -> str:
    """Return line numbers in words, such as ``2-4, 7``."""
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in _runs(numbers))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield first, previous
            first = number
        previous = number
    yield first, previous
