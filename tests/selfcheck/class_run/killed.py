"""A class run in a process of its own that is killed, or has no room any more, at a moment that is chosen.

    python -m tests.selfcheck.class_run.killed ROOT BEHAVIOURS EVENT PART NUMBER

kills itself before the NUMBER-th audited EVENT (such as ``os.rename``) with PART in an argument. The
behaviours are JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from tests.selfcheck.class_run.classes import Class


def kill_at(event: str, part: str, number: int) -> None:
    """Kill this process before the n-th event with a part of its arguments."""
    left = number

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if name == event and any(part in str(argument) for argument in arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    made = Class(Path(sys.argv[1]), json.loads(sys.argv[2]))
    kill_at(sys.argv[3], sys.argv[4], int(sys.argv[5]))
    made.grade()
