"""Lines that a terminal shows between commands, although they begin as a command does."""

from __future__ import annotations

import re
from typing import Final

_SHOWN: Final = re.compile(
    r"kubectl controls the Kubernetes cluster manager"
    r"|(?:kubectl|k3d)(?:\.exe)?: (?:command )?not found"
    r"|(?:kubectl|k3d) : The term "
    r"|k3d version v\d|k3d is a "
    r"|(?:kubectl|k3d)(?: [a-z-]+)* \[(?:flags|command|options)\]"
)
_USE: Final = re.compile(r"You can now use it like this:\s*$")
"""What k3d says before it shows ``kubectl cluster-info``."""
_TROUBLE: Final = re.compile(
    r"(?:error|warning|info|fata|erro|warn|debu|usage|flags|see|time=)\b", re.IGNORECASE
)


def is_shown(line: str, before: str) -> bool:
    """Return whether a line that begins with a program's name is output.

    Args:
        line: the line.
        before: the line above it, empty text if there is none.
    """
    return _SHOWN.match(line) is not None or _USE.search(before) is not None


def is_trouble(line: str) -> bool:
    """Return whether a line begins an error message, or a program's log."""
    return _TROUBLE.match(line) is not None
