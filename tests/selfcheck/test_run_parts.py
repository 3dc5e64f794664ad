"""Runs on the clusters of the courses: what plays where, and which clusters exist at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.graded_cluster import MOST_NODES
from fixtures.run_parts import Part, creations_for, nodes_for, parts_of, startable
from grading.exercise.loader import load_courses

GIB = 2**30
COURSES = load_courses()
EVERYTHING = [name for exercise in COURSES.exercises for name in exercise.spec.scenarios]
LARGE = nodes_for(64, 512 * GIB)


def of_sections(*markers: str) -> list[Part]:
    return parts_of(
        COURSES,
        [
            name
            for exercise in COURSES.exercises
            if exercise.spec.marker in markers
            for name in exercise.spec.scenarios
        ],
    )


def played(parts: list[Part], room: int) -> list[list[Part]]:
    """Return which parts run at the same time, if the one that has run longest always ends first."""
    waiting, running, steps = list(parts), list[Part](), []
    while waiting or running:
        for part in startable(waiting, running, room):
            waiting.remove(part)
            running.append(part)
        assert running, "nothing plays, and something waits"
        steps.append(list(running))
        running.pop(0)
    return steps


@pytest.mark.parametrize(
    ("marker", "clusters"),
    [
        ("s11_4", [("commands", {"dev-cluster"}, ())]),
        ("s11_6", [("commands", {"dev-cluster", "test-cluster"}, ())]),
        (
            "s11_5",
            [
                ("commands", {"dev-cluster", "test-cluster"}, ()),
                ("test-cluster", {"test-cluster"}, ("k3d-test-cluster-server-0", "k3d-test-cluster-agent-0")),
            ],
        ),
        ("s11_8", [("mycluster", {"mycluster", "30050"}, ("k3d-mycluster-server-0",))]),
        (
            "s11_9",
            [
                (
                    "mycluster",
                    {"mycluster"},
                    ("k3d-mycluster-server-0", "k3d-mycluster-agent-0", "k3d-agent-02-0"),
                )
            ],
        ),
        (
            "s11_10",
            [
                (
                    "storage-lab",
                    {"storage-lab"},
                    ("k3d-storage-lab-server-0", "k3d-storage-lab-agent-0", "k3d-storage-lab-agent-1"),
                )
            ],
        ),
        (
            "introlab",
            [
                (
                    "demo-cluster",
                    {"demo-cluster", "8080", "6443"},
                    ("k3d-demo-cluster-server-0", "k3d-demo-cluster-agent-0"),
                )
            ],
        ),
    ],
)
def test_a_section_alone_needs_its_own_clusters(
    marker: str, clusters: list[tuple[str, set[str], tuple[str, ...]]]
) -> None:
    parts = of_sections(marker)
    assert [
        (
            part.cluster.name if part.cluster else "commands",
            set(part.holds),
            part.cluster.nodes if part.cluster else (),
        )
        for part in parts
    ] == clusters
    assert [part.elsewhere for part in parts] == [name == "commands" for name, _names, _nodes in clusters]


def test_every_scenario_plays_in_one_part() -> None:
    parts = parts_of(COURSES, EVERYTHING)
    assert sorted(name for part in parts for name in part.scenarios) == sorted(EVERYTHING)
    assert sum("mycluster" in part.holds for part in parts) == 2
    assert [part.cluster.name for part in parts if part.cluster] == [
        "test-cluster",
        "mycluster",
        "mycluster",
        "storage-lab",
        "demo-cluster",
    ]


def test_port_30050_is_mapped_as_in_the_course() -> None:
    mapped = {
        (part.cluster.name, part.cluster.nodes): [port.port for port in part.cluster.made.ports]
        for part in of_sections("s11_8", "s11_9")
        if part.cluster
    }
    assert list(mapped.values()) == [["30050:30050"], []]


def test_a_course_without_clusters_of_its_own_is_graded_on_the_default_one() -> None:
    own = tuple(
        replace(course, exercises=tuple(replace(exercise, cluster=None) for exercise in course.exercises))
        for course in COURSES.courses
    )
    [part] = parts_of(replace(COURSES, courses=own), ["clusterip", "introlab"])
    assert (part.cluster, part.holds, part.nodes, part.elsewhere) == (None, frozenset(), MOST_NODES, False)


@pytest.mark.parametrize("room", [MOST_NODES, 5, 8, LARGE])
def test_there_are_never_more_nodes_than_the_machine_bears_nor_two_clusters_of_a_name(room: int) -> None:
    parts = parts_of(COURSES, EVERYTHING)
    steps = played(parts, room)
    assert {part for step in steps for part in step} == set(parts)
    for step in steps:
        assert len(step) == 1 or sum(part.nodes for part in step) <= room
        names = [name for part in step for name in part.holds]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("room", [MOST_NODES, 8, LARGE])
def test_two_clusters_of_a_name_come_in_the_order_of_the_course(room: int) -> None:
    order = [part for step in played(parts_of(COURSES, EVERYTHING), room) for part in step]
    sections = [
        "clusterip" if "clusterip" in part.scenarios else "rolling"
        for part in order
        if "mycluster" in part.holds
    ]
    assert list(dict.fromkeys(sections)) == ["clusterip", "rolling"]


def test_what_holds_up_most_of_the_rest_goes_first() -> None:
    first = startable(parts_of(COURSES, EVERYTHING), [], 8)
    assert [sorted(part.holds) for part in first] == [
        ["30050", "mycluster"],
        ["dev-cluster", "test-cluster"],
        ["storage-lab"],
    ]


@pytest.mark.parametrize(
    ("cores", "memory", "nodes"),
    [
        (2, 24 * GIB, 8),
        (1, 24 * GIB, 4),
        (2, 16 * GIB, 6),
        (8, 16 * GIB, 6),
        (8, 8 * GIB, 3),
        (8, 4 * GIB, 3),
        (16, 64 * GIB, 24),
    ],
)
def test_how_many_nodes_a_machine_bears(cores: int, memory: int, nodes: int) -> None:
    assert nodes_for(cores, memory) == nodes


def test_without_a_docker_that_tells_its_memory_one_cluster_is_made_at_a_time() -> None:
    assert nodes_for(8, 0) == MOST_NODES


@pytest.mark.parametrize(("cores", "creations"), [(1, 1), (2, 1), (4, 2), (16, 8)])
def test_how_many_clusters_a_machine_creates_at_a_time(cores: int, creations: int) -> None:
    assert creations_for(cores) == creations
