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

_SIGN: Final = re.compile(_END)
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
_COMMAND: Final = r"(?:sudo\s+)?(?:kubectl|k3d)\b"
_WHEN: Final = r"(?:\d{4}-\d\d-\d\d[\sT]+)?(?:\d{1,4}(?::\d\d)*(?:[.,]\d{1,3})?\s+)?"
_LISTED: Final = re.compile(
    rf"(?:\d{{1,5}}[.):*]?\s+{_WHEN}|[-*\u2022]\s+|- cmd:\s|:\s\d{{9,11}}:\d{{1,5}};)(?=`?{_COMMAND})"
)
"""What stands before a command in a list or a history: a number, a mark, when it was typed, how long it took.

So do ``history`` of bash and zsh, ``Get-History`` of PowerShell, and the files that zsh and fish keep.
"""
_QUOTED: Final = re.compile(rf"`({_COMMAND}[^`]*)`")
"""A command as Markdown quotes it."""
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
    if not _SIGN.search(start, 0, LONGEST + 1):
        return None
    for pattern, dialect in _PATTERNS:
        if found := pattern.match(start[: LONGEST + 1]):
            return Prompted(start[found.end() :].strip(), dialect)
    return None


def without_list(line: str) -> str:
    """Return a line without what a list or a history has around a command."""
    start = line.strip()
    found = _LISTED.match(start)
    text = start[found.end() :] if found else start
    quoted = _QUOTED.fullmatch(text)
    return quoted[1] if quoted else text if found else line


def without_continuation(line: str) -> str:
    """Return a further line of a command without what the shell prints before it."""
    found = _CONTINUED.match(line)
    return line[found.end() :] if found else line
