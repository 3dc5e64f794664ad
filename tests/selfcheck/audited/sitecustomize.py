"""Note what a Python process and those that it starts write to, one path a line, in the file WRITES_LOG.

Python imports this module at its start if its folder is on PYTHONPATH.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PLACES: Final[dict[str, Callable[..., list[tuple[Any, int]]]]] = {
    "open": lambda path, _mode, flags: [(path, -1)] if flags & _WRITING else [],
    "os.mkdir": lambda path, _mode, at: [(path, at)],
    "os.rename": lambda old, new, old_at, new_at: [(old, old_at), (new, new_at)],
    "os.remove": lambda path, at: [(path, at)],
    "os.rmdir": lambda path, at: [(path, at)],
    "os.link": lambda _old, new, _old_at, new_at: [(new, new_at)],
    "os.symlink": lambda _old, new, at: [(new, at)],
    "os.truncate": lambda path, _length: [(path, -1)],
    "os.chmod": lambda path, _mode, at: [(path, at)],
    "os.chown": lambda path, _user, _group, at: [(path, at)],
    "os.utime": lambda path, _times, _ns, at: [(path, at)],
}
"""The paths that an audit event changes, each with the folder (a descriptor) that it is relative to."""


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    for path, at in _PLACES[event](*arguments) if event in _PLACES else ():
        if isinstance(path, int):  # a descriptor: what it is of was noted as it was opened
            continue
        start = Path(f"/proc/self/fd/{at}").readlink() if at >= 0 else Path.cwd()
        os.write(_log, os.fsencode(os.path.normpath(start / os.fsdecode(path))) + b"\n")


if _name := os.environ.get("WRITES_LOG"):
    _log = os.open(_name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.addaudithook(_note)
