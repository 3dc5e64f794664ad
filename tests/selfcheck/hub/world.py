"""A world of its own for a command: network, mounts, processes and Docker, in which only the hub exists.

It needs root on Linux. Its first process (`tests.selfcheck.hub.inside`) has a PID namespace: when that ends,
the kernel ends whatever still runs in the world, and the mounts and the network go with it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from fixtures.airgap.kit import KitError, load_kit
from grading import processes
from grading.processes import Output, last_lines
from tests.selfcheck.hub import parts, proxy, serving, stock
from tests.selfcheck.hub.ills import WELL, Ill
from tests.selfcheck.hub.journal import Request, read

ROOT: Final = Path(__file__).resolve().parents[3]
_PROGRAMS: Final = ("unshare", "nsenter", "env", "ip", "mount", "umount", "dockerd", "docker")
_ENDS_WITHIN: Final = 90.0
"""Seconds that Docker gets to stop its containers and the world to end."""
_CGROUPS_GONE_WITHIN: Final = 15.0
_KEPT: Final = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TERM", "TZ", "USER", "LOGNAME")
"""Of the environment; all else would lead out of the world, or to the developer's own files."""


class WorldError(Exception):
    """A world did not come up."""


@dataclass(frozen=True)
class Spec:
    """What the first process of a world is told.

    Attributes:
        folder: of the world.
        name: of its control groups.
        environment: of what runs in it.
        hub: whether there is a hub, and a network that leads to it.
        docker: whether Docker runs.
        ill: the hub's, as JSON.
    """

    folder: str
    name: str
    environment: dict[str, str]
    hub: bool
    docker: bool
    ill: str

    def to_json(self) -> str:
        """Return it as an argument for a program."""
        return json.dumps(dataclasses.asdict(self))


def lacking() -> str:
    """Return why this machine cannot have a world, or nothing."""
    if sys.platform != "linux":
        return "a world of its own needs Linux"
    if os.geteuid() != 0:
        return "a world of its own needs root"
    absent = [name for name in _PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"a world of its own needs {', '.join(absent)}"
    try:
        return stock.unusable(load_kit())
    except KitError as error:
        return f"there is no kit to serve: {error}"


class World:
    """A world, from the beginning of a `with` block to its end.

    Args:
        folder: a new folder for all that is its own; Docker's files in it are removed at the end.
        ill: the hub's.
        route: whether there is a hub at all; without it no name is known and nothing can be reached.
        docker: whether Docker runs in it.
        real_parts: whether the hub serves parts of k3s and k3d that can be compiled here (`parts`), in the
            place of their stand-ins.

    Attributes:
        folder: as given.
        name: of its control groups.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ill: Ill = WELL,
        route: bool = True,
        docker: bool = True,
        real_parts: bool = False,
    ) -> None:
        self.folder = folder.resolve()
        self._real_parts = real_parts
        self.name = f"kubegrade-world-{os.getpid()}-{time.monotonic_ns()}"
        self._spec = Spec(
            str(self.folder), self.name, self._environment(ill), hub=route, docker=docker, ill=ill.to_json()
        )
        self._process: subprocess.Popen[str] | None = None
        self._first = 0

    def __enter__(self) -> Self:
        self._prepare()
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def run(self, words: Sequence[str | Path], *, timeout: float = 600, **environment: str) -> Output:
        """Run a command in the world to its end, started in the folder of the project.

        Args:
            words: the command and its arguments; the programs of the virtual environment are on the PATH.
            timeout: in seconds.
            environment: added to the world's.

        Raises:
            grading.processes.ProgramError: there was no end in time.
        """
        return processes.run(self.command(words, **environment), timeout=timeout, check=False)

    def command(self, words: Sequence[str | Path], **environment: str) -> list[str]:
        """Return the command of this machine that runs one in the world."""
        variables = {**self._spec.environment, **environment}
        return [
            *("nsenter", f"--target={self._first}", "--mount", "--net", "--pid", "--"),
            *("env", "--ignore-environment", "--default-signal=INT", f"--chdir={ROOT}"),
            *(f"{name}={value}" for name, value in variables.items()),
            *(str(word) for word in words),
        ]

    @property
    def requests(self) -> list[Request]:
        """What the hub was asked for so far."""
        return read(self.folder / serving.JOURNAL)

    def _environment(self, ill: Ill) -> dict[str, str]:
        own = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = [
            str(self.folder / "bin"),
            str(Path(sys.executable).parent),
            os.environ.get("PATH", os.defpath),
        ]
        if ill.proxy:
            own |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), f"http://{ill.proxy}:{proxy.PORT}")
        return own | {
            "PATH": os.pathsep.join(path),
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "DOCKER_CONFIG": str(self.folder / "docker-config"),
        }

    def _prepare(self) -> None:
        for name in ("bin", "home", "cache", "state", "docker-config", "docker"):
            (self.folder / name).mkdir(parents=True)
        shutil.copy(load_kit().k3d, self.folder / "bin" / "k3d")
        (self.folder / "daemon.json").write_text("{}", "utf-8")
        if self._real_parts:
            parts.compile_into(self.folder / serving.PARTS)
        serving.certify(self.folder)

    def _begin(self) -> None:
        with (self.folder / "world.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--"),
                    *(sys.executable, "-m", "tests.selfcheck.hub.inside", self._spec.to_json()),
                ],
                cwd=ROOT,
                stdin=subprocess.PIPE,  # its end tells the world to end, however this process ends
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise WorldError(f"the world did not come up:\n{self.logs()}")
        [first] = psutil.Process(self._process.pid).children()
        self._first = first.pid

    def logs(self) -> str:
        """Return the last lines of the world's own logs."""
        parts = []
        for file in sorted(self.folder.glob("*.log")):
            parts.append(f"{file.name}:\n{last_lines(file.read_text('utf-8', 'replace'))}")
        return "\n".join(parts)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(BrokenPipeError):
                process.communicate(timeout=_ENDS_WITHIN)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)  # its child goes with it
                process.communicate()
        remove(self.name, self.folder)
        for name in ("bin", serving.PARTS):
            shutil.rmtree(self.folder / name, ignore_errors=True)


def cgroups(name: str) -> list[Path]:
    """Return the control groups of a world: one, or one in each hierarchy of version 1."""
    top = Path("/sys/fs/cgroup")
    return [folder for folder in (top / name, *top.glob(f"*/{name}")) if folder.is_dir()]


def remove(name: str, folder: Path) -> None:
    """Remove the control groups and Docker's files of a world whose processes have ended."""
    # A group whose last process has just ended is busy for a moment.
    end = time.monotonic() + _CGROUPS_GONE_WITHIN
    while (left := cgroups(name)) and time.monotonic() < end:
        for group in left:
            for path, _, _ in os.walk(group, topdown=False):
                with suppress(OSError):
                    Path(path).rmdir()
        time.sleep(0.1)
    shutil.rmtree(folder / "docker", ignore_errors=True)
