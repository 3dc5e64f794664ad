"""Disturbances of the machine that grades: its programs, its load and its clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from grading import processes
from grading.waiting import until
from tests.selfcheck.faults.site import NotHurt, Site
from tests.selfcheck.hub import inside

_DOCKER_ENDS_WITHIN: Final = 90.0
"""Seconds; it stops every container first."""
_SPIN: Final = "while True: pass"


@contextmanager
def signalled(site: Site, number: signal.Signals) -> Iterator[None]:
    """Send a signal to the graded run itself, and not to what it started."""
    os.kill(site.process.pid, number)
    yield


@contextmanager
def helpers_killed(site: Site, name: str) -> Iterator[None]:
    """Kill each program of a name that the run starts, as soon as it is seen.

    Raises:
        NotHurt: there was none.
    """
    ended = threading.Event()
    killed: list[psutil.Process] = []

    def kill_all() -> bool:
        for process in site.helpers(name):
            with suppress(psutil.Error):
                process.kill()
                killed.append(process)
        return False

    watcher = threading.Thread(
        target=lambda: until(kill_all, lambda done: done, float("inf"), every=0.05, cancelled=ended)
    )
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
    if not killed:
        raise NotHurt(f"the run started no {name}")


@contextmanager
def loaded(_site: Site, programs: int) -> Iterator[None]:
    """Let so many programs each want a processor of its own."""
    with spinning(programs):
        yield


@contextmanager
def spinning(count: int) -> Iterator[None]:
    """Run programs that do nothing but count, until the end of the block."""
    if not count:
        yield
        return
    with processes.started([sys.executable, "-c", _SPIN]), spinning(count - 1):
        yield


@contextmanager
def clock_shifted(site: Site, seconds: int) -> Iterator[None]:
    """Shift the clock of the run, which libfaketime reads from a file; see `clock`.

    Raises:
        NotHurt: this machine has no libfaketime.
    """
    if libfaketime() is None:
        raise NotHurt("no libfaketime to shift a clock with; on Debian: apt-get install faketime")
    _set_clock(site.folder / "clock", f"{seconds:+d}")
    yield


def _set_clock(file: Path, offset: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(f"{offset}\n", "utf-8")
    new.replace(file)


def libfaketime() -> Path | None:
    """Return the library that shifts a program's clock, None if this machine has none."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    found += sorted(Path("/usr/lib64").glob("faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


def clock() -> dict[str, str]:
    """Return the environment in which the clock of a program follows a file, the monotonic one does not."""
    library = libfaketime()
    return {
        "LD_PRELOAD": str(library or ""),
        "FAKETIME_TIMESTAMP_FILE": "{folder}/clock",
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


@contextmanager
def docker_restarted(_site: Site) -> Iterator[None]:
    """Restart the Docker of a world of its own, as ``systemctl restart docker`` does.

    Raises:
        NotHurt: this is no world of its own, so that the Docker would be the machine's.
    """
    if not inside.OWN_RUN.is_dir():
        raise NotHurt("only the Docker of a world of its own is restarted: make nightly")
    daemon = psutil.Process(int(Path(inside.PID_FILE).read_text("utf-8")))
    command = daemon.cmdline()
    daemon.terminate()
    daemon.wait(_DOCKER_ENDS_WITHIN)
    subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    yield
