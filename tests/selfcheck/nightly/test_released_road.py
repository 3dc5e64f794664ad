"""The released road on a slow line, from a bundle without any, and with parts of k3s itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures import k3d
from tests.selfcheck.cluster.runs import REFERENCE
from tests.selfcheck.hub import parts, road, stock
from tests.selfcheck.hub.hosts import CACHE, GHCR
from tests.selfcheck.hub.ills import ILLS, Ill
from tests.selfcheck.hub.world import World, lacking

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())

AN_HOUR = 3600.0


def test_a_slow_line_costs_no_points(tmp_path: Path) -> None:
    with World(tmp_path / "world", ill=ILLS["slow"]) as world:
        road.set_up(world, timeout=AN_HOUR)
        road.grade_reference(world, tmp_path / "report", timeout=AN_HOUR)


@pytest.mark.parametrize("name", road.SLOW)
def test_set_up_names_what_is_wrong_with_the_registry(tmp_path: Path, name: str) -> None:
    road.fail_to_set_up(tmp_path / "world", name)


def test_a_blob_that_breaks_off_is_fetched_again(tmp_path: Path) -> None:
    with World(tmp_path / "world", ill=ILLS["reset-once"]) as world:
        road.set_up(world)


def test_a_limit_that_is_reached_half_way_loses_nothing(tmp_path: Path) -> None:
    with World(tmp_path / "world", ill=Ill(manifests=5)) as world:
        done = world.run(road.SETUP)
        kept = world.run(["docker", "image", "inspect", "registry:2", f"rancher/k3s:{stock.NODE_TAG}"])
    assert done.status == 2, done
    assert "pull limit is reached" in " ".join(done.stderr.split())
    assert kept.status == 0, kept


def test_a_schools_cache_serves_what_is_docker_hubs(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        done = world.run(road.SETUP, timeout=AN_HOUR, KUBEGRADE_MIRROR=f"https://{CACHE}")
        road.grade_reference(world, tmp_path / "report")
        requests = world.requests
    assert done.status == 0, done
    assert f"Images of docker.io are pulled from {CACHE}." in done.stdout
    asked = [request for request in requests if "/manifests/" in request.path]
    assert {request.host for request in asked if request.status == 200} == {CACHE, GHCR}


def test_a_bundle_of_released_images_needs_no_network(tmp_path: Path) -> None:
    file = tmp_path / "kubegrade.kit"
    with World(tmp_path / "connected") as world:
        road.set_up(world)
        road.set_up(world, ["kubegrade", "bundle", file])
    with World(tmp_path / "apart", route=False) as world:
        road.set_up(world, ["kubegrade", "setup", "--bundle", file])
        report = road.grade_reference(world, tmp_path / "report")
    assert report.environment.stand_ins == []


@pytest.mark.parametrize("name", ["proxy", "proxy-here"])
def test_a_proxy_is_the_only_way_out(tmp_path: Path, name: str) -> None:
    with World(tmp_path / "world", ill=ILLS[name]) as world:
        assert "NO_PROXY" not in world.run(["env"]).stdout
        road.set_up(world)
        before = len(world.requests)
        words = ["pytest", "-m", "s11_9", f"--submission={REFERENCE}", f"--report-dir={tmp_path}/report"]
        graded = world.run(words)
        requests = world.requests
    assert graded.status == 0, graded.stdout[-4000:]
    assert {request.status for request in requests if request.method == "CONNECT"} == {200}
    # The image that is not to exist is asked for by nodes, if the proxy is not one of the machine alone.
    nodes = {request.client for request in requests[before:] if request.method == "CONNECT"}
    assert bool(nodes) == (name == "proxy")


@pytest.mark.skipif(bool(parts.lacking()), reason=parts.lacking())
def test_full_score_with_the_real_parts_that_can_be_had(tmp_path: Path) -> None:
    cluster = f"k3d-{k3d.cluster_name(0)}"
    logs = ("kubectl", "logs", "--namespace=kube-system", "deployment/local-path-provisioner")
    with World(tmp_path / "world", real_parts=True) as world:
        road.set_up(world)
        road.grade_reference(world, tmp_path / "report", "--keep-cluster")
        inside = ("docker", "exec", f"{cluster}-server-0")
        database = world.run([*inside, "find", "/var/lib/rancher/k3s/server/db", "-type", "f"])
        provisioner = world.run([*inside, *logs])
        balancer = world.run(["docker", "top", f"{cluster}-serverlb"])
        road.grade_reference(world, tmp_path / "lab", marker="introlab")
    files = {Path(line).name for line in database.stdout.split()}
    assert files == {"state.db", "state.db-shm", "state.db-wal"}  # SQLite's, and no etcd's
    assert "has been created on" in provisioner.stdout + provisioner.stderr
    assert "confd -watch" in balancer.stdout
