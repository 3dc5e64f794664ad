"""Types of fields: what the API server decodes, as what, and what it cannot; see also test_precheck.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grading.errors import Unplayable
from grading.k8s.field_types import MOST, decode, dotted
from grading.submission.loader import load_submission
from grading.submission.manifest import WrongTypes
from tests.selfcheck.manifests import known, submit


def pod(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, **fields}


def secret(value: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"password": value}}


def service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (pod(metadata={"name": "x", "labels": ["app"]}), "metadata.labels"),
        (pod(metadata={"name": "x", "labels": "app"}), "metadata.labels"),
        (pod(metadata={"name": "x", "labels": {"app": 1}}), "metadata.labels.app"),
        (pod(metadata={"name": "x", "labels": {"app": True}}), "metadata.labels.app"),
        (pod(metadata={"name": "x", "namespace": 5}), "metadata.namespace"),
        (pod(spec=[]), "spec"),
        (pod(spec=""), "spec"),
        (pod(spec={"containers": {"name": "a"}}), "spec.containers"),
        (pod(spec={"containers": ["a"]}), "spec.containers[0]"),
        (pod(spec={"containers": [{"ports": 80}]}), "spec.containers[0].ports"),
        (
            pod(spec={"containers": [{"ports": [{"containerPort": "80"}]}]}),
            "spec.containers[0].ports[0].containerPort",
        ),
        (
            pod(spec={"containers": [{"ports": [{"containerPort": 1.5}]}]}),
            "spec.containers[0].ports[0].containerPort",
        ),
        (
            pod(spec={"containers": [{"ports": [{"containerPort": 2**31}]}]}),
            "spec.containers[0].ports[0].containerPort",
        ),
        (pod(spec={"containers": [{"args": [1]}]}), "spec.containers[0].args[0]"),
        (pod(spec={"containers": [{"tty": "true"}]}), "spec.containers[0].tty"),
        (
            pod(spec={"containers": [{"resources": {"limits": {"cpu": [1]}}}]}),
            "spec.containers[0].resources.limits.cpu",
        ),
        (pod(spec={"terminationGracePeriodSeconds": 2**63}), "spec.terminationGracePeriodSeconds"),
        (pod(apiVersion=["v1"]), "apiVersion"),
        (secret("opensesame"), "data.password"),
        (secret("open sesame!"), "data.password"),
        (secret("YQ"), "data.password"),
        (secret("YQ==="), "data.password"),
        (secret("é"), "data.password"),
        (secret(5), "data.password"),
        (service(ports=[{"targetPort": 1.5}]), "spec.ports[0].targetPort"),
        (service(ports=[{"targetPort": True}]), "spec.ports[0].targetPort"),
        (service(ports=[{"targetPort": [80]}]), "spec.ports[0].targetPort"),
    ],
)
def test_what_cannot_be_decoded(data: dict[str, Any], place: str) -> None:
    ((found),) = [found for found in decode(data, data["kind"])[1] if found.what == "type"]
    assert dotted(found.path) == place
    assert found.words.startswith(f"{place} must be ")


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (pod(spec=None), pod()),
        (pod(spec={}), pod(spec={})),
        (pod(metadata={"name": "x", "labels": None}), pod()),
        (
            pod(metadata={"name": "x", "labels": {"a": None, "b": ""}}),
            pod(metadata={"name": "x", "labels": {"b": ""}}),
        ),
        (pod(spec={"containers": [None]}), pod(spec={"containers": [{}]})),
        (pod(spec={"containers": [{"args": [None]}]}), pod(spec={"containers": [{"args": [""]}]})),
        (pod(spec={"overhead": {"cpu": None}}), pod(spec={"overhead": {}})),
        (pod(spec={"Containers": None}), pod(spec={})),
        (pod(Spec=[{"a": None}]), pod(Spec=[{"a": None}])),
        (pod(spec={"Containers": 1}), pod(spec={"Containers": 1})),
        (pod(status=[1]), pod(status=[1])),
        (pod(metadata={"name": "x", "creationTimestamp": None}), pod()),
        (
            service(ports=[{"targetPort": "http"}, {"targetPort": 80}]),
            service(ports=[{"targetPort": "http"}, {"targetPort": 80}]),
        ),
        (
            pod(spec={"overhead": {"cpu": 1, "memory": 1.5, "x": "1GB"}}),
            pod(spec={"overhead": {"cpu": 1, "memory": 1.5, "x": "1GB"}}),
        ),
    ],
)
def test_what_is_decoded(data: dict[str, Any], decoded: dict[str, Any]) -> None:
    made, deviations = decode(data, data["kind"])
    assert made == decoded
    assert not [found for found in deviations if found.what == "type"]


@pytest.mark.parametrize("value", ["", "YQ==", "b3BlbnNlc2FtZQ==", "b3BlbnNl\nc2FtZQ==\r\n"])
def test_base64_is_taken_with_line_ends(value: str) -> None:
    assert decode(secret(value), "Secret") == (secret(value), [])


def test_a_password_that_is_no_base64_is_not_shown() -> None:
    [found] = decode(secret("open sesame!"), "Secret")[1]
    assert "base64" in found.words
    assert "stringData" in found.hint
    assert "open" not in found.words + found.hint


def test_only_the_first_deviations_are_kept() -> None:
    data = pod(
        metadata={"name": "x", "labels": {f"k{n}": n for n in range(100)}}, **{f"x{n}": 1 for n in range(100)}
    )
    found = [deviation.what for deviation in decode(data, "Pod")[1]]
    assert (found.count("type"), found.count("unknown")) == (MOST, MOST)


TEXT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: x
spec:
  replicas: "2"
  template:
    metadata:
      labels:
        version: 1
"""


def test_the_student_is_told_where_and_what_to_write(tmp_path: Path) -> None:
    submission = submit(tmp_path, "dep.yaml", TEXT)
    with pytest.raises(WrongTypes) as caught:
        submission.manifest("dep.yaml", "Deployment")
    problem = caught.value.problem
    assert problem.rationale == 'dep.yaml: spec.replicas must be a whole number, and is "2" (and 1 more)'
    assert str(problem.location) == "dep.yaml:6"
    assert problem.help.startswith("Write it without quotes. `kubectl apply --dry-run=server -f dep.yaml`")
    assert problem.expected == "spec.replicas: a whole number\nspec.template.metadata.labels.version: text"
    assert problem.actual == (
        'spec.replicas: "2" (dep.yaml:6)\nspec.template.metadata.labels.version: 1 (dep.yaml:10)'
    )


def test_one_file_does_not_take_the_others_along(tmp_path: Path) -> None:
    names = ["dep.yaml", "svc.yaml", "second-pod.yaml", "ns.yaml", "ns-pod.yaml"]
    ordinary = TEXT.replace('"2"', "2").replace("version: 1", "version: v1")
    (tmp_path / "dep.yaml").write_text(ordinary + f"# {'x' * 90_000}\n", "utf-8")
    for name in names[1:]:
        (tmp_path / name).write_text("a: &a [" + "x, " * 99 + "]\nb:\n" + "- *a\n" * 90, "utf-8")
    for order in (names, names[::-1]):
        submission = load_submission(tmp_path, known(*names))
        told = {}
        for name in order:
            try:
                submission.manifest(name, known(name)[0].kinds[0])
            except Unplayable as failure:
                told[name] = str(failure)
        assert "dep.yaml" not in told
        assert [name for name in sorted(told) if "too many values" in told[name]] == [
            "second-pod.yaml",
            "svc.yaml",
        ]
        assert "at most 4796 remain for this file" in told["second-pod.yaml"]


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("clusterIP", 5, "Put it in quotes."),
        ("healthCheckNodePort", "5", "Write it without quotes."),
        ("healthCheckNodePort", "true", ""),
        ("healthCheckNodePort", "één", ""),
        ("healthCheckNodePort", ".inf", ""),
        ("publishNotReadyAddresses", "true", "Write it without quotes."),
        ("publishNotReadyAddresses", "1", ""),
        ("publishNotReadyAddresses", {}, ""),
    ],
)
def test_quotes_are_the_advice_where_they_are_the_mistake(field: str, value: object, hint: str) -> None:
    [deviation] = decode(service(**{field: value}), "Service")[1]
    assert deviation.hint == hint
