"""The road of nearly all users, from end to end: released names, a registry with TLS and tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.selfcheck.hub import journal, road, stock
from tests.selfcheck.hub.hosts import DOCKER_HUB
from tests.selfcheck.hub.tokens import PASSWORD, USER
from tests.selfcheck.hub.world import World, lacking

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


def test_set_up_and_a_graded_run_with_released_names(tmp_path: Path) -> None:
    with World(tmp_path / "a world") as world:  # no blank in a path splits it
        road.set_up(world)
        before = len(world.requests)
        report = road.grade_reference(world, tmp_path / "a report")
        requests = world.requests
        again = world.run(road.SETUP)
        kit = world.run(["pytest", "-p", "no:cacheprovider", Path(__file__).with_name("test_kit.py")])
    assert again.status == 0, again
    assert kit.status == 0, kit.stdout[-4000:]
    assert "nothing to do" in again.stdout
    assert report.environment.stand_ins == []
    assert report.environment.node_image == f"rancher/k3s:{stock.NODE_TAG}"
    released = {f"rancher/k3s:{stock.NODE_TAG}", "registry:2", "nginx:1.26", stock.PAUSE}
    assert released < set(report.environment.digests)
    assert all(digest.startswith("sha256:") for digest in report.environment.digests.values())
    asked = {request.path for request in requests if request.host == DOCKER_HUB}
    for name in (stock.PAUSE, stock.COREDNS, stock.LOCAL_PATH, stock.HELPER, "library/nginx:1.26"):
        repository, tag = name.rsplit(":", 1)
        assert f"/v2/{repository}/manifests/{tag}" in asked, name
    assert max(journal.downloads(requests).values()) == 1
    # When a run has begun, nothing is asked of the hub but for the image that is not to exist.
    later = [request for request in requests[before:] if request.host == DOCKER_HUB]
    assert {request.path for request in later if "/blobs/" in request.path} == set()
    # 401 is how a registry asks for a token.
    assert {request.status for request in later if "/manifests/" in request.path} <= {401, 404}


@pytest.mark.parametrize("name", [name for name in road.CAUSES if name not in road.SLOW])
def test_set_up_names_what_is_wrong_with_the_registry(tmp_path: Path, name: str) -> None:
    road.fail_to_set_up(tmp_path / "world", name)


def test_docker_login_is_known_to_the_hub(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        wrong = world.run(["docker", "login", "--username", USER, "--password", "wrong"])
        right = world.run(["docker", "login", "--username", USER, "--password", PASSWORD])
        pulled = world.run(["docker", "pull", "--quiet", "busybox"])
        requests = world.requests
    assert wrong.status != 0
    assert "incorrect username or password" in wrong.stderr
    assert (right.status, pulled.status) == (0, 0), (right, pulled)
    assert {request.user for request in requests if "/library/busybox/" in request.path} == {USER}
