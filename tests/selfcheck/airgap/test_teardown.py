"""Whether teardown takes what is ours and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.airgap import teardown
from tests.selfcheck.airgap.conftest import FakeProgram


@pytest.mark.parametrize(
    ("labels", "taken"),
    [
        ({"k3d.cluster": "course", "kubegrade": "true"}, {"course"}),
        ({"k3d.cluster": "kubegrade-1"}, {"kubegrade-1"}),
        ({"k3d.cluster": "pytest-kubegrade"}, {"pytest-kubegrade"}),
        ({"k3d.cluster": "mycluster"}, set()),
        ({"k3d.cluster": "mycluster", "kubegrade": "false"}, set()),
        ({"k3d.cluster": "my-kubegrade-1"}, set()),
        ({"kubegrade": "true"}, set()),
        ({}, set()),
    ],
)
def test_only_clusters_of_runs_are_taken(labels: dict[str, str], taken: set[str]) -> None:
    assert teardown.ours([labels]) == taken


def test_one_labelled_container_is_enough() -> None:
    labels = [
        {"k3d.cluster": "course"},
        {"k3d.cluster": "course", "kubegrade": "true"},
        {"k3d.cluster": "other"},
    ]
    assert teardown.ours(labels) == {"course"}


def test_a_cluster_goes_with_its_volumes_and_its_network_which_guests_leave(
    fake: FakeProgram, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    fake(
        "docker",
        f"""echo "$@" >> {log}
case "$1 $2" in
"ps -aq") echo c1 ;;
"volume ls") echo v1 ;;
"network inspect")
  echo '[{{"Id": "n1", "Name": "k3d-x", "Labels": {{"app": "k3d"}}, "Containers": {{"mirror": {{}}}}}}]' ;;
esac""",
    )
    teardown.remove_cluster("x")
    did = [
        line for line in log.read_text("utf-8").splitlines() if " ls" not in line and "inspect" not in line
    ]
    assert did == [
        "ps -aq --filter label=k3d.cluster=x",
        "rm --force --volumes c1",
        "volume rm --force v1",
        "network disconnect --force n1 mirror",
        "network rm n1",
    ]


def test_a_network_of_that_name_that_k3d_did_not_make_is_left(fake: FakeProgram, tmp_path: Path) -> None:
    log = tmp_path / "log"
    fake(
        "docker",
        f"""echo "$@" >> {log}
if [ "$1 $2" = "network inspect" ]; then echo '[{{"Id": "n1", "Name": "k3d-x", "Labels": {{}}}}]'; fi""",
    )
    teardown.remove_cluster("x")
    assert "rm" not in log.read_text("utf-8").split()


@pytest.mark.parametrize(
    ("name", "guests", "goes"),
    [
        ("k3d-pytest-kubegrade-7", {}, True),
        ("k3d-pytest-kubegrade-7", {"m": {"Name": "k3d-kubegrade-mirror"}}, True),
        ("k3d-demo-cluster", {"m": {"Name": "k3d-kubegrade-mirror"}}, True),
        ("k3d-demo-cluster", {}, False),
        ("k3d-demo-cluster", {"m": {"Name": "k3d-kubegrade-mirror"}, "s": {"Name": "own"}}, False),
        ("k3d-own", {"s": {"Name": "own"}}, False),
    ],
)
def test_networks_that_a_creation_cut_short_left_go(
    fake: FakeProgram, tmp_path: Path, name: str, guests: dict[str, object], goes: bool
) -> None:
    log = tmp_path / "log"
    network = json.dumps([{"Id": "n1", "Name": name, "Labels": {"app": "k3d"}, "Containers": guests}])
    fake(
        "docker",
        f"""echo "$@" >> {log}
case "$1 $2" in
"network ls") echo n1 ;;
"network inspect") echo '{network}' ;;
esac""",
    )
    teardown.tear_down(lambda words: None, with_cache=False)
    assert ("network rm n1" in log.read_text("utf-8").splitlines()) is goes
