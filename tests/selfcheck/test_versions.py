"""Versions of the Deployment of section 11.9.4: manifests, history, and how long an update lasts."""

from __future__ import annotations

from typing import Any

import pytest

from grading.course.chapter11.deployments import course_values, versions
from grading.evidence.rollout import Revision
from grading.k8s.image_reference import canonical
from grading.k8s.revision import CHANGE_CAUSE
from grading.runner.revisions import history_of
from grading.runner.rollouts import least_wait, shortest_update


def replica_set(revision: str, cause: str | None, owner: str = "d", template: str = "") -> dict[str, Any]:
    annotations = {"deployment.kubernetes.io/revision": revision}
    annotations |= {"kubernetes.io/change-cause": cause} if cause is not None else {}
    metadata = {"annotations": annotations, "ownerReferences": [{"kind": "Deployment", "name": owner}]}
    inner = {"annotations": {"kubernetes.io/change-cause": template}} if template else {}
    return {"metadata": metadata, "spec": {"template": {"metadata": inner}}}


def test_history_is_read_as_kubectl_prints_it() -> None:
    sets = [
        replica_set("10", "Update naar nginx:1.26"),
        replica_set("2", None),
        replica_set("3", "", template="of the template"),
        replica_set("4", "one\n5  two \n"),
        replica_set("6", "another's", owner="d2"),
        replica_set("x", "not by the controller"),
    ]
    assert history_of(sets, "d") == [
        Revision(number=2),
        Revision(number=3, cause="of the template"),
        Revision(number=4, cause="one\n5  two"),
        Revision(number=10, cause="Update naar nginx:1.26"),
    ]


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [((1, 1), 50), ((1, 0), 100), (("50%", 1), 20), (("25%", "25%"), 20), ((0, "5%"), 100)],
)
def test_shortest_update(limits: tuple[int | str, int | str], seconds: float) -> None:
    surge, unavailable = limits
    strategy = {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    template = {"spec": {"containers": [{"name": "nginx"}]}}
    spec = {"replicas": 10, "minReadySeconds": 10, "strategy": strategy, "template": template}
    assert shortest_update(spec) == seconds
    assert shortest_update({**spec, "strategy": {"type": "Recreate"}}) == 10


@pytest.mark.parametrize("probe", ["readinessProbe", "startupProbe"])
def test_a_probe_that_waits_makes_an_update_longer(probe: str) -> None:
    container = {"name": "nginx", probe: {"initialDelaySeconds": 90}}
    strategy = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
    template = {"spec": {"containers": [container, {"name": "more"}]}}
    spec = {"replicas": 10, "minReadySeconds": 10, "strategy": strategy, "template": template}
    assert (least_wait(spec), shortest_update(spec)) == (100, 500)


def manifest(image: str, cause: str | None) -> dict[str, Any]:
    annotations = {} if cause is None else {"annotations": {CHANGE_CAUSE: cause}}
    return {
        "metadata": {"name": "nginx-deployment", **annotations},
        "spec": {"replicas": 10, "template": {"spec": {"containers": [{"image": image}]}}},
    }


@pytest.mark.parametrize(
    ("image", "cause", "expected"),
    [
        ("nginx:1.24", "Initial release", ("nginx:1.24", "Initial release")),
        ("docker.io/library/nginx:1.24", None, ("docker.io/library/nginx:1.24", None)),
        ("nginx:1.24", "Eerste versie", ("nginx:1.24", "Eerste versie")),
        ("nginx:1.26", "Update naar nginx:1.26", ("nginx:1.24", "Initial release")),
        ("nginx:1.24", "Rollback to nginx 1.24 due to bug", ("nginx:1.24", "Initial release")),
        ("nginx:1.26", None, ("nginx:1.24", None)),
        ("nginx:1.24", "Update naar nginx:1.26", ("nginx:1.24", "Update naar nginx:1.26")),
    ],
)
def test_first_version(image: str, cause: str | None, expected: tuple[str, str | None]) -> None:
    data = manifest(image, cause)
    versions.first(data)
    container = data["spec"]["template"]["spec"]["containers"][0]
    found = (data["metadata"].get("annotations") or {}).get(CHANGE_CAUSE)
    assert (container["image"], found) == expected


def test_the_container_of_nginx_is_updated_wherever_it_stands() -> None:
    data = manifest("nginx:1.24", None)
    data["spec"]["template"]["spec"]["containers"].insert(0, {"image": "busybox"})
    versions.second(data)
    images = [container["image"] for container in data["spec"]["template"]["spec"]["containers"]]
    assert images == ["nginx:1.26", "busybox"]


def test_edits_leave_a_broken_file_to_the_api_server() -> None:
    for broken in (
        {"metadata": {"name": "x"}},
        {"metadata": {"name": "x", "annotations": "text"}, "spec": []},
        {"metadata": {"name": "x"}, "spec": {"template": {"spec": {"containers": ["nginx"]}}}},
    ):
        versions.scaled(versions.first, 0)(broken)
        versions.scaled(versions.second, 0)(broken)


def test_reverted_keeps_the_template() -> None:
    first, again = (
        manifest("docker.io/library/nginx:1.24", None),
        manifest("docker.io/library/nginx:1.24", None),
    )
    versions.reverted(again)
    assert again["spec"] == first["spec"]
    assert again["metadata"]["annotations"][CHANGE_CAUSE] == course_values.REVERTED.cause
    assert canonical(course_values.FIRST.image) == canonical("docker.io/library/nginx:1.24")
