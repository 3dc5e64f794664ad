"""Disturbances of a cluster through its API: what somebody else with access to it may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.selfcheck.faults.moments import Moment
from tests.selfcheck.faults.site import Site


@contextmanager
def namespace_deleted(site: Site, moment: Moment) -> Iterator[None]:
    """Delete the namespace of an object of a scenario."""
    found = site.wait(moment)
    site.api.delete("Namespace", None, found["metadata"]["namespace"])
    yield


@contextmanager
def scaled_to_zero(site: Site, namespace: str, name: str) -> Iterator[None]:
    """Take all Pods of a Deployment, and wait until they are gone."""
    site.api.patch("Deployment", namespace, name, {"spec": {"replicas": 0}})
    site.api.wait_for(
        "Deployment",
        namespace,
        name,
        lambda found: found is not None and not (found.get("status") or {}).get("replicas"),
        30,
        f"{name} without Pods",
    )
    yield


@contextmanager
def tainted(site: Site, node: str) -> Iterator[None]:
    """Drive all Pods from a node that do not tolerate it, as an administrator who drains it."""
    name = site.node(node)
    taint = {"key": "example.org/repair", "value": "now", "effect": "NoExecute"}
    site.api.patch("Node", None, name, {"spec": {"taints": [taint]}})
    yield
