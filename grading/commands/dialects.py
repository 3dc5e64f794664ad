"""The shells that a student may have typed a command into, as far as they read a line differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Dialect:
    """How a shell reads a line.

    Attributes:
        name: of the shell.
        escape: the character that takes the meaning from the next one; at the end of a line it continues it.
        quotes: the characters that quotes begin and end with.
        doubles: whether a quote inside of quotes is written twice.
        comments: whether ``#`` at the beginning of a word begins a comment.
        ignores_case: whether it finds a program in other letter case, as Windows does.
    """

    name: str
    escape: str
    quotes: str
    doubles: bool
    comments: bool
    ignores_case: bool


POSIX: Final = Dialect("sh", "\\", "'\"", doubles=False, comments=True, ignores_case=False)
"""sh, bash, zsh (POSIX Shell Command Language, 2.2 Quoting and 2.3 Token Recognition)."""
POWERSHELL: Final = Dialect("PowerShell", "`", "'\"", doubles=True, comments=True, ignores_case=True)
"""PowerShell (about_Quoting_Rules, about_Parsing)."""
CMD: Final = Dialect("cmd", "^", '"', doubles=False, comments=False, ignores_case=True)
"""The command prompt of Windows."""
