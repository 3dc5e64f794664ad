"""Clusters for commands are created when they are needed, lent again, and deleted in the end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures import command_clusters, k3d
from fixtures.airgap import paths
from fixtures.command_clusters import CommandClusters
from grading.errors import InfrastructureError
from grading.exercise.loader import load_courses
from tests.selfcheck.commands.standin import StandInApi
from tests.selfcheck.kits import released_kit


class _Api(StandInApi):
    def __init__(self, path: Path) -> None:
        config = yaml.safe_load(path.read_text("utf-8"))
        name = config["metadata"]["name"]
        roles = [(role, config[f"{role}s"]) for role in ("server", "agent")]
        super().__init__(f"k3d-{name}-{role}-{n}" for role, count in roles for n in range(count))

    def close(self) -> None: ...

    def request(self, *_arguments: object) -> dict[str, str]:
        return {"gitVersion": "v1.31.5+k3s1"}


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes whose memory was bounded."""
    nodes: list[str] = []
    monkeypatch.setattr(command_clusters, "bound_memory", lambda found, _most: nodes.extend(found))
    return nodes


@pytest.fixture
def deleted(bounded: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    gone: list[str] = []

    def create(name: str, config: Path, kubeconfig: Path) -> None:
        data = yaml.safe_load(config.read_text("utf-8")) | {"metadata": {"name": name}}
        kubeconfig.write_text(yaml.safe_dump(data), "utf-8")

    monkeypatch.setattr(paths, "clusters", lambda: tmp_path)
    monkeypatch.setattr(command_clusters, "create", create)
    monkeypatch.setattr(command_clusters, "Cluster", _Api)
    monkeypatch.setattr(k3d, "check_ours", lambda _name: None)
    monkeypatch.setattr(k3d, "end_orphans", lambda _name: None)
    monkeypatch.setattr(k3d, "delete", lambda _k3d, name: gone.append(name))
    return gone


@pytest.fixture
def fleet(deleted: list[str]) -> CommandClusters:
    return CommandClusters(released_kit(), 3)


def test_a_cluster_has_the_nodes_that_were_asked_for(fleet: CommandClusters) -> None:
    assert fleet.create("dev-cluster", 1, 1).nodes == (
        "k3d-kubegrade-commands-3-1-server-0",
        "k3d-kubegrade-commands-3-1-agent-0",
    )


def test_its_nodes_take_no_more_than_their_part_of_the_memory(
    fleet: CommandClusters, bounded: list[str]
) -> None:
    made = fleet.create("dev-cluster", 1, 1)
    assert tuple(bounded) == made.nodes


def test_it_has_no_more_than_a_machine_bears(fleet: CommandClusters) -> None:
    assert len(fleet.create("large", 5, 50).nodes) == 3


def test_one_that_was_given_back_is_lent_again_and_empty(fleet: CommandClusters) -> None:
    lent = fleet.create("dev-cluster", 1, 1)
    api: Any = lent.api
    api.apply({"kind": "Namespace", "metadata": {"name": "dev"}})
    api.apply({"kind": "Pod", "metadata": {"name": "a", "namespace": "dev"}, "spec": {"containers": []}})
    api.apply({"kind": "Pod", "metadata": {"name": "b", "namespace": "default"}, "spec": {"containers": []}})
    api.apply(
        {"kind": "Pod", "metadata": {"name": "c", "namespace": "kube-system"}, "spec": {"containers": []}}
    )
    fleet.give_back(lent)
    assert fleet.lend("dev-cluster") is lent
    assert [key[2] for key in api.objects if key[0] == "Pod"] == ["c"]
    assert api.get("Namespace", None, "dev") is None


def test_two_that_are_lent_are_two(fleet: CommandClusters) -> None:
    assert {fleet.lend("dev-cluster").name, fleet.lend("dev-cluster").name} == {
        "kubegrade-commands-3-1",
        "kubegrade-commands-3-2",
    }


def test_all_are_deleted_in_the_end(fleet: CommandClusters, deleted: list[str]) -> None:
    fleet.give_back(fleet.lend("dev-cluster"))
    fleet.lend("dev-cluster")
    fleet.create("dev-cluster", 1, 1)
    deleted.clear()
    fleet.close()
    assert sorted(deleted) == ["kubegrade-commands-3-1", "kubegrade-commands-3-2"]


def test_a_cluster_that_cannot_be_created_costs_nothing(
    fleet: CommandClusters, deleted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(*_arguments: object) -> None:
        raise k3d.ClusterTrouble("no room")

    monkeypatch.setattr(command_clusters, "create", create)
    with pytest.raises(InfrastructureError, match="no room"):
        fleet.lend("dev-cluster")
    deleted.clear()
    fleet.close()
    assert deleted == ["kubegrade-commands-3-1"]


def test_a_creation_that_is_under_way_is_ended(
    fleet: CommandClusters, deleted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def create(*_arguments: object) -> None:
        begun.set()
        assert ended.wait(10)
        raise k3d.ClusterTrouble("k3d was killed")

    monkeypatch.setattr(command_clusters, "create", create)
    monkeypatch.setattr(k3d, "end_orphans", lambda _name: ended.set() if begun.is_set() else None)
    with ThreadPoolExecutor(1) as pool:
        lent = pool.submit(fleet.lend, "dev-cluster")
        assert begun.wait(10)
        deleted.clear()
        fleet.close()
        assert deleted == ["kubegrade-commands-3-1"]
        with pytest.raises(InfrastructureError, match="k3d was killed"):
            lent.result()
    with pytest.raises(InfrastructureError, match="the run has ended"):
        fleet.create("dev-cluster", 1, 0)


DEV, TEST = load_courses().exercise_of("contexts").known["contexts"]


@pytest.fixture
def course(deleted: list[str]) -> CommandClusters:
    return CommandClusters(released_kit(), 0, {item.name: item for item in (DEV, TEST)})


def test_clusters_have_the_names_of_the_course(course: CommandClusters) -> None:
    created = course.create("dev-cluster", 1, 1)
    lent = course.lend("test-cluster")
    assert created.nodes == ("k3d-dev-cluster-server-0", "k3d-dev-cluster-agent-0")
    assert lent.nodes == TEST.nodes
    assert course.used == ["dev-cluster", "test-cluster"]


def test_a_name_that_the_course_does_not_have_may_be_somebodys_own(course: CommandClusters) -> None:
    assert course.create("my-cluster", 1, 0).name == "kubegrade-commands-0-1"


def test_what_an_earlier_section_created_is_lent_by_its_name_alone(course: CommandClusters) -> None:
    dev, other = course.create("dev-cluster", 1, 0), course.create("other", 1, 0)
    course.give_back(dev)
    course.give_back(other)
    assert course.lend("test-cluster").name == "test-cluster"
    assert course.lend("dev-cluster") is dev
    assert course.lend("another") is other


def test_one_that_is_created_again_is_a_new_one(course: CommandClusters, deleted: list[str]) -> None:
    dev = course.create("dev-cluster", 1, 0)
    course.give_back(dev)
    deleted.clear()
    assert len(course.create("dev-cluster", 1, 1).nodes) == 2
    assert "dev-cluster" in deleted
    deleted.clear()
    course.close()
    assert deleted == ["dev-cluster"]


def test_somebodys_own_cluster_of_the_name_is_not_touched(
    course: CommandClusters, deleted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(name: str) -> None:
        raise k3d.ClusterTrouble(f"{name} is somebody's own")

    monkeypatch.setattr(k3d, "check_ours", check)
    for _again in range(2):  # the name is not taken in between
        with pytest.raises(InfrastructureError, match="dev-cluster is somebody's own"):
            course.lend("dev-cluster")
    course.close()
    assert deleted == []
