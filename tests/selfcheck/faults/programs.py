"""Disturbances of the machine that grades: its programs, its load and its clock."""

from __future__ import annotations

import os
import shutil
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
_COMPILED_WITHIN: Final = 60.0
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


CLOCK: Final = {"LD_PRELOAD": "{folder}/clock.so", "CLOCK_FILE": "{folder}/clock"}
"""The environment of a run whose clock can be shifted; see `make_clock`."""


def make_clock(folder: Path) -> None:
    """Compile what shifts the clock of a run, into its folder.

    Raises:
        NotHurt: this machine has no C compiler.
    """
    if shutil.which("cc") is None:
        raise NotHurt(
            "no C compiler for a clock that can be shifted; on Debian: apt-get install gcc libc6-dev"
        )
    source = Path(__file__).with_name("clock.c")
    command: list[str | Path] = [
        "cc",
        "-shared",
        "-fPIC",
        "-Wall",
        "-Werror",
        "-o",
        folder / "clock.so",
        source,
        "-ldl",
    ]
    processes.run(command, timeout=_COMPILED_WITHIN)


@contextmanager
def clock_shifted(site: Site, seconds: int) -> Iterator[None]:
    """Shift the clock of the run, and of no other program; see `CLOCK`."""
    new = site.folder / "clock.new"
    new.write_text(str(seconds), "utf-8")
    new.replace(site.folder / "clock")
    yield


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
