"""What differs between two objects, by what Kubernetes makes of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from grading.k8s.differences import differences, has_consistent_volumes, volume_names


def pod(**spec: Any) -> dict[str, Any]:
    container = {"name": "web", "image": "nginx"}
    return {"kind": "Pod", "spec": {"containers": [container | spec.pop("container", {})], **spec}}


def found(one: dict[str, Any], other: dict[str, Any]) -> dict[tuple[str | int, ...], Any]:
    return {item.path: item.value for item in differences(one, other)}


MOUNTED = pod(
    container={"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
    volumes=[{"name": "data", "emptyDir": {}}],
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pod(restartPolicy="Always", dnsPolicy="ClusterFirst"), pod()),
        (pod(), pod(restartPolicy="Always")),
        (pod(container={"name": "other"}), pod()),
        (pod(container={"image": "docker.io/library/nginx:latest"}), pod()),
        ({"limits": {"memory": "1Gi"}}, {"limits": {"memory": "1024Mi"}}),
        (yaml.safe_load(yaml.safe_dump(MOUNTED).replace("name: data", "name: mine")), MOUNTED),
        (yaml.safe_load(yaml.safe_dump(MOUNTED).replace("/data", "/data/")), MOUNTED),
        ({"kind": "Service", "spec": {"type": "ClusterIP"}}, {"kind": "Service", "spec": {}}),
    ],
)
def test_what_kubernetes_makes_the_same_of_does_not_differ(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert found(one, other) == {}


def test_each_field_that_differs_is_told_with_the_other_value() -> None:
    one = pod(container={"image": "httpd", "command": ["sh"]}, hostname="x")
    other = pod(container={"args": ["-v"]})
    at = ("spec", "containers", 0)
    assert found(one, other) == {
        (*at, "image"): "nginx",
        (*at, "args"): ["-v"],
        (*at, "command"): None,
        ("spec", "hostname"): None,
    }


def test_items_that_are_too_much_are_told_from_behind() -> None:
    one = pod()
    one["spec"]["containers"][:0] = [{"name": "a", "image": "a"}, {"name": "b", "image": "b"}]
    assert list(found(one, pod())) == [("spec", "containers", 1), ("spec", "containers", 0)]


def test_of_fewer_items_the_whole_list_is_told() -> None:
    assert found({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2}]}) == {("a",): [{"b": 1}, {"b": 2}]}
    assert found({"a": 3}, {"a": [{"b": 1}]}) == {("a",): [{"b": 1}]}


def test_names_of_volumes_count_if_they_do_not_agree() -> None:
    one = yaml.safe_load(yaml.safe_dump(MOUNTED).replace("name: data", "name: dat", 1))
    assert has_consistent_volumes(MOUNTED)
    assert not has_consistent_volumes(one)
    assert [path[-1] for path in found(one, MOUNTED)] == ["name"]


def test_volumes_are_known_by_what_they_are() -> None:
    one = pod(volumes=[{"name": "extra", "configMap": {"name": "x"}}, {"name": "mine", "emptyDir": {}}])
    assert volume_names(one, MOUNTED) == {"data": "mine"}


@pytest.mark.parametrize("value", [None, 1, "x", [], [1], {"name": ["x"]}, [{"name": ["x"]}]])
def test_an_object_of_any_form_is_compared(value: Any) -> None:
    one = {"kind": "Pod", "spec": {"containers": value, "volumes": value}}
    assert found(one, MOUNTED)
    assert found(MOUNTED, one)
    assert volume_names(one, MOUNTED) is not None


def test_the_defaults_written_out_differ_in_nothing_that_the_course_has(tmp_path: Path) -> None:
    fault = load_faults()["right-defaults"]
    build(fault, tmp_path / "it")
    pairs = [
        pair
        for file in sorted(fault.files)
        for pair in zip(
            *(
                yaml.safe_load_all((folder / file).read_text("utf-8"))
                for folder in (tmp_path / "it", REFERENCE)
            ),
            strict=True,
        )
    ]
    assert len(pairs) > len(fault.files)  # of one file the objects are two
    for one, other in pairs:
        names = {".".join(map(str, path)).removeprefix("spec.template.") for path in found(one, other)}
        beside = {name for name in names if name.startswith(("metadata.", "status"))}
        assert names - beside <= {
            *(f"spec.containers.0.{name}" for name in ("imagePullPolicy", "terminationMessagePath")),
            *(f"spec.containers.0.{name}" for name in ("terminationMessagePolicy", "securityContext")),
            "spec.terminationGracePeriodSeconds",
            "spec.strategy",
            "spec.containers.0.ports.0.containerPort",  # 8e1, a text to this reader
            "spec.storageClassName",  # the cluster's default class
        }
