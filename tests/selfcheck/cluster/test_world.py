"""A world of its own: nothing of this machine is seen in it, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grading.processes import Output
from grading.waiting import until
from tests.selfcheck.hub import world
from tests.selfcheck.hub.hosts import DOCKER_HUB
from tests.selfcheck.hub.ills import ILLS, Ill
from tests.selfcheck.hub.world import World

pytestmark = pytest.mark.skipif(bool(world.lacking()), reason=world.lacking())

ASK = """
import requests, sys
try:
    print(requests.get(sys.argv[1], timeout=5, allow_redirects=False).status_code)
except requests.exceptions.SSLError:
    print("unknown authority")
except requests.exceptions.ConnectionError as error:
    print("no such name" if "resolve" in str(error) else "not reached")
"""


def answer(place: World, url: str) -> str:
    return place.run([sys.executable, "-c", ASK, url], timeout=60).stdout.strip()


def running_below(folder: Path) -> list[str]:
    """The commands of the processes that were started for a world in a folder."""
    commands = (" ".join(found.info["cmdline"] or ()) for found in psutil.process_iter(["cmdline"]))
    return [command for command in commands if f"{folder}/" in command]


def nothing_is_left(place: World) -> None:
    assert running_below(place.folder) == []
    assert str(place.folder) not in Path("/proc/self/mountinfo").read_text("utf-8")
    assert world.cgroups(place.name) == []
    assert not (place.folder / "docker").exists()


def test_the_hub_is_all_that_there_is(tmp_path: Path) -> None:
    with World(tmp_path / "world", docker=False) as place:
        assert answer(place, f"https://{DOCKER_HUB}/v2/") == "401"
        assert answer(place, "https://example.org/") == "no such name"
        assert answer(place, "http://203.0.113.1/") == "not reached"
        assert place.run(["sh", "-c", "command -v kubectl; command -v k3d"]).stdout.split() == [
            str(place.folder / "bin" / "k3d")
        ]
        assert place.run(["env"]).stdout.count("XDG_CACHE_HOME") == 1
        assert "PROXY" not in place.run(["env"]).stdout.upper()
        assert place.run(["docker", "version"]).status != 0  # that of the machine, if it runs
        assert running_below(place.folder)
        assert [request.status for request in place.requests] == [401]
    nothing_is_left(place)


def test_an_authority_that_is_not_trusted(tmp_path: Path) -> None:
    with World(tmp_path / "world", ill=ILLS["unknown-authority"], docker=False) as place:
        assert answer(place, f"https://{DOCKER_HUB}/v2/") == "unknown authority"


def test_without_a_route_no_name_is_known(tmp_path: Path) -> None:
    with World(tmp_path / "world", route=False, docker=False) as place:
        assert answer(place, f"https://{DOCKER_HUB}/v2/") == "no such name"
        assert answer(place, "http://203.0.113.1/") == "not reached"
    nothing_is_left(place)


def test_a_command_that_fails(tmp_path: Path) -> None:
    with World(tmp_path / "world", route=False, docker=False) as place:
        assert place.run(["sh", "-c", "echo no >&2; exit 7"]) == Output(7, "", "no\n")


def test_a_world_that_does_not_come_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ill, "to_json", lambda _: "no JSON")
    place = World(tmp_path / "world", docker=False)
    with pytest.raises(world.WorldError, match="JSONDecodeError"), place:
        pytest.fail("it came up")
    nothing_is_left(place)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_an_interrupted_world_ends_with_all_that_runs_in_it(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    seconds = f"86{tmp_path.stat().st_ino}"
    command = ["-m", "tests.selfcheck.hub", "--no-route", "--", "sleep", seconds]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=world.ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
        # A shell lets its background jobs ignore Ctrl-C, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert until(lambda: running(["sleep", seconds]), bool, 120)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        assert process.wait(120) == status
        assert until(lambda: running_below(tmp_path), lambda left: not left, 120) == []
    finally:
        process.kill()
        process.wait()
    assert not list(tmp_path.glob("*/docker"))
    names = {folder.name for folder in Path("/sys/fs/cgroup").glob("**/kubegrade-world-*")}
    assert not [name for name in names if name.split("-")[2] == str(process.pid)]


def running(words: list[str]) -> bool:
    return any(found.info["cmdline"] == words for found in psutil.process_iter(["cmdline"]))
