"""Faults of the infrastructure in graded runs: nothing is lost by them, and each is named as the cause."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grading.waiting import until
from tests.selfcheck.faults.catalogue import IN_A_WORLD, INJECTIONS
from tests.selfcheck.faults.injected_run import inject
from tests.selfcheck.hub import inside, road
from tests.selfcheck.hub.world import World, lacking


@pytest.mark.parametrize("name", INJECTIONS)
def test_costs_nothing_and_is_named(name: str, tmp_path: Path) -> None:
    assert inject(INJECTIONS[name], tmp_path) == []


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_docker_is_restarted(tmp_path: Path) -> None:
    # Not by the world itself, which ends with its Docker.
    with World(tmp_path / "world", docker=False) as world, docker(world):
        road.set_up(world)
        done = world.run([sys.executable, "-m", "tests.selfcheck.faults", IN_A_WORLD.id], timeout=3000)
    assert done.status == 0, done.stdout + done.stderr


@contextmanager
def docker(world: World) -> Iterator[None]:
    """Run a Docker in a world until the end of the block, or until somebody restarts it."""
    with (world.folder / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(
            world.command(inside.dockerd(world.folder, world.name)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        assert until(lambda: world.run(["docker", "version"]).status, lambda status: status == 0, 90) == 0
        yield
    finally:
        process.terminate()
        process.wait(90)
