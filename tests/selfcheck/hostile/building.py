"""Make the folder of an attack: the reference manifests, changed, and what else it puts there."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from fixtures.faults.building import build
from tests.selfcheck.hostile.model import Attack, Put


def make(attack: Attack, parent: Path) -> Path:
    """Make the folder of an attack in another one, and return it.

    Raises:
        SubmissionError: a change does not fit the reference.
    """
    folder = parent / attack.folder
    build(attack, folder)
    for item in attack.put:
        for number in range(item.copies):
            path = os.path.normpath(os.fsencode(folder) + b"/" + _name(item, number))
            _put(item, Path(os.fsdecode(path)))
    return folder


def _name(item: Put, number: int) -> bytes:
    return item.path.replace("{n}", str(number)).encode(item.names)


def _put(item: Put, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if item.link:
        path.symlink_to(item.link)
    elif item.special:
        _special(item.special, path)
    elif item.size:
        with path.open("wb") as stream:
            stream.truncate(item.size)
    else:
        repeated = "".join(item.text.replace("{n}", str(number)) for number in range(item.times))
        path.write_bytes((item.begin + repeated + item.end).encode(item.encoding))


def _special(what: str, path: Path) -> None:
    match what:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "socket":
            # A path that is longer than 107 bytes cannot be bound to.
            with socket.socket(socket.AF_UNIX) as server:
                inside = os.open(path.parent, os.O_PATH)
                server.bind(f"/proc/self/fd/{inside}/{path.name}")
                os.close(inside)
