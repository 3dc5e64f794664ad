"""The clusters of a course are k3d configuration files in its folder; one that is unusable is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from grading.errors import RubricError
from grading.exercise.course import Exercise
from grading.exercise.course_cluster import CourseCluster
from grading.exercise.loader import load_course, load_courses
from tests.selfcheck.courses import course_of, exercise_of

CRITERIA = [{"id": "a.one", "title": "The first criterion", "points": 100}]
CLUSTER = {
    "apiVersion": "k3d.io/v1alpha5",
    "kind": "Simple",
    "metadata": {"name": "some-cluster"},
    "servers": 1,
    "agents": 1,
    "ports": [{"port": "8081:30081", "nodeFilters": ["server:0"]}],
}


def loaded(folder: Path, made: dict[str, Any], **keys: Any) -> Exercise:
    (folder / "k3d").mkdir()
    (folder / "k3d" / "some.yaml").write_text(yaml.safe_dump(made), "utf-8")
    (folder / "course.yaml").write_text(yaml.safe_dump(course_of()), "utf-8")
    (folder / "exercise.yaml").write_text(yaml.safe_dump({**exercise_of(CRITERIA), **keys}), "utf-8")
    return load_course(folder, "nowhere").exercises[0]


def test_a_section_has_the_cluster_of_its_file_and_the_agents_that_join(tmp_path: Path) -> None:
    exercise = loaded(tmp_path, CLUSTER, cluster={"k3d": "some.yaml", "joins": ["more"]})
    assert isinstance(exercise.cluster, CourseCluster)
    assert exercise.cluster.name == "some-cluster"
    assert exercise.cluster.nodes == (
        "k3d-some-cluster-server-0",
        "k3d-some-cluster-agent-0",
        "k3d-more-0",
    )
    assert exercise.cluster.made.host_ports == ["8081"]


def test_a_section_may_name_none(tmp_path: Path) -> None:
    assert loaded(tmp_path, CLUSTER).cluster is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"apiVersion": "k3d.io/v1alpha4"}, "apiVersion"),
        ({"metadata": {"name": "Some_Cluster"}}, "metadata.name"),
        ({"servers": 0}, "servers"),
        ({"agents": 30}, "agents"),
        ({"image": "rancher/k3s:latest"}, "image"),
        ({"volumes": [{"volume": "/:/host"}]}, "volumes"),
        ({"ports": [{"port": "30081"}]}, "ports.0"),
    ],
)
def test_a_file_says_what_the_course_says_and_nothing_else(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(RubricError, match=re.escape(words)):
        loaded(tmp_path, {**CLUSTER, **change}, cluster={"k3d": "some.yaml"})


@pytest.mark.parametrize(("name", "words"), [("none.yaml", "none.yaml"), ("../course.yaml", "cluster.k3d")])
def test_a_file_that_is_not_in_the_folder(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(RubricError, match=re.escape(words)):
        loaded(tmp_path, CLUSTER, cluster={"k3d": name})


def test_every_section_of_the_courses_has_clusters() -> None:
    for exercise in load_courses().exercises:
        for name in exercise.spec.scenarios:
            known = exercise.known[name] if exercise.scenario(name).elsewhere else (exercise.cluster,)
            assert all(known), f"{exercise.spec.section}: {name}"
            assert known, f"{exercise.spec.section}: {name}"
