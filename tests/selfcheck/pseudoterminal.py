"""Run commands at a pseudo-terminal, as a person at one would."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path


def run_at_terminal(
    command: Sequence[str | bytes | Path], cwd: Path, environment: dict[str, str], columns: int = 0
) -> tuple[int, bytes]:
    """Return the exit status of a command and all that the terminal was sent.

    Args:
        columns: the width of the terminal; 0 leaves it to the system.
    """
    ours, theirs = pty.openpty()
    if columns:
        termios.tcsetwinsize(theirs, (24, columns))
    process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    output = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(ours)
    return process.wait(timeout=60), output
