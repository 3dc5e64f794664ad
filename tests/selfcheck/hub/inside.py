"""The first process of a world: makes its network and mounts, starts the hub and Docker, and ends with them.

It prints `ready`, and ends when its standard input does. See `tests.selfcheck.hub.world`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import certifi

from fixtures.airgap import daemon
from grading import processes
from grading.waiting import until
from tests.selfcheck.hub.hosts import HUB
from tests.selfcheck.hub.ills import Ill
from tests.selfcheck.hub.serving import AUTHORITY
from tests.selfcheck.hub.world import Spec, remove

_HERE: Final = "198.51.100.10"
"""The address of this side of the world's network; see `HUB`."""
OWN_RUN: Final = Path("/run/kubegrade-world")
"""A folder that exists in a world only."""
PID_FILE: Final = "/run/docker.pid"
"""The file that names the process of a world's Docker."""
_BUNDLES: Final = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")
_HIDDEN: Final = ("k3d", "kubectl")
"""Programs of the machine: the world has its own k3d, and kubectl comes from the node image."""
_COMMAND_WITHIN: Final = 30.0
_UP_WITHIN: Final = 90.0
_DOWN_WITHIN: Final = 60.0


def main(spec: Spec) -> None:
    """Be the first process of a world, from its beginning to its end."""
    folder, ill = Path(spec.folder), Ill.from_json(spec.ill)
    _network(spec.hub)
    _mounts(folder, spec, trusted=ill.trusted)
    own: list[subprocess.Popen[bytes]] = []
    if spec.hub:
        hub = _start(
            [sys.executable, "-m", "tests.selfcheck.hub.serving", folder, spec.ill], folder / "hub.log"
        )
        own.append(hub)
        _wait("the hub", hub, lambda: b"ready\n" in (folder / "hub.log").read_bytes())
    os.environ.clear()
    os.environ.update(spec.environment)
    if spec.docker:
        engine = _start(dockerd(folder, spec.name), folder / "dockerd.log")
        own.append(engine)
        _wait("Docker", engine, _docker_answers)
    print("ready", flush=True)
    try:
        _live({process.pid for process in own})
    finally:
        for process in reversed(own):
            _stop(process)
        _end_all()
        _detach(spec.folder)
        remove(spec.name, folder)


def _network(hub: bool) -> None:
    _run("ip", "link", "set", "lo", "up")
    if not hub:
        return
    _run("ip", "link", "add", "world", "type", "veth", "peer", "name", "beyond")
    for address in (_HERE, HUB):
        _run("ip", "address", "add", f"{address}/24", "dev", "world")
    for name in ("world", "beyond"):
        _run("ip", "link", "set", name, "up")
    # Nobody is there: what is sent beyond the hub is lost, as behind a firewall.
    _run("ip", "route", "add", "default", "via", "198.51.100.254", "dev", "world")


def _mounts(folder: Path, spec: Spec, *, trusted: bool) -> None:
    # The containers of the machine's own Docker: their mounts must not be held by this world.
    for place in ("/run", "/var/lib/docker"):
        _detach(place)
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for name in ("upper", "work"):
        (OWN_RUN / name).mkdir(parents=True)
    layers = f"lowerdir=/etc,upperdir={OWN_RUN}/upper,workdir={OWN_RUN}/work"
    _run("mount", "-t", "overlay", "-o", layers, "overlay", "/etc")
    _write("/etc/hosts", f"127.0.0.1 localhost {os.uname().nodename}\n::1 localhost\n")
    _write("/etc/resolv.conf", f"nameserver {HUB}\n" if spec.hub else "")
    if spec.hub and trusted:
        authority = folder / AUTHORITY
        for bundle in _BUNDLES:
            if bundle == _BUNDLES[0] or Path(bundle).exists():
                _write(bundle, authority.read_text("utf-8"))
        _run("mount", "--bind", authority, certifi.where())
    nothing = folder / "nothing"
    nothing.touch(mode=0o644)
    for name in _HIDDEN:
        for part in os.environ.get("PATH", "").split(os.pathsep):
            if (Path(part) / name).is_file():
                _run("mount", "--bind", nothing, Path(part) / name)


def _detach(place: str) -> None:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()]
    for point in reversed(points):
        if point == place or point.startswith(place + "/"):
            _run("umount", "--lazy", point.encode().decode("unicode_escape"))


def _write(path: str, text: str) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # a link may lead to what the machine's own services write
    file.write_text(text, "utf-8")


def dockerd(folder: Path, group: str) -> list[str | Path]:
    """Return the command of the Docker of a world.

    Args:
        folder: of the world.
        group: the name of its control groups.
    """
    return [
        *("dockerd", "--config-file", folder / "daemon.json", "--data-root", folder / "docker"),
        *("--exec-root", "/run/docker", "--pidfile", PID_FILE, "--host", "unix:///run/docker.sock"),
        *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{group}"),
        *daemon.runtime_options(),
    ]


def _docker_answers() -> bool:
    return processes.run(["docker", "version"], timeout=_COMMAND_WITHIN, check=False).status == 0


def _start(words: Sequence[str | Path], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as stream:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)


def _wait(what: str, process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> None:
    up = until(lambda: process.poll() is not None or is_up(), bool, _UP_WITHIN, every=0.2)
    if not up or process.poll() is not None:
        sys.exit(f"{what} did not come up")


def _live(own: set[int]) -> None:
    """Wait for the end of the input, or of a process of our own; reap what nobody else does."""
    while not select.select([sys.stdin], [], [], 0.5)[0]:
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if ended.si_pid in own:
                    return
                os.waitpid(ended.si_pid, 0)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_DOWN_WITHIN)


def _end_all() -> None:
    """End every other process of the world."""
    with suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _run(*words: str | Path) -> None:
    processes.run(words, timeout=_COMMAND_WITHIN)


if __name__ == "__main__":
    main(Spec(**json.loads(sys.argv[1])))
