"""The released road on a slow line, and from a bundle of released images without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.selfcheck.hub import road
from tests.selfcheck.hub.ills import ILLS
from tests.selfcheck.hub.world import World, lacking

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())

AN_HOUR = 3600.0


def test_a_slow_line_costs_no_points(tmp_path: Path) -> None:
    with World(tmp_path / "world", ill=ILLS["slow"]) as world:
        road.set_up(world, timeout=AN_HOUR)
        road.grade_reference(world, tmp_path / "report", timeout=AN_HOUR)


def test_a_bundle_of_released_images_needs_no_network(tmp_path: Path) -> None:
    file = tmp_path / "kubegrade.kit"
    with World(tmp_path / "connected") as world:
        road.set_up(world)
        road.set_up(world, ["kubegrade", "bundle", file])
    with World(tmp_path / "apart", route=False) as world:
        road.set_up(world, ["kubegrade", "setup", "--bundle", file])
        report = road.grade_reference(world, tmp_path / "report")
    assert report.environment.stand_ins == []
