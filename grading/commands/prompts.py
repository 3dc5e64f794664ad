"""Prompts of the usual shells, which stand before a command that was copied from a terminal."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from grading.commands.dialects import CMD, POSIX, POWERSHELL, Dialect

LONGEST: Final = 200
"""Characters of a prompt."""

_BEFORE: Final = r"(?:\([^()]{1,40}\)\s?|\[?\d{1,2}:\d\d(?::\d\d)?\]?\s)*"
"""What tools put before a prompt: an environment of conda or Python, the time."""
_USER_AT_HOST: Final = r"[\w.+-]{1,40}@[\w.-]{1,64}"
_END: Final = r"[$#%>\u276f\u279c\u00bb\u03bb]"

_PATTERNS: Final = tuple(
    (re.compile(_BEFORE + pattern), dialect)
    for pattern, dialect in (
        (r"PS(?: [^<>|]{0,150})?>(?:\s|(?=k)|$)", POWERSHELL),
        (r"[A-Za-z]:\\[^<>|]{0,150}>\s?", CMD),
        # student@virt-k8s-07:~$, and student@virt-K8s-XX :~$ as the course prints it
        (_USER_AT_HOST + r"\s?:\s?[^$#%>]{0,150}" + _END + r"(?:\s|(?=k)|$)", POSIX),
        (r"\[" + _USER_AT_HOST + r" [^\]]{0,150}\]\s?" + _END + r"(?:\s|(?=k)|$)", POSIX),
        # zsh of macOS, fish: student@host ~ %
        (_USER_AT_HOST + r"(?: [^$#%>\s]{1,150})?(?: \([^()]{1,60}\))?\s?" + _END + r"(?:\s|$)", POSIX),
        (r"(?:ba|da|k|z)?sh-\d[\d.]*[$#%](?:\s|$)", POSIX),
        (r"[\w.-]{1,64}:[~/][^$#%>]{0,150}[$#%](?:\s|$)", POSIX),
        (r"(?:~|/)[\w./~-]{0,150}\s?[$%#\u276f>](?:\s|$)", POSIX),
        (
            r"[\u276f\u279c\u00bb\u03bb]\s+(?:~|[\w./~-]{1,60}(?:\s{2}|\s(?=git:)))?\s*(?:git:\([^()]{1,60}\)\s*(?:\u2717\s*)?)?",
            POSIX,
        ),
        (r"(?!\d+%)[\w.-]{0,40}[$%](?:\s|$)", POSIX),
        (r"\$(?=k(?:ubectl|3d)\b)", POSIX),
    )
)
_NUMBERED: Final = re.compile(r"(?:\d{1,5}[.):]?|[-*\u2022])\s+(?=(?:sudo\s+)?(?:kubectl|k3d)\b)")
"""A number or a mark before a command, as ``history`` and lists have it."""
_CONTINUED: Final = re.compile(r"(?:[a-z]{0,10}>|>>|More\?)\s?(?![>&])")
"""What sh, zsh, PowerShell and cmd print before the further lines of a command."""


class Prompted(NamedTuple):
    """A line that begins with a prompt.

    Attributes:
        text: what was typed behind it.
        dialect: of the shell that prints such a prompt.
    """

    text: str
    dialect: Dialect


def read(line: str) -> Prompted | None:
    """Return what was typed behind the prompt of a line, None if it begins with none."""
    start = line.lstrip()
    for pattern, dialect in _PATTERNS:
        if found := pattern.match(start[: LONGEST + 1]):
            return Prompted(start[found.end() :].strip(), dialect)
    return None


def without_number(line: str) -> str:
    """Return a line without the number or the mark of a list before a command."""
    return _NUMBERED.sub("", line.lstrip(), count=1) if _NUMBERED.match(line.lstrip()) else line


def without_continuation(line: str) -> str:
    """Return a further line of a command without what the shell prints before it."""
    found = _CONTINUED.match(line)
    return line[found.end() :] if found else line
