"""Ports of the nodes, each of which belongs to the exercise whose Service has it by the course.

Scenarios play side by side on one cluster, where a student has it for one exercise at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grading.k8s.field_types import Path

Object = dict[str, Any]


def give_back(data: Object, others: frozenset[int]) -> None:
    """Let Kubernetes choose a node port in place of another exercise's.

    It is a slip, such as copying the file of that exercise, and costs no more than what the course fixes.

    Args:
        data: the object, in which the change is made.
        others: the ports of other exercises.
    """
    for _path, port in _ports(data):
        if port.get("nodePort") in others:
            del port["nodePort"]


def taken(data: Object, others: frozenset[int]) -> Iterator[tuple[Path, int]]:
    """Yield the path and number of each node port that is another exercise's.

    A Service of type LoadBalancer opens its own port on every node (K3s: Service Load Balancer).

    Args:
        data: the object.
        others: the ports of other exercises.
    """
    spec = data.get("spec") or {}
    if data["kind"] == "Service" and spec.get("healthCheckNodePort") in others:
        yield ("spec", "healthCheckNodePort"), spec["healthCheckNodePort"]
    for path, port in _ports(data):
        if spec.get("type") == "LoadBalancer" and port.get("port") in others:
            yield (*path, "port"), port["port"]


def _ports(data: Object) -> Iterator[tuple[Path, Object]]:
    if data["kind"] == "Service":
        for index, port in enumerate((data.get("spec") or {}).get("ports") or []):
            yield ("spec", "ports", index), port
