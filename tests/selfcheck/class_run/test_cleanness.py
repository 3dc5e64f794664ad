"""What is left on a kept cluster is named, of whatever sort it is."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.class_run.cleanness import Fingerprint

THEN = Fingerprint(
    cluster="one",
    objects={"namespaces /default": "1", "pods kube-system/dns": "2"},
    processes={"node": {"k3s": 3, "pause": 1}},
    mounts={"node": ["/", "/run/netns/dns"]},
    files={"node": ["/var/lib/kubelet/pods/dns", "/tmp/hosts"]},
    images={"node": ["sha256:pause"]},
)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, []),
        (
            {"objects": {**THEN.objects, "persistentvolumes /manual-pv": "3"}},
            ["persistentvolumes /manual-pv"],
        ),
        ({"objects": {**THEN.objects, "namespaces /default": "4"}}, ["namespaces /default"]),
        ({"objects": {"namespaces /default": "1"}}, ["pods kube-system/dns"]),
        ({"processes": {"node": {"k3s": 3, "pause": 2}}}, ["node: process pause"]),
        ({"processes": {"node": {"k3s": 1}}}, []),
        ({"mounts": {"node": ["/", "/run/netns/web"]}}, ["node: mount /run/netns/web"]),
        ({"mounts": {"node": ["/", "/", "/run/netns/dns"]}}, ["node: mount /"]),
        ({"files": {"node": [*THEN.files["node"], "/mnt/data"]}}, ["node: /mnt/data"]),
        ({"images": {"node": ["sha256:pause", "sha256:nginx"]}}, []),
        ({"images": {"node": ["sha256:pause", "sha256:own"]}}, ["node: image sha256:own"]),
    ],
)
def test_what_is_left_is_named(change: dict[str, Any], left: list[str]) -> None:
    assert list(THEN.left(THEN.model_copy(update=change), {"sha256:nginx"})) == left


def test_a_pod_without_its_object_is_on_its_way_out() -> None:
    assert THEN.is_settled
    assert not THEN.model_copy(update={"objects": {"namespaces /default": "1"}}).is_settled
